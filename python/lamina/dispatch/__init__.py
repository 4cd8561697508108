"""The layers every operator call goes through, one file a layer.

    function -> autocast -> transforms -> autograd -> aliasing -> modes -> kernel

Each layer is a plain function `call(op, args)` that does its part and calls the next;
`lamina.dispatch.entry` is the way in. With no layer active it goes straight to the kernel. No layer
knows of an individual operator.
"""
