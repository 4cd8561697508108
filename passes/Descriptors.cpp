#include "passes/Descriptors.h"

using namespace mlir;
using namespace mlir::lamina;

bool descriptor::isDescribed(func::FuncOp func) {
  return llvm::any_of(llvm::seq(func.getNumArguments()),
                      [&](unsigned index) { return func.getArgAttr(index, kArgument); }) ||
         llvm::any_of(llvm::seq(func.getNumResults()),
                      [&](unsigned index) { return func.getResultAttr(index, kResult); });
}

std::optional<int64_t> descriptor::getInput(func::FuncOp func, unsigned index) {
  auto input = func.getArgAttrOfType<InputAttr>(index, kArgument);
  return input ? std::optional(input.getIndex()) : std::nullopt;
}

BlockArgument descriptor::findInput(func::FuncOp func, int64_t input) {
  for (BlockArgument argument : func.getArguments())
    if (getInput(func, argument.getArgNumber()) == input)
      return argument;
  return nullptr;
}

bool descriptor::hasTangent(func::FuncOp func, TangentOf of, int64_t index) {
  auto wanted = TangentAttr::get(func.getContext(), of, index);
  return llvm::any_of(llvm::seq(func.getNumArguments()), [&](unsigned argument) {
    return func.getArgAttr(argument, kArgument) == wanted;
  });
}

descriptor::Result descriptor::makeResult(Value value, Attribute descriptor) {
  Builder builder(descriptor.getContext());
  return {value, builder.getDictionaryAttr(builder.getNamedAttr(kResult, descriptor))};
}

SmallVector<descriptor::Result> descriptor::getResults(func::FuncOp func) {
  SmallVector<Result> results;
  for (OpOperand &operand : func.front().getTerminator()->getOpOperands()) {
    DictionaryAttr attributes = func.getResultAttrDict(operand.getOperandNumber());
    results.push_back({operand.get(), attributes});
  }
  return results;
}

void descriptor::setResults(func::FuncOp func, ArrayRef<Result> results) {
  auto values = llvm::map_to_vector(results, [](const Result &result) { return result.value; });
  auto attributes =
      llvm::map_to_vector(results, [](const Result &result) { return result.attributes; });
  func.front().getTerminator()->setOperands(values);
  func.setFunctionType(FunctionType::get(func.getContext(), func.front().getArgumentTypes(),
                                         TypeRange(ValueRange(values))));
  func.setAllResultAttrs(attributes);
}
