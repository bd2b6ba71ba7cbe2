"""Real against simulated photos: can a small classifier of patches tell them apart, by what.

Patches are described by features that can be named and told apart by a penalised logistic
regression. 0.5 is a simulator that these features cannot tell from the real photos, 1.0 one
that they always can. The same figure between the sources of the real photos says how far
apart two sets of real photos are already.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit
from scipy.stats import rankdata

from sonogate.evaluate.realism_features import FEATURES, PATCH_PX, describe
from sonogate.photo import decode
from sonogate.policy import Policy
from sonogate.types import FloatArray, PixelArray

LONG_SIDE_PX = 1280
PATCHES = 24
FOLDS = 5
PENALTY = 3e-3
RESAMPLES = 1000


@dataclass(frozen=True, slots=True, eq=False)
class PatchSet:
    """Patches of photos, by their features.

    Attributes:
        features: (patches, features) float64.
        photo: (patches,) number of the photo that each lies in.
        real: (photos,) whether each photo is real.
        source: For each photo, what its file name begins with.
    """

    features: FloatArray
    photo: NDArray[np.intp]
    real: NDArray[np.bool_]
    source: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Separation:
    """How well photos of two groups are told apart.

    Attributes:
        auc: Area under the ROC curve over patches that were held out.
        low: Lower end of the 95% interval, photos resampled within their group.
        high: Upper end.
        photo_auc: The same over the photos' mean scores.
        photos: Photos of the first and second group.
        patches: Patches of the first and second group.
    """

    auc: float
    low: float
    high: float
    photo_auc: float
    photos: tuple[int, int]
    patches: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Giveaway:
    """A feature by itself.

    Attributes:
        name: The feature.
        auc: Area under the curve with the feature as score of being real: above 0.5 the real
            photos have more of it.
        by_source: The same for each source of real photos against all simulated ones.
        real: Median over the real patches.
        simulated: Median over the simulated ones.
    """

    name: str
    auc: float
    by_source: dict[str, float]
    real: float
    simulated: float


@dataclass(frozen=True, slots=True)
class Realism:
    """The comparison.

    Attributes:
        across_photos: Photos held out in folds; the headline.
        across_sources: Each source of real photos held out in turn, or None with one source.
        real_sources: One real source against the others, or None with one source.
        by_source: Each source of real photos against the simulated ones, same folds as the
            headline.
        giveaways: Features, the most telling first.
    """

    across_photos: Separation
    across_sources: Separation | None
    real_sources: Separation | None
    by_source: dict[str, float]
    giveaways: tuple[Giveaway, ...] = field(default=())


def read_pictures(folder: Path, policy: Policy) -> dict[str, PixelArray]:
    """Read a folder's photos upright, by name.

    Raises:
        PhotoError: A file cannot be taken as a photo.
    """
    paths = sorted(path for path in folder.iterdir() if path.is_file())
    return {path.name: decode(path.read_bytes(), policy.photo).pixels for path in paths}


def collect(real: dict[str, PixelArray], simulated: dict[str, PixelArray]) -> PatchSet:
    """Describe patches spread over every photo, screens and what is around them.

    Photos are scaled to a long side of 1280 pixels; smaller real ones stay as they are, and
    each simulated one is scaled to the size of a real one in turn, so that size tells nothing.
    """
    sides = [min(max(picture.shape[:2]), LONG_SIDE_PX) for picture in real.values()]
    features: list[FloatArray] = []
    photo: list[int] = []
    pictures = [*real.items(), *simulated.items()]
    for number, (name, pixels) in enumerate(pictures):
        turn = number if number < len(real) else (number - len(real)) % len(real)
        rows = _describe_photo(name, pixels, sides[turn])
        features += rows
        photo += [number] * len(rows)
    return PatchSet(
        features=np.stack(features),
        photo=np.array(photo, np.intp),
        real=np.arange(len(pictures)) < len(real),
        source=tuple(name.split("_")[0] for name, _ in pictures),
    )


def _describe_photo(name: str, pixels: PixelArray, long_side: int) -> list[FloatArray]:
    scale = min(long_side / max(pixels.shape[:2]), 1.0)
    scaled = np.asarray(
        cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8
    )
    height, width = scaled.shape[:2]
    corners = [
        (x, y)
        for y in range(0, height - PATCH_PX + 1, PATCH_PX)
        for x in range(0, width - PATCH_PX + 1, PATCH_PX)
    ]
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    rows = []
    for k in rng.permutation(len(corners))[:PATCHES]:
        x, y = corners[k]
        left, top = int(x / scale), int(y / scale)
        side = int(PATCH_PX / scale)
        native = np.ascontiguousarray(pixels[top : top + side, left : left + side])
        patch = np.ascontiguousarray(scaled[y : y + PATCH_PX, x : x + PATCH_PX])
        rows.append(describe(patch, native))
    return rows


def auc(scores: FloatArray, positive: NDArray[np.bool_]) -> float:
    """Return the area under the ROC curve, ties counting half (Mann and Whitney)."""
    count = int(positive.sum())
    others = len(positive) - count
    ranks = rankdata(scores)
    return float((ranks[positive].sum() - count * (count + 1) / 2) / (count * others))


def held_out_scores(
    features: FloatArray, label: NDArray[np.bool_], fold: NDArray[np.intp]
) -> FloatArray:
    """Return every patch's score from a regression that saw none of its fold.

    Args:
        features: (patches, features).
        label: (patches,) the group.
        fold: (patches,) number of its fold; both groups are to be in every other fold.
    """
    scores = np.zeros(len(label))
    for number in np.unique(fold):
        seen = fold != number
        centre, spread = features[seen].mean(0), features[seen].std(0) + 1e-9
        scaled = np.clip((features - centre) / spread, -5.0, 5.0)
        weights = _fit(scaled[seen], label[seen])
        scores[~seen] = scaled[~seen] @ weights[1:] + weights[0]
    return scores


def _fit(features: FloatArray, label: NDArray[np.bool_]) -> FloatArray:
    """Return intercept and weights of a penalised logistic regression, groups weighed alike."""
    sign = np.where(label, 1.0, -1.0)
    share = np.where(label, 0.5 / label.sum(), 0.5 / (~label).sum())
    design = np.column_stack([np.ones(len(label)), features])

    def loss(weights: FloatArray) -> tuple[float, FloatArray]:
        margin = sign * (design @ weights)
        value = float((share * np.logaddexp(0.0, -margin)).sum())
        slope = -(design * (share * sign * expit(-margin))[:, None]).sum(0)
        value += PENALTY * float((weights[1:] ** 2).sum())
        slope[1:] += 2 * PENALTY * weights[1:]
        return value, slope

    result = minimize(loss, np.zeros(design.shape[1]), jac=True, method="L-BFGS-B")
    return np.asarray(result.x, np.float64)


def separate(
    features: FloatArray, photo: NDArray[np.intp], label: NDArray[np.bool_], fold: NDArray[np.intp]
) -> tuple[Separation, FloatArray]:
    """Tell two groups of photos apart by their patches.

    Args:
        features: (patches, features).
        photo: (patches,) number of the photo.
        label: (photos,) True for the first group.
        fold: (photos,) which fold each is held out in.

    Returns:
        How well, and the held-out score of each patch.
    """
    of_patch = label[photo]
    scores = held_out_scores(features, of_patch, fold[photo])
    numbers = np.unique(photo)
    means = np.array([scores[photo == number].mean() for number in numbers])
    rows = {int(number): np.flatnonzero(photo == number) for number in numbers}
    groups = [[int(n) for n in numbers if label[n] == group] for group in (True, False)]
    rng = np.random.default_rng(0)
    drawn = []
    for _ in range(RESAMPLES):
        chosen = np.concatenate(
            [rows[int(n)] for group in groups for n in rng.choice(group, len(group))]
        )
        drawn.append(auc(scores[chosen], of_patch[chosen]))
    low, high = np.percentile(drawn, [2.5, 97.5])
    separation = Separation(
        auc=auc(scores, of_patch),
        low=float(low),
        high=float(high),
        photo_auc=auc(means, label[numbers]),
        photos=(len(groups[0]), len(groups[1])),
        patches=(int(of_patch.sum()), int((~of_patch).sum())),
    )
    return separation, scores


def deal(label: NDArray[np.bool_], folds: int) -> NDArray[np.intp]:
    """Deal photos into folds, each group by itself, in an order drawn once and for all."""
    rng = np.random.default_rng(1)
    fold = np.zeros(len(label), np.intp)
    for group in (True, False):
        members = rng.permutation(np.flatnonzero(label == group))
        fold[members] = np.arange(len(members)) % folds
    return fold


def compare(patches: PatchSet) -> Realism:
    """Compare real with simulated photos.

    Args:
        patches: At least ``FOLDS`` photos of either kind.

    Raises:
        ValueError: There are fewer.
    """
    real = patches.real
    if min(int(real.sum()), int((~real).sum())) < FOLDS:
        raise ValueError(f"real and simulated photos must be at least {FOLDS} each")
    across, scores = separate(patches.features, patches.photo, real, deal(real, FOLDS))
    sources = sorted({name for name, is_real in zip(patches.source, real, strict=True) if is_real})
    own = np.array([sources.index(s) if s in sources else -1 for s in patches.source], np.intp)
    own[~real] = -1
    by_source = {
        name: auc(*_against(scores, own[patches.photo], k)) for k, name in enumerate(sources)
    }
    across_sources = real_sources = None
    if len(sources) > 1:
        fold = deal(real, len(sources))
        fold[real] = own[real]
        across_sources = separate(patches.features, patches.photo, real, fold)[0]
        inside = real[patches.photo]
        first = own == 0
        real_fold = np.zeros(len(real), np.intp)
        real_fold[real] = deal(first[real], FOLDS)
        real_sources = separate(patches.features[inside], patches.photo[inside], first, real_fold)[
            0
        ]
    return Realism(across, across_sources, real_sources, by_source, _giveaways(patches, own))


def _against(
    values: FloatArray, own: NDArray[np.intp], source: int
) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Return the values of one real source and of the simulated patches, and which is real."""
    kept = (own == source) | (own < 0)
    return values[kept], own[kept] == source


def _giveaways(patches: PatchSet, own: NDArray[np.intp]) -> tuple[Giveaway, ...]:
    real = patches.real[patches.photo]
    sources: Sequence[str] = sorted({patches.source[k] for k in np.flatnonzero(patches.real)})
    found = []
    for column, name in enumerate(FEATURES):
        values = patches.features[:, column]
        found.append(
            Giveaway(
                name=name,
                auc=auc(values, real),
                by_source={
                    source: auc(*_against(values, own[patches.photo], k))
                    for k, source in enumerate(sources)
                },
                real=float(np.median(values[real])),
                simulated=float(np.median(values[~real])),
            )
        )
    return tuple(sorted(found, key=lambda one: -abs(one.auc - 0.5)))
