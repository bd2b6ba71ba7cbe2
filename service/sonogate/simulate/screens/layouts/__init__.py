"""Layout families, by name."""

from __future__ import annotations

from sonogate.simulate.screens.layouts.consoles import CONSOLES
from sonogate.simulate.screens.layouts.family import Family
from sonogate.simulate.screens.layouts.handhelds import HANDHELDS
from sonogate.simulate.screens.layouts.modes import MODES
from sonogate.simulate.screens.layouts.pages import PAGES
from sonogate.simulate.screens.layouts.views import VIEWS

ALL: tuple[Family, ...] = (*CONSOLES, *MODES, *VIEWS, *HANDHELDS, *PAGES)

__all__ = ["ALL", "Family"]
