"""Guidance before the shot: a small frame in, where the screen is and the one thing to do.

For phones whose browser cannot run the locator itself. It has one thread and few places of
its own, so that frames never wait behind photos nor photos behind frames.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

from sonogate.errors import PhotoError
from sonogate.gate import load_glance
from sonogate.guidance import Guidance, GuidanceRules, guide, rules_of
from sonogate.http.errors import BusyError, UnreadablePhotoError
from sonogate.onnx.glance import GlancingLocator
from sonogate.onnx.weights import load_manifest, read_weight
from sonogate.photo import decode
from sonogate.policy import Policy
from sonogate.prompts import Sentences

LOCATOR = "locator"
MOST_WAITING = 4
MAX_FRAME_BYTES = 512 * 1024


class Guide:
    """Looks at frames, one at a time.

    Attributes:
        rules: The limits that frames are held to.
        locator_sha256: Digest of the locator's weights.
    """

    def __init__(self, policy: Policy) -> None:
        """Follow ``policy``; the network is loaded with the first frame."""
        self.rules: GuidanceRules = rules_of(policy)
        self._weight = load_manifest()[LOCATOR]
        self.locator_sha256 = self._weight.sha256
        self._policy = policy
        self._glance: GlancingLocator | None = None
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="guide")
        self._waiting = 0

    def weights(self) -> bytes:
        """Return the locator's weights, for a browser to run.

        Raises:
            ModelError: The file is missing or is not the one of the manifest.
        """
        return read_weight(self._weight)

    async def look(self, data: bytes, still_scale: float, sentences: Sentences) -> Guidance:
        """Look at one frame.

        Args:
            data: A picture's file.
            still_scale: Pixels of the photo to come per pixel of the frame.
            sentences: Says why a file cannot be read.

        Raises:
            BusyError: As many frames are waiting as may.
            UnreadablePhotoError: The file is no picture.
        """
        if self._waiting >= MOST_WAITING:
            raise BusyError
        self._waiting += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._executor, self._work, data, still_scale)
        except PhotoError as error:
            prompt = sentences.prompt("unreadable_file", detail=error.reason)
            raise UnreadablePhotoError(error.reason, prompt) from error
        finally:
            self._waiting -= 1

    def close(self) -> None:
        """Let the last frame end."""
        self._executor.shutdown(wait=True, cancel_futures=True)

    def _work(self, data: bytes, still_scale: float) -> Guidance:
        if self._glance is None:
            self._glance = load_glance(self._policy)
        pixels = decode(data, self._policy.photo).pixels
        return guide(pixels, self._glance(pixels), still_scale, self.rules)
