"""Decodes one picture in a process that can do nothing else.

Run as a script, by path and isolated, so that nothing but Pillow and pillow-heif is loaded.
The process reads a request from its standard input, gives up its rights before it looks at
the first byte of it, and writes the pixels to its standard output.

Request: one byte of container (``h``, ``a``, ``w``), limits and length, then the file.
Answer: ``REPLY``: one byte of outcome, width, height, lengths of profile and EXIF block, then
profile, EXIF block and RGB pixels.
"""

from __future__ import annotations

import ctypes
import io
import os
import platform
import resource
import struct
import sys
from typing import Any

import PIL.TiffImagePlugin  # noqa: F401, Pillow wants it once files can no longer be opened
import pillow_heif
from PIL import AvifImagePlugin, Image, WebPImagePlugin

REQUEST = struct.Struct(">cQQQ")
REPLY = struct.Struct(">cIIII")

_PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _SECCOMP_MODE_FILTER = 38, 22, 2
_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_EPERM, _ENOSYS = 1, 38
_CLONE_THREAD = 0x00010000
_LOAD, _JUMP_EQUAL, _JUMP_ANY_BIT, _RETURN = 0x20, 0x15, 0x45, 0x06
_NUMBER_AT, _ARCHITECTURE_AT, _FIRST_ARGUMENT_AT = 0, 4, 16

# By architecture: its audit number, the numbers of clone and clone3, and those of the calls
# that reading, writing, memory, threads, signals, clocks and ending need.
_SYSTEM_CALLS = {
    "x86_64": (
        0xC000003E, 56, 435,
        (0, 1, 3, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 28, 39, 60, 131, 186, 202, 204,
         228, 231, 273, 318, 334),
    ),
    "aarch64": (
        0xC00000B7, 220, 435,
        (63, 64, 57, 80, 73, 62, 222, 226, 215, 214, 134, 135, 139, 124, 216, 233, 172, 93, 132,
         178, 98, 123, 113, 94, 99, 278, 293),
    ),
}  # fmt: skip


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def limit_resources(memory_bytes: int, seconds: float) -> None:
    """Cap memory and processor time; forbid files, core dumps and further descriptors."""
    for name, limit in (
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_CPU, max(1, int(seconds + 0.999))),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 3),
    ):
        hard = resource.getrlimit(name)[1]
        value = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
        resource.setrlimit(name, (value, value))


def forbid_system_calls() -> None:
    """Leave only what decoding needs: no file, socket, program or process can be opened.

    Linux on x86-64 and AArch64: a seccomp filter that answers every other system call with
    EPERM. Elsewhere the resource limits alone hold.

    Raises:
        OSError: The kernel refused the filter.
    """
    if sys.platform != "linux" or platform.machine() not in _SYSTEM_CALLS:
        return
    architecture, clone, clone3, allowed = _SYSTEM_CALLS[platform.machine()]
    steps = [
        (_LOAD, 0, 0, _ARCHITECTURE_AT),
        (_JUMP_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER_AT),
    ]
    for number in allowed:
        steps += [(_JUMP_EQUAL, 0, 1, number), (_RETURN, 0, 0, _ALLOW)]
    steps += [
        (_JUMP_EQUAL, 0, 1, clone3),
        (_RETURN, 0, 0, _ERRNO | _ENOSYS),
        (_JUMP_EQUAL, 0, 3, clone),
        (_LOAD, 0, 0, _FIRST_ARGUMENT_AT),
        (_JUMP_ANY_BIT, 0, 1, _CLONE_THREAD),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _ERRNO | _EPERM),
    ]
    program = b"".join(struct.pack("=HBBI", *step) for step in steps)
    call = ctypes.CDLL(None, use_errno=True).prctl
    if call(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "no_new_privs")
    if call(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(_Program(len(steps), program))):
        raise OSError(ctypes.get_errno(), "seccomp")


def flatten(image: Image.Image) -> Image.Image:
    """Return ``image`` as 8-bit RGB; what is transparent becomes black.

    16-bit grey keeps its upper byte. Colour under a transparent pixel, which no viewer shows,
    is not brought to light.
    """
    if image.mode.startswith("I;16"):
        image = image.point(lambda value: value / 256).convert("L")
    if image.mode in ("LA", "PA", "La", "RGBa") or "transparency" in image.info:
        image = image.convert("RGBA")
    if image.mode == "RGBA":
        black = Image.new("RGB", image.size)
        black.paste(image, mask=image.getchannel("A"))
        return black
    return image if image.mode == "RGB" else image.convert("RGB")


def _open(container: bytes, data: bytes, max_pixels: int) -> tuple[Image.Image, dict[Any, Any]]:
    if container == b"h":
        heif = pillow_heif.open_heif(data)
        picture = heif[heif.primary_index]
        if picture.size[0] * picture.size[1] > max_pixels:
            raise MemoryError
        return picture.to_pillow(), dict(picture.info)
    image: Image.Image
    if container == b"a":
        image = AvifImagePlugin.AvifImageFile(io.BytesIO(data))
    else:
        image = WebPImagePlugin.WebPImageFile(io.BytesIO(data))
    if image.size[0] * image.size[1] > max_pixels:
        raise MemoryError
    image.load()
    return image, dict(image.info)


def _settle() -> None:
    """Set the decoders for one thread and the main picture alone, with their limits on."""
    pillow_heif.options.DECODE_THREADS = 1
    pillow_heif.options.THUMBNAILS = False
    pillow_heif.options.DEPTH_IMAGES = False
    pillow_heif.options.AUX_IMAGES = False
    pillow_heif.options.DISABLE_SECURITY_LIMITS = False
    AvifImagePlugin.DEFAULT_MAX_THREADS = 1
    Image.MAX_IMAGE_PIXELS = None  # the limit is the policy's, checked here and by the parent


def _answer(outcome: bytes) -> bytes:
    return REPLY.pack(outcome, 0, 0, 0, 0)


def main(memory_bytes: int, seconds: float) -> None:
    """Serve one request and end."""
    _settle()
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    limit_resources(memory_bytes, seconds)
    forbid_system_calls()
    container, max_pixels, max_metadata, length = REQUEST.unpack(source.read(REQUEST.size))
    data = source.read(length)
    try:
        image, info = _open(container, data, max_pixels)
        del data
        image = flatten(image)
        pixels = image.tobytes()
    except MemoryError:
        sink.write(_answer(b"m"))
    except Exception as error:
        sink.write(_answer(b"m" if "limit" in str(error).lower() else b"c"))
    else:
        icc, exif = info.get("icc_profile") or b"", info.get("exif") or b""
        # One byte beyond the limit is enough for the parent to refuse the profile.
        icc = icc[: max_metadata + 1]
        exif = exif if len(exif) <= max_metadata else b""
        sink.write(REPLY.pack(b"k", *image.size, len(icc), len(exif)))
        for piece in (icc, exif, pixels):
            sink.write(piece)
    sink.flush()
    os._exit(0)


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]))
