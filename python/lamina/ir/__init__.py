"""Thin help over the MLIR Python API: context, types, locations, builder, interpreter.

Everything that touches `mlir` goes through this room, so that importing lamina does not load MLIR.
It knows the dialect and the primitives; it knows nothing of Tensors, autograd or how a program is
captured.
"""
