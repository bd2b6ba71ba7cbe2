"""From measures and masking to accepted, accepted with limits, retake or rejected."""

from sonogate.verdict.decide import decide, unreadable
from sonogate.verdict.places import place_of

__all__ = ["decide", "place_of", "unreadable"]
