"""A recogniser that is out of order reads with confidence, too: another one is its witness.

The quick recogniser reads every line, and values by itself alone. Before anything rests on
what it read, the careful one, another network, must read one of the screen's lines the same.
"""

from __future__ import annotations

from difflib import SequenceMatcher

import numpy as np

from sonogate.identifiers import boxes
from sonogate.identifiers.find import TextReader
from sonogate.policy import IdentifiersPolicy
from sonogate.types import RectifiedScreen, TextRun, TextRuns

# Lines that are compared at most, the surest first.
WITNESSED_LINES = 3
MIN_LETTERS = 3
# Share of the signs of both readings that are the same, in the same order.
MIN_ALIKE = 0.7


def witnessed(
    runs: TextRuns, screen: RectifiedScreen, reader: TextReader, policy: IdentifiersPolicy
) -> TextRuns:
    """Return ``runs``, failed where no line is read the same by another network.

    Args:
        runs: What was found and read.
        screen: The screen it was read on.
        reader: Reads again, with care. Whatever it raises is a failure.
        policy: The confidence of a line that is worth comparing.
    """
    if runs.failure is not None:
        return runs
    lines = [run for run in runs.runs if _is_comparable(run, policy)]
    lines.sort(key=lambda run: -run.confidence)
    try:
        for line in lines[:WITNESSED_LINES]:
            x0, y0, x1, y1 = boxes.pixels(boxes.bounds(line.polygon_xy), screen.pixels.shape)
            crop = np.ascontiguousarray(screen.pixels[y0:y1, x0:x1])
            ((text, _),) = reader.recognise([crop])
            if _alike(line.readings[0], text):
                return runs
    except Exception as error:
        # The type alone: a message could quote what was read.
        return TextRuns(runs.runs, f"the text reader failed ({type(error).__name__})")
    return TextRuns(runs.runs, "two recognisers read nothing the same")


def _is_comparable(run: TextRun, policy: IdentifiersPolicy) -> bool:
    return (
        bool(run.readings)
        and run.confidence >= policy.min_upright_confidence
        and sum(map(str.isalnum, run.readings[0])) >= MIN_LETTERS
    )


def _alike(first: str, second: str) -> bool:
    one, other = ("".join(filter(str.isalnum, text.casefold())) for text in (first, second))
    return SequenceMatcher(None, one, other, autojunk=False).ratio() >= MIN_ALIKE
