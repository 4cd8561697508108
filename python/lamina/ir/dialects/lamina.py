"""The lamina dialect has no operation classes of its own in Python: the generic `Operation` does.

The module exists because the bindings search for it whenever they meet a type of the dialect, and a
search that fails is repeated for every value (about 100 us each).
"""
