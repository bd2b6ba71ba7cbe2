"""The IJG quality factor behind a luma quantisation table."""

from __future__ import annotations

import math

# Annex K.1 of ITU-T T.81, luminance, in zigzag order.
_LUMA = (
    16, 11, 12, 14, 12, 10, 16, 14, 13, 14, 18, 17, 16, 19, 24, 40,
    26, 24, 22, 22, 24, 49, 35, 37, 29, 40, 58, 51, 61, 60, 57, 51,
    56, 55, 64, 72, 92, 78, 64, 68, 87, 69, 55, 56, 80, 109, 81, 87,
    95, 98, 103, 104, 103, 62, 77, 113, 121, 112, 100, 120, 92, 101, 103, 99,
)  # fmt: skip


def luma_quality(table: bytes | None) -> float | None:
    """Return the quality 1–100 whose luma table comes closest, or None without a table.

    The Independent JPEG Group scales the example table of ITU-T T.81, Annex K, by 5000/Q
    percent below Q = 50 and by 200 − 2Q percent from there on. Phones use tables of their
    own; the quality with the nearest table, in the mean absolute logarithm, is reported.

    Args:
        table: 64 entries of 8 bits or 64 big-endian entries of 16 bits, in zigzag order.
    """
    if table is None:
        return None
    width = len(table) // 64
    entries = [max(int.from_bytes(table[width * i : width * (i + 1)], "big"), 1) for i in range(64)]
    logs = [math.log(entry) for entry in entries]

    def distance(quality: int) -> float:
        scale = 5000 // quality if quality < 50 else 200 - 2 * quality
        return sum(
            abs(log - math.log(min(max((base * scale + 50) // 100, 1), 255)))
            for log, base in zip(logs, _LUMA, strict=True)
        )

    return float(min(range(1, 101), key=distance))
