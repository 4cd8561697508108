"""The layers: each keeps parameters and options, and calls one function of `nn.functional`."""
