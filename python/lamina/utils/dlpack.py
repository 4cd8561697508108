"""`lamina.utils.dlpack`: the names that DLPack functions have in torch."""

from ..dlpack import from_dlpack, to_dlpack

__all__ = ["from_dlpack", "to_dlpack"]
