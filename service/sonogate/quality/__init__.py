"""How close the picture comes to the direct export: one measure a file."""

from sonogate.quality.glare_model import GlareModel, parse_glare_model
from sonogate.quality.report import assess

__all__ = ["GlareModel", "assess", "parse_glare_model"]
