"""What lies under the probe, in the manner of everyday examinations."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from sonogate.simulate.screens.abdomen import liver, obstetric, pelvis
from sonogate.simulate.screens.anatomy import Rng
from sonogate.simulate.screens.chest import cardiac, lung
from sonogate.simulate.screens.geometry import Fan
from sonogate.simulate.screens.shallow import breast, eye, muscle, neck, phantom
from sonogate.simulate.screens.tissue import Tissue


@dataclass(frozen=True, slots=True)
class Exam:
    """A kind of examination: what is seen, with which probe, how deep.

    Attributes:
        name: Key into the wording of exams.
        paint: Fills the tissue.
        kinds: Probes that suit.
        depths_cm: Range of depth.
    """

    name: str
    paint: Callable[[Rng, Tissue], None]
    kinds: tuple[str, ...]
    depths_cm: tuple[float, float]


EXAMS: tuple[Exam, ...] = (
    Exam("abdomen", liver, ("curved", "curved", "phased"), (11, 20)),
    Exam("obstetric", obstetric, ("curved",), (9, 17)),
    Exam("cardiac", cardiac, ("phased",), (12, 20)),
    Exam("msk", muscle, ("linear", "linear", "trapezoid"), (2.5, 6)),
    Exam("vascular", neck, ("linear", "linear", "trapezoid"), (2.8, 5)),
    Exam("breast", breast, ("linear", "trapezoid"), (2.8, 5)),
    Exam("lung", lung, ("curved", "linear", "phased"), (5, 14)),
    Exam("pelvis", pelvis, ("endocavity", "curved"), (6, 13)),
    Exam("ocular", eye, ("linear",), (3.5, 5)),
    Exam("phantom", phantom, ("linear", "curved"), (4, 14)),
)


def draw_fan(rng: Rng, exam: Exam) -> Fan:
    """Draw a field of view that suits an examination."""
    kind = str(rng.choice(exam.kinds))
    depth = float(np.round(rng.uniform(*exam.depths_cm), 1))
    if kind == "linear":
        half = float(rng.uniform(1.7, 2.6))
        steer = float(rng.choice([0, 0, 0, 0, 0.15, -0.15]))
        return Fan("linear", depth, half_width_cm=half, steer_rad=steer)
    if kind == "trapezoid":
        return Fan("trapezoid", depth, float(rng.uniform(1.7, 2.4)), float(rng.uniform(5, 10)))
    if kind == "curved":
        fan = Fan(
            "curved",
            depth,
            radius_cm=float(rng.uniform(4, 6.5)),
            half_angle_rad=float(rng.uniform(0.5, 0.66)),
        )
        if rng.random() < 0.35:
            reach = (fan.radius_cm + depth) * np.sin(fan.half_angle_rad)
            return replace(fan, clip_x_cm=float(reach * rng.uniform(0.7, 0.95)))
        return fan
    if kind == "phased":
        return Fan(
            "phased",
            depth,
            radius_cm=float(rng.uniform(0.1, 1.0)),
            half_angle_rad=float(rng.uniform(0.6, 0.8)),
        )
    return Fan(
        "endocavity",
        min(depth, 9.0),
        radius_cm=float(rng.uniform(0.9, 1.3)),
        half_angle_rad=float(rng.uniform(0.95, 1.3)),
    )
