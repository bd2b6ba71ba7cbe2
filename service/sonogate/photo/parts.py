"""What a walk through a file's headers yields, before any pixel is decoded."""

from __future__ import annotations

from dataclasses import dataclass, field

from sonogate.errors import PhotoError
from sonogate.policy import PhotoPolicy
from sonogate.types import EncodingFacts, PhotoFormat


@dataclass(frozen=True, slots=True)
class FileParts:
    """A file taken apart.

    Attributes:
        format: Format by the file's magic bytes.
        size_wh: Size that the headers declare, before orientation.
        picture: The bytes to decode: for JPEG and PNG rebuilt without any metadata.
        encoding: Compression facts.
        exif: TIFF block with the camera facts, or None; never kept.
        icc: The embedded ICC profile, or None.
        orientation: EXIF orientation where the container itself declares it; None where
            the EXIF block does.
        may_be_cropped: Whether the container crops the picture to less than it declares.
    """

    format: PhotoFormat
    size_wh: tuple[int, int]
    picture: bytes = field(repr=False)
    encoding: EncodingFacts
    exif: bytes | None = field(default=None, repr=False)
    icc: bytes | None = field(default=None, repr=False)
    orientation: int | None = None
    may_be_cropped: bool = False


def check_size(size_wh: tuple[int, int], policy: PhotoPolicy) -> None:
    """Refuse a declared or decoded size outside the limits.

    Raises:
        PhotoError: ``corrupt`` for an empty picture, ``too_many_pixels``, ``too_small``.
    """
    width, height = size_wh
    if width < 1 or height < 1:
        raise PhotoError("corrupt", "the file declares a picture without pixels")
    if width * height > policy.max_pixels:
        raise PhotoError("too_many_pixels", f"the picture has more than {policy.max_pixels} pixels")
    if min(width, height) < policy.min_side_px:
        raise PhotoError(
            "too_small", f"the picture's shorter side is below {policy.min_side_px} pixels"
        )


def usable_icc(profile: bytes | None, policy: PhotoPolicy) -> bytes | None:
    """Return an RGB display profile, or None for anything else (ICC.1:2022, section 7.2).

    Raises:
        PhotoError: ``decoder_limit``: the profile is larger than the policy allows.
    """
    if profile is None:
        return None
    if len(profile) > policy.max_icc_bytes:
        raise PhotoError("decoder_limit", "the colour profile is too large")
    if len(profile) < 132 or profile[36:40] != b"acsp" or profile[16:20] != b"RGB ":
        return None
    return profile
