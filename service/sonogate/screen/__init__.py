"""Where the display is, and the display seen straight on."""

from sonogate.screen.locate import ClassicalLocator, ScreenLocator
from sonogate.screen.rectify import rectify
from sonogate.screen.refine import refine
from sonogate.screen.scan_area import find_scan_area

__all__ = ["ClassicalLocator", "ScreenLocator", "find_scan_area", "rectify", "refine"]
