/// What refs name while a function is turned into tensors: handles into roots.
#ifndef LAMINA_FUNCTIONALIZE_MEMORY_H
#define LAMINA_FUNCTIONALIZE_MEMORY_H

#include "dialects/Lamina/Lamina.h"

#include <deque>

namespace mlir::lamina {

/// Views of values often are no operation at all; finding that out here keeps a value
/// that comes back to where it was the same value.
Value simplify(OpBuilder &builder, Value value);

/// Memory that handles share: an argument's, or the fresh result of an operation.
struct Root {
  /// The ref the root was made with.
  Value origin;
  /// What the memory holds now.
  Value content;
  /// Position among all roots, in the order they came up.
  unsigned number;
  /// The time of the last write, so that handles know when their value is stale.
  unsigned generation = 0;
  /// What this memory was before it was resized; null if it was not.
  Root *before = nullptr;
  /// Whether it was resized, after which it is another root.
  bool isGone = false;

  /// The memory that it was at first.
  Root &first() { return before ? before->first() : *this; }
};

/// A place in a root: the root itself, or a view of another handle.
struct Handle {
  Root *root;
  Handle *source = nullptr;
  ViewOpInterface view;
  /// What the place held at `generation`.
  Value value;
  unsigned generation = 0;

  bool isRoot() const { return !source; }
  bool isCurrent() const { return value && generation == root->generation; }
  /// The views that lead from the root to this place.
  SmallVector<ViewOpInterface> path() const;
};

/// Follows the content of every root through a straight line of reads and writes.
/// Reads and writes emit tensor operations at the builder's insertion point.
class Memory {
public:
  explicit Memory(OpBuilder &builder) : builder(builder) {}

  /// `ref` is new memory that holds `content`.
  void addRoot(Value ref, Value content);

  /// The view's result is another handle into the memory of its source.
  void addView(ViewOpInterface view);

  /// The tensor that `ref` holds now.
  Value read(Value ref) { return read(handle(ref)); }

  /// `ref` holds `content` from here on, and so does all memory that it shares.
  /// Which of several values given to one element of memory stays is unspecified. Fails, with a
  /// diagnostic at `loc`, if elements overlap in a way that positions cannot describe.
  LogicalResult write(Location loc, Value ref, Value content);

  /// The memory of `resize` goes on with another size. Fails, with a diagnostic, if its source is
  /// not all of some memory of static shape.
  LogicalResult resize(ResizeOp resize);

  /// All memory, in the order it came up.
  auto getRoots() { return llvm::make_pointer_range(roots); }

  /// `root` holds `content` from here on.
  void overwrite(Root &root, Value content);

  /// What all memory held at some point.
  struct Snapshot {
    SmallVector<Value> contents;

    bool contains(const Root *root) const { return root->number < contents.size(); }
  };
  Snapshot save() const;

  /// Goes back to `snapshot` and forgets values that were read since.
  void restore(const Snapshot &snapshot);

  Handle &handle(Value ref) { return *handles.at(ref); }

private:
  Value read(Handle &handle);

  /// What `source` holds after `content` was written to `target`, a place in it, element by
  /// element.
  FailureOr<Value> scatter(Location loc, Handle &source, Handle &target, Value content);

  OpBuilder &builder;
  unsigned clock = 0;
  std::deque<Root> roots;
  std::deque<Handle> places;
  DenseMap<Value, Handle *> handles;
};

} // namespace mlir::lamina

#endif // LAMINA_FUNCTIONALIZE_MEMORY_H
