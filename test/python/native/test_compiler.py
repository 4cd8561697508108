"""Object code from MLIR: options, inspection, errors."""

import pytest
from lamina import native
from lamina.errors import CompileError
from support import ADD, compile_text, lower


@pytest.mark.parametrize("level", [0, 1, 2, 3])
def test_every_level_gives_an_elf_object(level):
    assert compile_text(ADD.format(n=64, t="f32"), level).data.startswith(b"\x7fELF")


def test_stages_are_timed():
    seconds = compile_text(ADD.format(n=64, t="f32")).seconds
    assert list(seconds) == ["translate", "optimize", "codegen"]
    assert all(value > 0 for value in seconds.values())


def test_the_same_module_compiles_twice_to_the_same_bytes():
    module = lower(ADD.format(n=64, t="f32"))
    assert native.compile_object(module).data == native.compile_object(module).data


def test_text_is_kept_only_on_request():
    plain = compile_text(ADD.format(n=64, t="f32"))
    kept = compile_text(ADD.format(n=64, t="f32"), keep_text=True)
    assert plain.llvm_ir is None and plain.assembly is None
    assert "define void @add_packed(ptr" in kept.llvm_ir
    assert "add_packed:" in kept.assembly
    assert kept.data == plain.data


def test_the_target_decides_the_registers():
    wide = compile_text(
        ADD.format(n=256, t="f32"), 3, cpu="x86-64-v4", vector_width=512, keep_text=True
    ).assembly
    narrow = compile_text(ADD.format(n=256, t="f32"), 3, cpu="x86-64-v3", keep_text=True).assembly
    assert "%zmm" in wide
    assert "%zmm" not in narrow and "%ymm" in narrow


def test_features_amend_the_host():
    assembly = compile_text(
        ADD.format(n=256, t="f32"), 3, features="-avx512f", keep_text=True
    ).assembly
    assert "%zmm" not in assembly


def test_host_is_described():
    assert native.host_cpu()
    assert all(feature[0] in "+-" for feature in native.host_features().split(","))


@pytest.mark.parametrize(
    "options, message",
    [
        ({"cpu": "z80"}, "unknown target cpu 'z80'"),
        ({"features": "+warp"}, "unknown target feature 'warp'"),
        ({"features": "avx2"}, "must start with"),
        ({"opt_level": 4}, "4 is not between 0 and 3"),
    ],
)
def test_unknown_options_are_refused(options, message):
    with pytest.raises(CompileError, match=message):
        compile_text(ADD.format(n=64, t="f32"), **options)


def test_what_is_not_in_the_llvm_dialect_is_named():
    from mlir import ir

    with ir.Context() as context:
        native.register(context)
        module = ir.Module.parse("func.func @f() { return }")
        with pytest.raises(CompileError, match=r"func\.func"):
            native.compile_object(module)


@pytest.mark.parametrize(
    "function, message",
    [
        (
            """llvm.func @f() -> i64 attributes {lamina.entry} {
              %0 = llvm.mlir.constant(1 : i64) : i64
              llvm.return %0 : i64
            }""",
            "entry 'f' returns a value",
        ),
        ("llvm.func @f() attributes {lamina.entry}", "entry 'f' has no body"),
        (
            "llvm.func @f(%a: vector<4xf32>) attributes {lamina.entry} { llvm.return }",
            "entry 'f' has parameter 0, which is not",
        ),
        (
            """llvm.func @f() attributes {lamina.entry} { llvm.return }
            llvm.func @f_packed() { llvm.return }""",
            "symbol 'f_packed' is reserved",
        ),
    ],
)
def test_functions_that_cannot_be_entries_are_refused(function, message):
    with pytest.raises(CompileError, match=message):
        compile_text(function)


def test_functions_without_the_attribute_get_no_packed_entry():
    text = compile_text("llvm.func @f() { llvm.return }", keep_text=True).llvm_ir
    assert "f_packed" not in text
