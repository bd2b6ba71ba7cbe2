"""How long many photos take, and how many machines; arithmetic, so that it can be checked."""

from __future__ import annotations

import math
from dataclasses import dataclass

_SECONDS_PER_HOUR = 3600.0


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run needs.

    Attributes:
        photos: How many.
        cores: Workers, one a core.
        core_hours: Work in all.
        hours: Time from start to end.
        photos_per_core_hour: Pace of one core.
        chunks: Parquet files that come of it.
        chunk_minutes: Time of one chunk; what a worker that dies loses at most.
        read_bytes_per_second: What the source must deliver while every core works.
    """

    photos: int
    cores: int
    core_hours: float
    hours: float
    photos_per_core_hour: float
    chunks: int
    chunk_minutes: float
    read_bytes_per_second: float


def plan(
    photos: int,
    seconds_per_photo: float,
    cores: int,
    *,
    chunk_photos: int = 100,
    photo_bytes: float = 3e6,
    efficiency: float = 1.0,
) -> Plan:
    """Return what a run over ``photos`` needs.

    Chunks are whole: the cores that are idle in the last round are counted.

    Args:
        photos: How many.
        seconds_per_photo: Time of one core for one photo, as measured.
        cores: Cores that work, one worker on each.
        chunk_photos: Photos in a chunk.
        photo_bytes: Size of a photo, on average.
        efficiency: Share (0–1] of one core's pace that each of many keeps beside the others.

    Raises:
        ValueError: A number is not positive, or the efficiency is above 1.
    """
    if min(photos, seconds_per_photo, cores, chunk_photos, photo_bytes, efficiency) <= 0:
        raise ValueError("every number must be above 0")
    if efficiency > 1:
        raise ValueError("the efficiency is at most 1")
    pace = seconds_per_photo / efficiency
    chunks = math.ceil(photos / chunk_photos)
    in_chunk = min(photos, chunk_photos)
    rounds = math.ceil(chunks / cores)
    return Plan(
        photos=photos,
        cores=cores,
        core_hours=photos * pace / _SECONDS_PER_HOUR,
        hours=rounds * in_chunk * pace / _SECONDS_PER_HOUR,
        photos_per_core_hour=_SECONDS_PER_HOUR / pace,
        chunks=chunks,
        chunk_minutes=in_chunk * pace / 60.0,
        read_bytes_per_second=min(cores, chunks) * photo_bytes / pace,
    )
