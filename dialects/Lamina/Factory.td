#ifndef LAMINA_FACTORY
#define LAMINA_FACTORY

include "dialects/Lamina/Base.td"

def Lamina_FactoryGroup : OpDocGroup {
  let summary = "Factories";
  let description = [{
    Arrays made from nothing. The result type says in which world.
  }];
}

let opDocGroup = Lamina_FactoryGroup in {

// Arrays made from nothing. The result type carries the world. None is ConstantLike: on refs each
// is fresh memory, which may be written later and must not merge with another's.

def Lamina_ConstantOp : Lamina_ComputeOp<"constant"> {
  let summary = "A literal array";
  let description = Lamina_Described<[{
    The elements of `value`, whose shape and element type are the result's. A literal of one
    repeated element is canonically `lamina.full`.
  }], "%0 = lamina.constant dense<[1.0, 2.0]> : tensor<2xf32> : !lamina.ref<2xf32>">.text;
  let arguments = (ins ElementsAttr:$value);
  let results = (outs Lamina_Array:$result);
  let assemblyFormat = "attr-dict $value `:` type($result)";
  let hasCanonicalizer = 1;
  let hasVerifier = 1;
}

def Lamina_FullOp : Lamina_ComputeOp<"full"> {
  let summary = "An array of one value";
  let description = Lamina_Described<[{
    `value` is a float or integer attribute of the result's element type, and a pair `[re, im]` of
    them for a complex one. The shape is static.
  }], "%0 = lamina.full {value = 1.0 : f32} : tensor<2x3xf32>">.text;
  let arguments = (ins Lamina_Scalar:$value);
  let results = (outs Lamina_Array:$result);
  let assemblyFormat = "attr-dict `:` type($result)";
  let hasVerifier = 1;
}

def Lamina_IotaOp : Lamina_ComputeOp<"iota"> {
  let summary = "Counting along a dimension";
  let description = Lamina_Described<[{
    0, 1, 2, ... along `dim`, the same along every other dimension. Integers wrap; floats are the
    nearest to the count. The shape is static.
  }], "%0 = lamina.iota {dim = 1 : i64} : tensor<2x3xi64>">.text;
  let arguments = (ins I64Attr:$dim);
  let results = (outs Lamina_IntOrFloatArray:$result);
  let assemblyFormat = "attr-dict `:` type($result)";
  let hasVerifier = 1;
}

} // opDocGroup

#endif // LAMINA_FACTORY
