"""From the photo's colour profile to sRGB."""

from __future__ import annotations

import io
from functools import lru_cache

import numpy as np
from PIL import Image, ImageCms

from sonogate.types import PixelArray


def to_srgb(pixels: PixelArray, icc_profile: bytes | None) -> PixelArray:
    """Return ``pixels`` in sRGB (IEC 61966-2-1).

    A profile that is broken, or not one for RGB, is ignored: the pixels are then taken
    as sRGB already, as every viewer does.

    Args:
        pixels: (height, width, 3) uint8 RGB in the profile's space.
        icc_profile: The embedded ICC profile, or None for sRGB.
    """
    if icc_profile is None:
        return pixels
    transform = _transform(icc_profile)
    if transform is None:
        return pixels
    try:
        converted = ImageCms.applyTransform(Image.fromarray(pixels), transform)
    except (ImageCms.PyCMSError, ValueError, OSError):
        return pixels
    return pixels if converted is None else np.asarray(converted)


@lru_cache(maxsize=8)
def _transform(icc_profile: bytes) -> ImageCms.ImageCmsTransform | None:
    """Build the transform once a profile: phones embed the same few."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(icc_profile))
        if source.profile.xcolor_space.strip() != "RGB":
            return None
        return ImageCms.buildTransform(
            source,
            ImageCms.createProfile("sRGB"),
            "RGB",
            "RGB",
            renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
        )
    except (ImageCms.PyCMSError, ValueError, TypeError, OSError):
        return None
