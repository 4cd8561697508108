"""From a Python call to IR: flattening arguments, tracing operator calls, and what the trace
depends on.

Nothing here knows of passes, backends or how a compiled function is called.
"""
