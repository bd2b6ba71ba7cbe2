"""Several frames made into one: small misregistration, ghosts where things move, less noise."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from sonogate.simulate.camera.filters import Light
from sonogate.simulate.camera.lens import px_scale
from sonogate.simulate.camera.scene import SceneLayers
from sonogate.simulate.camera.seeds import stage_rng
from sonogate.simulate.camera.setup import CameraSetup
from sonogate.types import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class FrameMerge:
    """Where each frame came to lie, and what it weighs.

    Attributes:
        residual_xy: (frames, 2) place of the screen after registration, photo pixels, mean 0.
        ghost_xy: (frames, 2) place of what is in front, photo pixels; the first frame's is 0.
        weights: (frames,) weights where the frames disagree, sum 1; elsewhere all are alike.
    """

    residual_xy: FloatArray
    ghost_xy: FloatArray
    weights: FloatArray


def draw_merge(setup: CameraSetup) -> FrameMerge:
    """Draw where the frames lie; a photo of one frame has nothing to merge."""
    phone, frames = setup.phone, setup.phone.frames
    rng = stage_rng(setup.seed, "merge")
    residual = phone.residual_px * phone.zoom * rng.standard_normal((frames, 2))
    residual[0] = 0.0
    steps = rng.standard_normal((frames, 2))
    steps[0] = 0.0
    # What moves goes on moving: the frames' places are a walk.
    ghost = np.cumsum(steps, axis=0) * phone.ghost_px * px_scale(setup.geometry.photo_size_wh)
    weights = np.full(frames, phone.ghost_share / frames)
    weights[0] += 1.0 - phone.ghost_share
    return FrameMerge(residual - residual.mean(axis=0), ghost, weights)


def scatter_px2(setup: CameraSetup) -> FloatArray:
    """Return the covariance of the frames' places, (2, 2) photo pixels squared.

    The frames lie so close together that this is all of them that the picture shows.
    """
    residual = draw_merge(setup).residual_xy
    return np.asarray(residual.T @ residual / len(residual), np.float64)


def merge_front(layers: SceneLayers, setup: CameraSetup) -> tuple[SceneLayers, Light | None]:
    """Merge what is in front of the screen over the frames.

    Args:
        layers: The scene behind the lens.
        setup: All that the photo is made with.

    Returns:
        The layers with ghosts, and how much more noise there is than where all frames agree:
        a factor of the variance at the layers' pixels, or None where nothing moves.
    """
    front, cover, frames = layers.front, layers.front_cover, setup.phone.frames
    if front is None or cover is None or frames < 2 or setup.phone.ghost_px <= 0:
        return layers, None
    merge = draw_merge(setup)
    merged_front, merged_cover = np.zeros_like(front), np.zeros_like(cover)
    moved = np.zeros_like(cover)
    for shift, weight in zip(merge.ghost_xy / layers.step_px, merge.weights, strict=True):
        here = _shifted(cover, shift)
        merged_cover += np.float32(weight) * here
        merged_front += np.float32(weight) * _shifted(front, shift)
        np.maximum(moved, np.abs(here - cover), out=moved)
    more = frames * float((merge.weights**2).sum())
    ghosts = replace(layers, front=merged_front, front_cover=merged_cover)
    return ghosts, np.asarray(1 + np.float32(more - 1) * np.clip(moved, 0, 1), np.float32)


def _shifted(light: Light, shift_xy: FloatArray) -> NDArray[np.float32]:
    matrix = np.array([[1.0, 0.0, shift_xy[0]], [0.0, 1.0, shift_xy[1]]])
    size = (light.shape[1], light.shape[0])
    moved = cv2.warpAffine(
        light, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(moved, np.float32)
