"""How close the picture comes to the direct export: one measure a file."""

from sonogate.quality.report import assess

__all__ = ["assess"]
