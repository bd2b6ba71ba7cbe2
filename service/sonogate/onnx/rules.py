"""What the policy says of the learned locator, which this package does not know."""

from __future__ import annotations

from typing import Protocol


class DecodeRules(Protocol):
    """The part of ``policy.LocatorPolicy`` that reads the maps."""

    @property
    def least_peak(self) -> float:
        """Probability of a cell from which more than four peaks are considered."""
        ...

    @property
    def mirrored_log_odds(self) -> float:
        """Log odds of a mirrored display."""
        ...

    @property
    def doubtful_overlap(self) -> float:
        """Overlap of quad and mask below which the mask's outline is tried."""
        ...

    @property
    def better_overlap(self) -> float:
        """By how much that must overlap better."""
        ...


class LocatorRules(DecodeRules, Protocol):
    """All that ``policy.LocatorPolicy`` says."""

    @property
    def hopeless_logit(self) -> float:
        """Logit of a display below which no closer look is taken."""
        ...

    @property
    def least_agreement(self) -> float:
        """Overlap of two looks from which the closer one is taken."""
        ...

    @property
    def turned_log_odds(self) -> float:
        """By how much four looks must outweigh the first."""
        ...
