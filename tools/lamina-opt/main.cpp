/// lamina-opt: runs any pass or pipeline of lamina or MLIR on a file.
#include "mlir/InitAllPasses.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"
#include "python/native/Registration.h"

int main(int argc, char **argv) {
  mlir::registerAllPasses();
  mlir::lamina::registerPasses();
  mlir::DialectRegistry registry;
  mlir::lamina::registerDialects(registry);
  return mlir::asMainReturnCode(mlir::MlirOptMain(
      argc, argv, "lamina: compile array programs that mutate and alias\n", registry));
}
