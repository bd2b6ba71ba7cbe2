"""Phone photos of a screen, from the panel's subpixels to the file, in linear light.

Radiance is in units of the screen's white: 1.0 is a white pixel seen straight on.
"""

from sonogate.simulate.camera.photograph import photograph, photograph_empty
from sonogate.simulate.camera.presets import PresetName
from sonogate.simulate.camera.scenery import Scenery

__all__ = ["PresetName", "Scenery", "photograph", "photograph_empty"]
