/// What refs name while a function is turned into tensors: handles into roots.
#ifndef LAMINA_FUNCTIONALIZE_MEMORY_H
#define LAMINA_FUNCTIONALIZE_MEMORY_H

#include "dialects/Lamina/Lamina.h"

#include <deque>

namespace mlir::lamina {

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
