"""The Python face of liblamina: registration, compilation to object code, loading it.

Finds the native libraries and binds their C API with ctypes on first use; `import lamina` must
not pay for MLIR. Only plain data crosses this file: MLIR modules go in by their capsules, bytes
and addresses come out.

The libraries lie in `lamina/_native`, or in the folder that LAMINA_NATIVE_DIR names.
"""

from __future__ import annotations

import ctypes
import functools
import importlib.machinery
import importlib.util
import os
import pathlib
import sys
import sysconfig
from collections.abc import Callable
from ctypes import POINTER, byref, c_bool, c_char_p, c_double, c_int, c_size_t, c_void_p
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from lamina import config


class _Handle(ctypes.Structure):
    """MLIR's C structs of one pointer: MlirContext, MlirOperation."""

    _fields_ = [("ptr", c_void_p)]


class _StringRef(ctypes.Structure):
    _fields_ = [("data", c_char_p), ("size", c_size_t)]


class _Bytes(ctypes.Structure):
    _fields_ = [("data", c_void_p), ("size", c_size_t)]

    def copy(self) -> bytes:
        return ctypes.string_at(self.data, self.size) if self.size else b""


class _Options(ctypes.Structure):
    _fields_ = [
        ("opt_level", c_int),
        ("vector_width", c_int),
        ("keep_text", c_bool),
        ("cpu", c_char_p),
        ("features", c_char_p),
    ]


class _Seconds(ctypes.Structure):
    _fields_ = [("translate", c_double), ("optimize", c_double), ("codegen", c_double)]


_ERROR = POINTER(c_void_p)
_SIGNATURES = {
    "laminaRegisterPasses": (None, []),
    "laminaRegisterDialects": (None, [_Handle]),
    "laminaStringFree": (None, [c_void_p]),
    "laminaCompile": (c_void_p, [_Handle, POINTER(_Options), POINTER(_Seconds), _ERROR]),
    "laminaVectorBits": (c_int, [POINTER(_Options), _ERROR]),
    "laminaObjectGetBytes": (_Bytes, [c_void_p]),
    "laminaObjectGetLLVMIR": (_Bytes, [c_void_p]),
    "laminaObjectGetAssembly": (_Bytes, [c_void_p]),
    "laminaObjectDestroy": (None, [c_void_p]),
    "laminaHostCPU": (c_void_p, []),
    "laminaHostFeatures": (c_void_p, []),
    "laminaProgramLoad": (c_void_p, [_Bytes, c_char_p, _ERROR]),
    "laminaProgramLookup": (c_void_p, [c_void_p, c_char_p, _ERROR]),
    "laminaProgramUnload": (None, [c_void_p]),
    "laminaGetNumThreads": (c_int, []),
    "laminaSetNumThreads": (None, [c_int]),
    "laminaSetHostCallHandler": (None, [c_void_p]),
    "mlirDenseElementsAttrGetRawData": (c_void_p, [_Handle]),
    "mlirDenseElementsAttrIsSplat": (ctypes.c_bool, [_Handle]),
    "mlirOperationGetAttributeByName": (_Handle, [_Handle, _StringRef]),
}


def native_dir() -> pathlib.Path:
    """The folder that holds the native libraries."""
    override = os.environ.get("LAMINA_NATIVE_DIR")
    if override:
        return pathlib.Path(override)
    # Asked of the import system: an editable install has its build elsewhere, and brings it up to date.
    try:
        launcher = importlib.util.find_spec(f"{__package__}._native.launcher")
    except ModuleNotFoundError:
        launcher = None
    return pathlib.Path(launcher.origin).parent if launcher else pathlib.Path(__file__).parent


def _find(name: str) -> pathlib.Path:
    path = native_dir() / name
    if not path.exists():
        raise ImportError(
            f"lamina's native library {name} is not in {native_dir()}; build it, "
            "or set LAMINA_NATIVE_DIR to its folder"
        )
    return path


@functools.cache
def _library() -> ctypes.CDLL:
    path = _find("liblamina.so")
    # MLIR's own bindings load the MLIR library that liblamina then finds in place. RTLD_LOCAL
    # keeps its symbols apart from the copies of LLVM that other packages bring along.
    import mlir.ir  # noqa: F401

    library = ctypes.CDLL(str(path), mode=ctypes.RTLD_LOCAL)
    for name, (result, arguments) in _SIGNATURES.items():
        function = getattr(library, name)
        function.restype = result
        function.argtypes = arguments
    if _threads:
        library.laminaSetNumThreads(_threads)
    return library


_threads = config.get().num_threads
"""How many threads compiled loops were told to use; 0 for all cores."""


def num_threads() -> int:
    """How many threads a loop of a compiled program may use."""
    return _threads or len(os.sched_getaffinity(0))


def set_num_threads(count: int) -> None:
    """Sets that number, at least 1; does not load the library."""
    global _threads
    _threads = count
    if _library.cache_info().currsize:
        _library().laminaSetNumThreads(count)


