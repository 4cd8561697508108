// RUN: lamina-opt --lamina-verify-stage=stage=llvm --verify-diagnostics --split-input-file %s

llvm.func @add(%a: i64) -> i64 {
  // expected-error @+1 {{'arith.addi' is no operation of llvm: 'lamina-cpu-convert-to-llvm' should have left none}}
  %0 = arith.addi %a, %a : i64
  llvm.return %0 : i64
}
