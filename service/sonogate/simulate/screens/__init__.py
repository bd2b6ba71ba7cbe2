"""Screens of invented ultrasound machines, with the exact truth of all that is on them."""

from __future__ import annotations

from sonogate.simulate.screens.other_screens import render_other_screen
from sonogate.simulate.screens.render import FAMILIES, render_export

__all__ = ["FAMILIES", "render_export", "render_other_screen"]
