"""Good files: the right pixels, the right way up, with what is worth keeping."""

from __future__ import annotations

import hashlib
import io

import numpy as np
import pytest
from PIL import Image, ImageCms
from tests.photo.files import (
    encoded,
    exif,
    noise,
    png_chunk,
    small_files,
    stored,
    truth,
    turned_heic,
    with_png_chunks,
)

from sonogate.errors import PhotoError
from sonogate.photo import ReadyDecoders, decode
from sonogate.policy import Policy
from sonogate.types import EncodingFacts

FORMATS = [
    ("JPEG", "jpeg", {"quality": 95}),
    ("MPO", "mpo", {"quality": 95}),
    ("PNG", "png", {}),
    ("WEBP", "webp", {"quality": 95}),
    ("AVIF", "avif", {"quality": 95, "speed": 10}),
]


def mean_difference(ours: np.ndarray, theirs: np.ndarray) -> float:
    assert ours.shape == theirs.shape
    return float(np.abs(ours.astype(float) - theirs.astype(float)).mean())


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize(("kind", "name", "options"), FORMATS)
def test_upright(
    kind: str, name: str, options: dict[str, object], orientation: int, policy: Policy
) -> None:
    picture = truth()
    image = stored(picture, orientation)
    if kind == "MPO":
        options = {**options, "save_all": True, "append_images": [image]}
    data = encoded(image, kind, exif=exif(orientation), **options)
    photo = decode(data, policy.photo)
    assert photo.format == name
    assert photo.orientation == orientation
    assert photo.size_wh == (200, 152)
    assert mean_difference(photo.pixels, picture) < 2.0
    assert photo.sha256 == hashlib.sha256(data).hexdigest()
    assert not photo.pixels.flags.writeable


@pytest.mark.parametrize("mirror", [None, 0, 1])
@pytest.mark.parametrize("turns", [None, 1, 2, 3])
def test_heic_is_turned_once_by_its_boxes(
    turns: int | None, mirror: int | None, policy: Policy
) -> None:
    picture = truth()
    wanted = np.rot90(picture, turns or 0)
    if mirror is not None:
        wanted = wanted[:, ::-1] if mirror else wanted[::-1]
    photo = decode(turned_heic(picture, turns, mirror), policy.photo)
    assert mean_difference(photo.pixels, wanted) < 3.0
    # Turning the stored picture by the declared orientation gives the same.
    jpeg = encoded(Image.fromarray(picture), "JPEG", quality=95, exif=exif(photo.orientation))
    assert mean_difference(decode(jpeg, policy.photo).pixels, wanted) < 2.0


def test_heic_does_not_follow_its_stale_exif_orientation(policy: Policy) -> None:
    picture = truth()
    data = encoded(Image.fromarray(picture), "HEIF", quality=95, exif=exif(6))
    photo = decode(data, policy.photo)
    assert photo.orientation == 1
    assert mean_difference(photo.pixels, picture) < 2.0


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp", "heic", "avif"])
def test_camera_facts_are_kept(kind: str, policy: Policy) -> None:
    # Without a string in the first directory Pillow writes an AVIF with no EXIF block at all.
    image, name = Image.fromarray(noise(96, 80)), "HEIF" if kind == "heic" else kind.upper()
    camera = decode(encoded(image, name, exif=exif(6, "text")), policy.photo).camera
    assert camera.focal_mm == pytest.approx(4.25)
    assert camera.focal_35mm_mm == 26
    assert camera.iso == 400
    assert camera.exposure_s == pytest.approx(0.02)


@pytest.mark.parametrize("quality", [30, 50, 75, 90, 97])
@pytest.mark.parametrize(("number", "subsampling"), [(0, "4:4:4"), (1, "4:2:2"), (2, "4:2:0")])
def test_jpeg_quality_and_subsampling(
    quality: int, number: int, subsampling: str, policy: Policy
) -> None:
    image = Image.fromarray(noise(96, 80))
    data = encoded(image, "JPEG", quality=quality, subsampling=number)
    facts = decode(data, policy.photo).encoding
    assert facts == EncodingFacts(lossless=False, quality=quality, subsampling=subsampling)


def test_quality_of_scaled_tables_of_ones(policy: Policy) -> None:
    data = encoded(Image.fromarray(noise(96, 80)), "JPEG", quality=100)
    assert decode(data, policy.photo).encoding.quality == 100.0


@pytest.mark.parametrize(
    ("kind", "lossless"),
    [("png", True), ("webp_lossless", True), ("webp", False), ("heic", False), ("avif", False)],
)
def test_other_formats_declare_no_quality(kind: str, lossless: bool, policy: Policy) -> None:
    facts = decode(small_files()[kind], policy.photo).encoding
    assert (facts.lossless, facts.quality) == (lossless, None)


@pytest.mark.parametrize("kind", ["jpeg", "progressive", "restart", "mpo"])
def test_jpeg_pixels_are_those_of_another_decoder(kind: str, policy: Policy) -> None:
    data = small_files()[kind]
    with Image.open(io.BytesIO(data)) as image:
        wanted = np.asarray(image.convert("RGB"))
    photo = decode(data, policy.photo)
    upright = np.rot90(wanted, 3) if photo.orientation == 6 else wanted
    assert mean_difference(photo.pixels, upright) < 0.5


