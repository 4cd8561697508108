/// Pieces of textual syntax that several operations share.
#ifndef LAMINA_ASSEMBLY_H
#define LAMINA_ASSEMBLY_H

#include "mlir/IR/OpImplementation.h"

namespace mlir::lamina {

/// `custom<OneType>`: operands whose types are equal in valid IR are written with one type.
inline ParseResult parseOneType(OpAsmParser &parser, Type &first, Type &second) {
  if (parser.parseType(first))
    return failure();
  second = first;
  return success();
}

inline void printOneType(OpAsmPrinter &printer, Operation *, Type first, Type) { printer << first; }

} // namespace mlir::lamina

#endif // LAMINA_ASSEMBLY_H
