"""Where the MLIR bindings look for Python classes of operations."""
