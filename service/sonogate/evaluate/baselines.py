"""Measures of sharpness that others use, to be compared with."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import cv2
import numpy as np
from skimage.measure import blur_effect

from sonogate.types import PixelArray, RectifiedScreen


def on_grid(screen: RectifiedScreen) -> PixelArray:
    """Return the rectified picture on the export's grid."""
    if screen.size_wh == screen.export_size_wh:
        return screen.pixels
    method = cv2.INTER_AREA if screen.size_wh[0] > screen.export_size_wh[0] else cv2.INTER_LINEAR
    return np.asarray(
        cv2.resize(screen.pixels, screen.export_size_wh, interpolation=method), np.uint8
    )


def baselines(screen: RectifiedScreen) -> Mapping[str, float]:
    """Return figures of the scan area's bounding box, higher is sharper.

    ``laplacian_variance`` (Pech-Pacheco et al., 2000), ``tenengrad`` (Krotkov, 1987) and
    ``blur_effect`` (Crete et al., 2007, as scikit-image has it, negated).
    """
    grey = cv2.cvtColor(on_grid(screen), cv2.COLOR_RGB2GRAY)
    if screen.scan_area_xy is not None:
        scale = np.array(screen.export_size_wh) / np.array(screen.size_wh)
        area = (screen.scan_area_xy + 0.5) * scale - 0.5
        low = np.clip(area.min(0).astype(int), 0, None)
        high = area.max(0).astype(int) + 1
        grey = grey[low[1] : high[1], low[0] : high[0]]
    light = grey.astype(np.float32)
    gx, gy = cv2.Sobel(light, cv2.CV_32F, 1, 0), cv2.Sobel(light, cv2.CV_32F, 0, 1)
    return MappingProxyType(
        {
            "laplacian_variance": float(cv2.Laplacian(light, cv2.CV_32F).var()),
            "tenengrad": float((gx**2 + gy**2).mean()),
            "blur_effect": -float(blur_effect(grey)),  # type: ignore[no-untyped-call]
        }
    )
