"""The parent's side of the sandboxed decoder: one process for one picture."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Literal, TypeAlias

import numpy as np

from sonogate.errors import PhotoError
from sonogate.photo.child import REPLY, REQUEST
from sonogate.photo.parts import check_size
from sonogate.policy import PhotoPolicy
from sonogate.types import PixelArray

Sandboxed: TypeAlias = Literal["heic", "avif", "webp"]

_CHILD = Path(__file__).with_name("child.py")
_CODES: dict[Sandboxed, bytes] = {"heic": b"h", "avif": b"a", "webp": b"w"}


@dataclass(frozen=True, slots=True, eq=False)
class SandboxedPicture:
    """What the sandboxed process made of a file. Nothing of it has been trusted yet.

    Attributes:
        pixels: (height, width, 3) uint8 RGB, read-only.
        icc: ICC profile, or None.
        exif: EXIF block, or None.
    """

    pixels: PixelArray = field(repr=False)
    icc: bytes | None = field(repr=False)
    exif: bytes | None = field(repr=False)


class Decoder:
    """A process that decodes one picture and ends.

    It runs with an empty environment, no descriptors but its two pipes, capped memory and
    processor time, no right to write a file, and on Linux behind a seccomp filter. It is
    started at construction, so that one can be had ready before a photo comes.

    Raises:
        PhotoError: ``decoder_unavailable``: the process could not be started.
    """

    def __init__(self, policy: PhotoPolicy) -> None:
        self._policy = policy
        try:
            self._process = subprocess.Popen(  # noqa: S603, the command is ours
                [
                    sys.executable,
                    "-I",
                    str(_CHILD),
                    str(policy.decode_memory_bytes),
                    str(policy.decode_seconds),
                ],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={},
                cwd="/",
                close_fds=True,
            )
        except OSError as error:
            raise PhotoError("decoder_unavailable", "the decoder cannot be started") from error

    def decode(self, container: Sandboxed, data: bytes) -> SandboxedPicture:
        """Decode the main picture of a file; the process ends with it.

        Raises:
            PhotoError: ``corrupt``, ``decoder_limit``, ``decoder_unavailable`` or a size
                outside the limits.
        """
        watch = threading.Timer(self._policy.decode_seconds, self._process.kill)
        watch.start()
        try:
            return self._exchange(container, data)
        finally:
            watch.cancel()
            self.close()

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether the process still waits for its picture."""
        return self._process.poll() is None

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None and not pipe.closed:
                try:
                    pipe.close()
                except BrokenPipeError:
                    continue
        self._process.wait()

    def _exchange(self, container: Sandboxed, data: bytes) -> SandboxedPicture:
        policy, sink, source = self._policy, self._process.stdin, self._process.stdout
        if sink is None or source is None:
            raise PhotoError("decoder_unavailable", "the decoder cannot be reached")
        try:
            sink.write(
                REQUEST.pack(_CODES[container], policy.max_pixels, policy.max_icc_bytes, len(data))
            )
            sink.write(data)
            sink.close()
            head = source.read(REPLY.size)
        except (BrokenPipeError, ValueError):
            head = b""
        if len(head) < REPLY.size:
            raise self._death()
        outcome, width, height, icc_length, exif_length = REPLY.unpack(head)
        if outcome == b"m":
            raise PhotoError("decoder_limit", "decoding the picture would take too much")
        if outcome != b"k":
            raise PhotoError("corrupt", "the picture's data are damaged")
        check_size((width, height), policy)
        if max(icc_length, exif_length) > policy.max_icc_bytes:
            raise PhotoError("decoder_limit", "the picture's metadata are too large")
        icc, exif = source.read(icc_length), source.read(exif_length)
        pixels = np.empty((height, width, 3), np.uint8)
        if not _fill(memoryview(pixels.data).cast("B"), source):
            raise self._death()
        pixels.flags.writeable = False
        return SandboxedPicture(pixels, icc or None, exif or None)

    def _death(self) -> PhotoError:
        """Say why the process ended without an answer."""
        code = self._process.wait()
        if code > 0:
            return PhotoError("decoder_unavailable", "the decoder did not start")
        if -code in (signal.SIGKILL, signal.SIGXCPU):
            return PhotoError("decoder_limit", "decoding the picture took too long")
        return PhotoError("corrupt", "the picture broke its decoder")


class ReadyDecoders:
    """Keeps one decoder started ahead, so that a photo need not wait for a process to start.

    Called like ``Decoder`` itself. The spare process waits without having seen any file.
    """

    def __init__(self, policy: PhotoPolicy) -> None:
        self._policy = policy
        self._lock = threading.Lock()
        self._spare: Decoder | None = Decoder(policy)

    def __call__(self, policy: PhotoPolicy) -> Decoder:
        """Hand out the spare decoder, or a fresh one for another policy, and start the next."""
        if policy != self._policy:
            return Decoder(policy)
        with self._lock:
            decoder, self._spare = self._spare, Decoder(policy)
        return decoder if decoder is not None and decoder.alive else Decoder(policy)

    def close(self) -> None:
        """End the spare process."""
        with self._lock:
            if self._spare is not None:
                self._spare.close()
            self._spare = None


def _fill(target: memoryview, source: IO[bytes]) -> bool:
    """Read until ``target`` is full; False where the stream ends before."""
    done = 0
    while done < len(target):
        count = source.readinto(target[done:])  # type: ignore[attr-defined]
        if not count:
            return False
        done += count
    return True
