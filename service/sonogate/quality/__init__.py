"""How close the picture comes to the direct export: one measure a file."""

from sonogate.quality.fidelity_model import FidelityModel, parse_fidelity_model
from sonogate.quality.glare_model import GlareModel, parse_glare_model
from sonogate.quality.report import assess

__all__ = ["FidelityModel", "GlareModel", "assess", "parse_fidelity_model", "parse_glare_model"]
