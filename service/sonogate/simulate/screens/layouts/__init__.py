"""Layout families, by name."""

from __future__ import annotations

from sonogate.simulate.screens.layouts.consoles import CONSOLES
from sonogate.simulate.screens.layouts.family import Family

ALL: tuple[Family, ...] = (*CONSOLES,)

__all__ = ["ALL", "Family"]
