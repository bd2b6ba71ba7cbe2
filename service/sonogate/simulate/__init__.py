"""Screens and cameras with exact truth, seeded."""

from sonogate.simulate.camera import Scenery, photograph, photograph_empty
from sonogate.simulate.screens import render_export, render_other_screen

__all__ = ["Scenery", "photograph", "photograph_empty", "render_export", "render_other_screen"]
