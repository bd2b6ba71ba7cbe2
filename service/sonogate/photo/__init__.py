"""From a file's bytes to an upright picture: formats, limits, orientation, colour profile."""

from sonogate.photo.decode import decode
from sonogate.photo.sandbox import Decoder, ReadyDecoders

__all__ = ["Decoder", "ReadyDecoders", "decode"]