def test_cmyk_jpeg(policy: Policy) -> None:
    picture = truth()
    data = encoded(Image.fromarray(picture).convert("CMYK"), "JPEG", quality=95)
    assert mean_difference(decode(data, policy.photo).pixels, picture) < 6.0


def test_grey_jpeg_and_grey_png(policy: Policy) -> None:
    grey = Image.fromarray(noise(96, 80)).convert("L")
    wanted = np.repeat(np.asarray(grey)[..., None], 3, axis=2)
    for kind, limit in (("JPEG", 3.0), ("PNG", 0.0)):
        assert mean_difference(decode(encoded(grey, kind), policy.photo).pixels, wanted) <= limit


def test_sixteen_bit_grey_png_keeps_its_upper_byte(policy: Policy) -> None:
    values = np.linspace(0, 65535, 100 * 80).astype(np.uint16).reshape(80, 100)
    photo = decode(encoded(Image.fromarray(values), "PNG"), policy.photo)
    assert np.array_equal(photo.pixels, np.repeat((values >> 8)[..., None], 3, axis=2))


def test_palette_png_and_one_bit_png(policy: Policy) -> None:
    image = Image.fromarray(truth()).quantize(64)
    photo = decode(encoded(image, "PNG"), policy.photo)
    assert np.array_equal(photo.pixels, np.asarray(image.convert("RGB")))
    bits = Image.fromarray(truth()).convert("1")
    photo = decode(encoded(bits, "PNG"), policy.photo)
    assert np.array_equal(photo.pixels, np.asarray(bits.convert("RGB")))


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_what_is_transparent_becomes_black(kind: str, policy: Policy) -> None:
    picture = np.dstack([np.full((80, 100, 3), 200, np.uint8), np.full((80, 100), 255, np.uint8)])
    picture[20:40, 20:60, 3] = 0
    options = {"lossless": True, "exact": True} if kind == "WEBP" else {}
    photo = decode(encoded(Image.fromarray(picture), kind, **options), policy.photo)
    assert (photo.pixels[20:40, 20:60] == 0).all()
    assert (photo.pixels[:20] == 200).all()


def test_palette_transparency_becomes_black(policy: Policy) -> None:
    image = Image.fromarray(truth()).quantize(8)
    data = encoded(image, "PNG", transparency=bytes([0]) + bytes([255]) * 7)
    photo = decode(data, policy.photo)
    assert (photo.pixels[np.asarray(image) == 0] == 0).all()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF", "AVIF"])
def test_colour_profile_is_kept(kind: str, policy: Policy) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    data = encoded(Image.fromarray(truth()), kind, icc_profile=profile)
    assert decode(data, policy.photo).icc_profile == profile


def test_profile_of_another_colour_space_is_dropped(policy: Policy) -> None:
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile[16:20] = b"CMYK"
    data = encoded(Image.fromarray(truth()), "JPEG", icc_profile=bytes(profile))
    assert decode(data, policy.photo).icc_profile is None


def test_what_follows_the_first_picture_is_left_behind(policy: Policy) -> None:
    data = small_files()["restart"]
    plain = decode(data, policy.photo)
    video = decode(data + b"\x00\x00\x00\x18ftypmp42" + bytes(5000), policy.photo)
    archive = decode(data + b"PK\x03\x04" + bytes(100), policy.photo)
    assert np.array_equal(plain.pixels, video.pixels)
    assert np.array_equal(plain.pixels, archive.pixels)


def test_gain_map_is_left_behind(policy: Policy) -> None:
    base = Image.fromarray(truth())
    gain = Image.new("L", (64, 64), 77)
    photo = decode(encoded(base, "MPO", save_all=True, append_images=[gain]), policy.photo)
    assert photo.size_wh == base.size
    assert mean_difference(photo.pixels, truth()) < 4.0


def test_flat_mid_grey_is_no_truncation(policy: Policy) -> None:
    data = encoded(Image.new("RGB", (96, 80), (128, 128, 128)), "JPEG", quality=90)
    assert (decode(data, policy.photo).pixels == 128).all()


def test_text_chunks_do_no_harm(policy: Policy) -> None:
    data = with_png_chunks(small_files()["png"], png_chunk(b"tEXt", b"Comment\x00hello"))
    assert decode(data, policy.photo).format == "png"


def test_ready_decoders_serve_many_photos(policy: Policy) -> None:
    files = small_files()
    decoders = ReadyDecoders(policy.photo)
    try:
        for _ in range(2):
            for kind in ("heic", "avif", "webp"):
                photo = decode(files[kind], policy.photo, decoders)
                assert np.array_equal(photo.pixels, decode(files[kind], policy.photo).pixels)
        with pytest.raises(PhotoError) as caught:
            decode(files["heic"].replace(b"hvc1", b"hvc9"), policy.photo, decoders)
        assert caught.value.reason == "corrupt"
    finally:
        decoders.close()
