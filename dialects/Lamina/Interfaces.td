#ifndef LAMINA_INTERFACES
#define LAMINA_INTERFACES

include "mlir/IR/OpBase.td"

def Lamina_ViewOpInterface : OpInterface<"ViewOpInterface"> {
  let cppNamespace = "::mlir::lamina";
  let description = [{
    A view names part of another array, in another order or shape, without moving
    data. Functionalization needs two things of it: the same view of another base,
    and the base after the view was overwritten.
  }];
  let methods = [
    InterfaceMethod<"The array this is a view of.", "::mlir::Value", "getViewSource", (ins),
      [{}], [{ return $_op->getOperand(0); }]>,
    InterfaceMethod<[{
        The same view of `base`, which has the shape and element type of this op's
        source and may be of either world.
      }], "::mlir::Value", "replay",
      (ins "::mlir::OpBuilder &":$builder, "::mlir::Location":$loc, "::mlir::Value":$base),
      [{}], [{ return ::mlir::lamina::replayView($_op, builder, loc, base); }]>,
    InterfaceMethod<[{
        The value of `base` (a tensor) after its part seen through this view was
        replaced by `updated`. Fails if several elements of the view may be one
        element of the base.
      }], "::mlir::FailureOr<::mlir::Value>", "invert",
      (ins "::mlir::OpBuilder &":$builder, "::mlir::Location":$loc, "::mlir::Value":$base,
           "::mlir::Value":$updated)>,
  ];
}

#endif // LAMINA_INTERFACES
