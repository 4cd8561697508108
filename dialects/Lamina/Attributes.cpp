#include "dialects/Lamina/Lamina.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace mlir::lamina;

#include "dialects/Lamina/Enums.cpp.inc"
#include "dialects/Lamina/Keywords.cpp.inc"

#define GET_ATTRDEF_CLASSES
#include "dialects/Lamina/Attributes.cpp.inc"

void LaminaDialect::registerAttributes() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "dialects/Lamina/Attributes.cpp.inc"
      >();
}

Attribute AliasAttr::parse(AsmParser &parser, Type) {
  StringRef keyword;
  int64_t index;
  SmallVector<ViewStepAttr> views;
  Sharing sharing = Sharing::View;
  if (parser.parseLess() || parser.parseKeyword(&keyword) || parser.parseComma() ||
      parser.parseInteger(index) || parser.parseComma())
    return {};
  std::optional<AliasRoot> root = symbolizeAliasRoot(keyword);
  if (!root)
    return parser.emitError(parser.getCurrentLocation(),
                            "expected input, fresh, base or output, got '")
               << keyword << "'",
           Attribute();
  auto parseView = [&] { return parser.parseAttribute(views.emplace_back()); };
  if (parser.parseCommaSeparatedList(AsmParser::Delimiter::Square, parseView))
    return {};
  if (succeeded(parser.parseOptionalComma())) {
    if (parser.parseKeyword(&keyword))
      return {};
    std::optional<Sharing> word = symbolizeSharing(keyword);
    if (!word)
      return parser.emitError(parser.getCurrentLocation(),
                              "expected how autograd sees the alias, got '")
                 << keyword << "'",
             Attribute();
    sharing = *word;
  }
  if (parser.parseGreater())
    return {};
  return parser.getChecked<AliasAttr>(parser.getContext(), *root, index, views, sharing);
}

void AliasAttr::print(AsmPrinter &printer) const {
  printer << '<' << stringifyAliasRoot(getRoot()) << ", " << getIndex() << ", [";
  llvm::interleaveComma(getViews(), printer, [&](ViewStepAttr view) { printer << view; });
  printer << ']';
  if (getSharing() != Sharing::View)
    printer << ", " << stringifySharing(getSharing());
  printer << '>';
}
