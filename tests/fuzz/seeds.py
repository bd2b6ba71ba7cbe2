"""Where the fuzzing begins: small valid inputs, and some that come near to it.

``python -m tests.fuzz.seeds`` writes them into ``tests/fuzz/corpus`` anew.
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

from PIL import Image
from tests.fuzz.targets import BOUNDARY
from tests.photo.files import encoded, exif, noise

CORPUS = Path(__file__).parent / "corpus"


def photos() -> list[bytes]:
    """Return one small file of each kind."""
    image, block = Image.fromarray(noise(64, 64)), exif(6)
    grey = image.convert("L")
    return [
        encoded(image, "JPEG", quality=30, exif=block),
        encoded(image, "JPEG", quality=30, progressive=True),
        encoded(image, "JPEG", quality=30, restart_marker_blocks=2),
        encoded(image.convert("CMYK"), "JPEG", quality=20),
        encoded(image, "MPO", quality=20, save_all=True, append_images=[image]),
        encoded(grey, "PNG", exif=block),
        encoded(grey.convert("P"), "PNG", transparency=3),
        encoded(grey.convert("I;16"), "PNG"),
        encoded(image, "WEBP", quality=20, exif=block),
        encoded(image, "HEIF", quality=20, exif=block),
        encoded(image, "AVIF", quality=20, exif=block, speed=10),
    ]


def forms() -> list[bytes]:
    """Return uploads, each behind the byte that says in what parts it arrives."""

    def part(name: bytes, body: bytes, extra: bytes = b"") -> bytes:
        head = b'Content-Disposition: form-data; name="' + name + b'"' + extra
        return b"--" + BOUNDARY + b"\r\n" + head + b"\r\n\r\n" + body + b"\r\n"

    end = b"--" + BOUNDARY + b"--\r\n"
    file = b'; filename="a.jpg"\r\nContent-Type: image/jpeg'
    patient = b'{"names": ["A B"], "numbers": ["4711"], "birth_date": "1970-01-31"}'
    bodies = [
        part(b"photo", b"\xff\xd8\xff", file) + end,
        part(b"photo", b"one") + part(b"photo", b"two") + end,
        part(b"photo", b"one") + part(b"patient", patient) + end,
        part(b"other", b"x") + part(b"photo", b"\r\n--fron\r\n") + end,
        b"preamble\r\n" + part(b"photo", b"x") + end + b"epilogue",
        part(b"photo", b"x" * 513) + end,
        part(b"photo", b"not finished"),
    ]
    return [bytes([size]) + body for body in bodies for size in (0, 9, 200)]


def main() -> None:
    """Write every seed under its digest."""
    for name, seeds in (("photo", photos()), ("form", forms())):
        folder = CORPUS / name
        folder.mkdir(parents=True, exist_ok=True)
        for seed in seeds:
            (folder / hashlib.sha256(seed).hexdigest()[:16]).write_bytes(seed)


if __name__ == "__main__":
    sys.exit(main())
