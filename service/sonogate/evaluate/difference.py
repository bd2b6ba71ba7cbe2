"""Difference pictures of a photo and its export, on the export's grid, without identifiers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sonogate.evaluate.alignment import Alignment
from sonogate.evaluate.hiding import hidden_in_photo
from sonogate.policy import Policy
from sonogate.reference import fit_tone
from sonogate.reference.planes import Mask, luma
from sonogate.types import Assessment, MaskedScreen, PixelArray

# Difference of luma at which the colour is full, codes of 0-255.
FULL_COLOUR_CODES = 64.0
_BRIGHTER = np.array([178.0, 24.0, 43.0])
_NEITHER = np.array([247.0, 247.0, 247.0])
_DARKER = np.array([33.0, 102.0, 172.0])


@dataclass(frozen=True, slots=True, eq=False)
class Difference:
    """Four pictures of one pair, all filled where either of the pair is masked.

    Attributes:
        export: The export.
        photo: The photo on its grid, as captured.
        captured: Photo minus export in luma: red where the photo is brighter, blue where
            it is darker, white where they agree.
        tone_fitted: The same after the monotone tone curve.
    """

    export: MaskedScreen
    photo: MaskedScreen
    captured: MaskedScreen
    tone_fitted: MaskedScreen


def make_difference(
    export: PixelArray,
    alignment: Alignment,
    area: Mask,
    hidden: MaskedScreen,
    assessment: Assessment,
    policy: Policy,
) -> Difference:
    """Make the difference pictures of a registered pair.

    Args:
        export: The export.
        alignment: The photo on its grid.
        area: The scan area, over which the tone curve is fitted.
        hidden: The masked export.
        assessment: What the gate masked in the photo.
        policy: For the fill.
    """
    filled = hidden.mask | hidden_in_photo(alignment, assessment)
    fill = policy.identifiers.fill_grey
    captured = np.clip(alignment.pixels, 0.0, 255.0)
    fitted = fit_tone(export, captured, area)

    def shown(pixels: PixelArray) -> MaskedScreen:
        # More is filled here than identifiers.mask left open, never less.
        return MaskedScreen(np.where(filled[..., None], np.uint8(fill), pixels), filled)

    return Difference(
        export=shown(export),
        photo=shown(np.rint(captured).astype(np.uint8)),
        captured=shown(_coloured(luma(captured) - luma(export))),
        tone_fitted=shown(_coloured(luma(fitted) - luma(export))),
    )


def _coloured(codes: NDArray[np.float32]) -> PixelArray:
    strength = np.clip(codes / FULL_COLOUR_CODES, -1.0, 1.0)[..., None]
    end = np.where(strength > 0.0, _BRIGHTER, _DARKER)
    return np.asarray(np.rint(_NEITHER + np.abs(strength) * (end - _NEITHER)), np.uint8)
