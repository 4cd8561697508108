#ifndef LAMINA_DIALECT
#define LAMINA_DIALECT

include "mlir/IR/OpBase.td"

def Lamina_Dialect : Dialect {
  let name = "lamina";
  let cppNamespace = "::mlir::lamina";
  let summary = "Array programs that mutate, alias and differentiate";
  let description = [{
    One set of operations lives in two worlds. In the *ref world* an array is a
    `!lamina.ref`: a handle to memory that other handles may share and that
    `lamina.assign` overwrites; this is what a traced program is. In the *value
    world* an array is a `tensor`: immutable, without identity; this is what
    `lamina-functionalize` makes of the traced program. Every operation is written
    once, all its arrays are of one world, and its memory effects say which.
  }];
  let useDefaultTypePrinterParser = 1;
  let useDefaultAttributePrinterParser = 1;
  let extraClassDeclaration = [{
    void registerTypes();
    void registerAttributes();
  }];
  let hasCanonicalizer = 1;
  let hasOperationAttrVerify = 1;
  let hasRegionArgAttrVerify = 1;
  let hasRegionResultAttrVerify = 1;
}

#endif // LAMINA_DIALECT
