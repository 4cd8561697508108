#ifndef LAMINA_BINARY
#define LAMINA_BINARY

include "dialects/Lamina/Base.td"

def Lamina_BinaryGroup : OpDocGroup {
  let summary = "Elementwise operations on two arrays";
  let description = [{
    The operands have one shape and element type: nothing broadcasts or promotes inside the IR,
    whoever emits an operation inserts `lamina.expand` and `lamina.cast` first.
  }];
}

let opDocGroup = Lamina_BinaryGroup in {

// Two operands and a result of one type: nothing broadcasts or promotes inside the IR.
class Lamina_BinaryOp<string mnemonic, Type array, string what, string prose,
                      list<Trait> traits = [], string example = "tensor<4xf32>">
    : Lamina_InferredOp<mnemonic, !listconcat([Lamina_Pointwise], traits)> {
  let summary = what;
  let description = Lamina_Described<prose,
      "%2 = lamina." # mnemonic # " %0, %1 : " # example>.text;
  let arguments = (ins array:$lhs, array:$rhs);
  let results = (outs Lamina_Array:$result);
  let assemblyFormat = "$lhs `,` $rhs attr-dict `:` custom<OneType>(type($lhs), type($rhs))";
  let extraClassDefinition = [{
    ::llvm::LogicalResult $cppClass::inferTypes(const TypeInference &on, Adaptor adaptor,
                                                ::llvm::SmallVectorImpl<::mlir::Type> &types) {
      return on.sameType(adaptor.getOperands(), types);
    }
  }];
}

//===-- Arithmetic -------------------------------------------------------------------------===//

def Lamina_AddOp : Lamina_BinaryOp<"add", Lamina_Array, "Sum", [{
    `lhs + rhs`. Integers wrap; for `i1` this is logical or.
}], [Commutative]> { let hasFolder = 1; }

def Lamina_SubOp : Lamina_BinaryOp<"sub", Lamina_NumberArray, "Difference", [{
    `lhs - rhs`. Integers wrap.
}]> { let hasFolder = 1; }

def Lamina_MulOp : Lamina_BinaryOp<"mul", Lamina_Array, "Product", [{
    `lhs * rhs`. Integers wrap; for `i1` this is logical and.
}], [Commutative]> { let hasFolder = 1; }

def Lamina_DivOp : Lamina_BinaryOp<"div", Lamina_NumberArray, "Quotient", [{
    `lhs / rhs`. Floats follow IEEE 754: a nonzero number over zero is infinite, zero over zero is
    NaN. Integers truncate toward zero; an integer over zero is 0.
}]> { let hasFolder = 1; }

def Lamina_RemOp : Lamina_BinaryOp<"rem", Lamina_IntOrFloatArray, "Remainder of truncated division", [{
    `lhs - rhs * trunc(lhs / rhs)`, computed exactly (C's `fmod`). It has the sign of `lhs` and is
    smaller than `rhs` in magnitude. The remainder by zero is NaN for floats, 0 for integers.
}]>;

def Lamina_PowOp : Lamina_BinaryOp<"pow", Lamina_NumberArray, "Power", [{
    `lhs` to the power `rhs`. Floats follow C's `pow`: anything, NaN too, to the power zero is 1, and
    a negative number to a fractional power is NaN. Integers wrap; to a negative power, 1 gives 1,
    -1 gives 1 or -1 and everything else 0.
}]> { let hasFolder = 1; }

def Lamina_Atan2Op : Lamina_BinaryOp<"atan2", Lamina_FloatArray, "Angle of a point", [{
    The angle in (-pi, pi] of the point with ordinate `lhs` and abscissa `rhs`, with C's rules for
    zeros and infinities.
}]>;

def Lamina_MaximumOp : Lamina_BinaryOp<"maximum", Lamina_OrderedArray, "Larger of two", [{
    NaN if either operand is NaN; 0 counts as larger than -0 or as equal to it.
}], [Commutative]> { let hasFolder = 1; }

def Lamina_MinimumOp : Lamina_BinaryOp<"minimum", Lamina_OrderedArray, "Smaller of two", [{
    NaN if either operand is NaN; -0 counts as smaller than 0 or as equal to it.
}], [Commutative]> { let hasFolder = 1; }

//===-- Bits -------------------------------------------------------------------------------===//

def Lamina_BitwiseAndOp : Lamina_BinaryOp<"bitwise_and", Lamina_BitsArray, "Bits set in both", [{
    For `i1` this is logical and.
}], [Commutative], "tensor<4xi32>"> { let hasFolder = 1; }

def Lamina_BitwiseOrOp : Lamina_BinaryOp<"bitwise_or", Lamina_BitsArray, "Bits set in either", [{
    For `i1` this is logical or.
}], [Commutative], "tensor<4xi32>"> { let hasFolder = 1; }

def Lamina_BitwiseXorOp : Lamina_BinaryOp<"bitwise_xor", Lamina_BitsArray, "Bits set in one only", [{
    For `i1` this is inequality.
}], [Commutative], "tensor<4xi32>"> { let hasFolder = 1; }

def Lamina_ShiftLeftOp : Lamina_BinaryOp<"shift_left", Lamina_IntArray, "Left shift", [{
    `lhs * 2^rhs`, wrapping. A shift that is negative or not below the width gives 0.
}], [], "tensor<4xi32>"> { let hasFolder = 1; }

def Lamina_ShiftRightOp : Lamina_BinaryOp<"shift_right", Lamina_IntArray, "Right shift", [{
    `lhs / 2^rhs` rounded down: the sign bit moves in for signed elements, zeros for `ui8`. A shift
    that is negative or not below the width leaves only bits that moved in.
}], [], "tensor<4xi32>"> { let hasFolder = 1; }

} // opDocGroup

#endif // LAMINA_BINARY