@functools.cache
def launcher() -> ModuleType:
    """The extension module that calls compiled functions; see `launcher.Launcher`."""
    name = "lamina._native.launcher"
    path = _find("launcher" + sysconfig.get_config_var("EXT_SUFFIX"))
    spec = importlib.util.spec_from_file_location(
        name, path, loader=importlib.machinery.ExtensionFileLoader(name, str(path))
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    sys.modules[name] = module
    return module


def set_host_calls(resolve: Callable[[bytes], Any]) -> None:
    """What native code in this process calls for custom operators; see `backends.host_calls`."""
    launcher().set_host_calls(resolve)
    _library().laminaSetHostCallHandler(launcher().host_call_address())


_get_name = ctypes.pythonapi.PyCapsule_GetName
_get_name.restype, _get_name.argtypes = c_char_p, [ctypes.py_object]
_get_pointer = ctypes.pythonapi.PyCapsule_GetPointer
_get_pointer.restype, _get_pointer.argtypes = c_void_p, [ctypes.py_object, c_char_p]


def _handle(wrapped: Any) -> _Handle:
    """The C struct behind an object of MLIR's Python bindings."""
    capsule = wrapped._CAPIPtr
    return _Handle(_get_pointer(capsule, _get_name(capsule)))


def _take_string(pointer: int) -> str:
    """Decode and release a string that the library handed out."""
    try:
        return ctypes.string_at(pointer).decode(errors="replace")
    finally:
        _library().laminaStringFree(pointer)


def _call(what: str, function: Any, *arguments: Any) -> int:
    """Call a function that returns a pointer or number, null for failure, and ends in `char **error`; raise CompileError."""
    error = c_void_p()
    result = function(*arguments, byref(error))
    if not result:
        from lamina.errors import CompileError

        reason = _take_string(error.value) if error.value else "unknown error"
        raise CompileError(f"{what}: {reason}")
    return result


def register(context: Any) -> None:
    """Make the dialect known to `context` (an `mlir.ir.Context`), the passes to the process."""
    library = _library()
    library.laminaRegisterPasses()
    library.laminaRegisterDialects(_handle(context))


def raw_literal(operation: Any, name: str, size: int, item: int) -> bytes:
    """The data of a dense elements attribute of an operation: `size` bytes, or one element of `item`
    bytes for a splat. MLIR's Python bindings cannot give attributes of complex numbers.
    """
    library = _library()
    text = name.encode()
    attribute = library.mlirOperationGetAttributeByName(
        _handle(operation), _StringRef(text, len(text))
    )
    count = item if library.mlirDenseElementsAttrIsSplat(attribute) else size
    return ctypes.string_at(library.mlirDenseElementsAttrGetRawData(attribute), count)


def raw_elements(attribute: Any, size: int) -> bytes:
    """The first `size` bytes of the data of a dense elements attribute, as MLIR stores it.

    The caller knows how much there is: a splat holds one element.
    """
    return ctypes.string_at(_library().mlirDenseElementsAttrGetRawData(_handle(attribute)), size)


@functools.cache
def host_cpu() -> str:
    """The host's CPU as LLVM names it, "znver4" for example."""
    return _take_string(_library().laminaHostCPU())


@functools.cache
def host_features() -> str:
    """All features of the host as LLVM names them, "+adx,+aes,-amx-bf16,..."; sorted."""
    return _take_string(_library().laminaHostFeatures())


@functools.cache
def vector_bits(cpu: str | None = None, features: str | None = None) -> int:
    """Bits of the widest float vectors of a target, given as to `compile_object`.

    Raises CompileError for a target that LLVM does not know.
    """
    options = _Options(cpu=_encode(cpu), features=_encode(features))
    return _call("target", _library().laminaVectorBits, byref(options))


@dataclass(frozen=True)
class ObjectCode:
    """A compiled module: relocatable object bytes that another process may load too.

    seconds holds "translate", "optimize" and "codegen". llvm_ir (optimised) and assembly are None
    unless asked for.
    """

    data: bytes
    seconds: dict[str, float]
    llvm_ir: str | None = None
    assembly: str | None = None


def compile_object(
    module: Any,
    opt_level: int = 3,
    *,
    cpu: str | None = None,
    features: str | None = None,
    vector_width: int = 0,
    keep_text: bool = False,
) -> ObjectCode:
    """Compile an MLIR module that is entirely in the LLVM dialect; the module is not changed.

    Functions with the unit attribute `lamina.entry` get a second symbol `<name>_packed` for the
    launcher. Without `cpu` the host is the target, and `features` ("-avx512f,+fma") amends what
    it has. Raises CompileError with the diagnostics.
    """
    library = _library()
    options = _Options(opt_level, vector_width, keep_text, _encode(cpu), _encode(features))
    seconds = _Seconds()
    operation = _handle(module.operation)
    handle = _call(
        "code generation", library.laminaCompile, operation, byref(options), byref(seconds)
    )
    try:
        return ObjectCode(
            library.laminaObjectGetBytes(handle).copy(),
            {name: getattr(seconds, name) for name, _ in _Seconds._fields_},
            library.laminaObjectGetLLVMIR(handle).copy().decode() if keep_text else None,
            library.laminaObjectGetAssembly(handle).copy().decode() if keep_text else None,
        )
    finally:
        library.laminaObjectDestroy(handle)


def _encode(text: str | None) -> bytes | None:
    return text.encode() if text is not None else None


class LoadedObject:
    """Object code linked into this process; unloaded when the last reference to it goes.

    Whoever keeps an address must keep this object alive. Raises CompileError for bytes that are
    no object.
    """

    def __init__(self, data: bytes, name: str = "object"):
        self._program = None
        buffer = ctypes.create_string_buffer(data, len(data))
        size = _Bytes(ctypes.addressof(buffer), len(data))
        self._unload = _library().laminaProgramUnload
        self._program = _call(f"loading {name}", _library().laminaProgramLoad, size, name.encode())
        self.name = name

    def address(self, symbol: str) -> int:
        """The address of `symbol`; raises CompileError if it or what it needs is not defined."""
        return _call(
            f"linking {self.name}",
            _library().laminaProgramLookup,
            c_void_p(self._program),
            symbol.encode(),
        )

    def __del__(self) -> None:
        if self._program is not None:
            self._unload(c_void_p(self._program))
            self._program = None


def run_lamina_opt() -> None:
    """Replace this process with `lamina-opt` and the same arguments; the command of that name."""
    path = _find("lamina-opt")
    os.execv(path, ["lamina-opt", *sys.argv[1:]])
