# Finds MLIR and LLVM inside the Python wheels that carry them, and defines
#   mlir_headers   flags and include folders every lamina source needs,
#   mlir_runtime   the one shared MLIR that Python's bindings load too,
#   mlir_opt_main  the static pieces of mlir-opt's main that this library lacks.
#
# Everything links against libMLIRPythonCAPI.so, never against libMLIR.so: two
# copies of MLIR in one process have two type registries and corrupt each other.

function(find_wheel package out)
  execute_process(
    COMMAND ${Python_EXECUTABLE} -c
            "import importlib.util as u; print(u.find_spec('${package}').submodule_search_locations[0])"
    OUTPUT_VARIABLE folder OUTPUT_STRIP_TRAILING_WHITESPACE RESULT_VARIABLE failed)
  if(failed)
    message(FATAL_ERROR "The Python package '${package}' is missing from ${Python_EXECUTABLE}: "
                        "install the build requirements that pyproject.toml lists.")
  endif()
  set(${out} ${folder} PARENT_SCOPE)
endfunction()

find_wheel(mlir MLIR_WHEEL)
find_wheel(llvm LLVM_WHEEL)
set(MLIR_TBLGEN ${MLIR_WHEEL}/bin/mlir-tblgen)
set(FILECHECK ${LLVM_WHEEL}/bin/FileCheck)

# The wheels are built without RTTI and with assertions; classes such as
# mlir::Pass change layout with these definitions, so they are not ours to choose.
add_library(mlir_headers INTERFACE)
target_include_directories(mlir_headers SYSTEM INTERFACE ${MLIR_WHEEL}/include ${LLVM_WHEEL}/include)
target_compile_definitions(mlir_headers INTERFACE _GNU_SOURCE _DEBUG _GLIBCXX_ASSERTIONS
  _GLIBCXX_USE_CXX11_ABI=1 __STDC_CONSTANT_MACROS __STDC_FORMAT_MACROS __STDC_LIMIT_MACROS)
target_compile_options(mlir_headers INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-fno-rtti -fno-exceptions>)

add_library(mlir_runtime INTERFACE)
target_link_libraries(mlir_runtime INTERFACE mlir_headers
  ${MLIR_WHEEL}/_mlir_libs/libMLIRPythonCAPI.so ${LLVM_WHEEL}/lib/libLLVM.so)

set(mlir_opt_archives)
foreach(name OptLib Observers Debug RemarkStreamer PluginsLib Pass Support IR)
  list(APPEND mlir_opt_archives ${MLIR_WHEEL}/lib/libMLIR${name}.a)
endforeach()
add_library(mlir_opt_main INTERFACE)
target_link_libraries(mlir_opt_main INTERFACE mlir_runtime
  -Wl,--start-group ${mlir_opt_archives} -Wl,--end-group)

# Built libraries run from the build folder; installed ones sit in
# site-packages/lamina/_native and find the wheels beside them.
set(CMAKE_BUILD_RPATH ${MLIR_WHEEL}/_mlir_libs ${LLVM_WHEEL}/lib)
set(CMAKE_INSTALL_RPATH "$ORIGIN" "$ORIGIN/../../mlir/_mlir_libs" "$ORIGIN/../../llvm/lib")
