"""Those who work, whether processes here or a cluster."""

from __future__ import annotations

from typing import Protocol

from sonogate.batch.values import Finished, Progressed, Work


class Crew(Protocol):
    """Takes work and hands back answers, in whatever order they come."""

    @property
    def isolates(self) -> bool:
        """Whether a death is known to be that work's own, whatever else was in hand."""
        ...

    def capacity(self) -> int:
        """Return how much work may be in hand at once."""
        ...

    def submit(self, work: Work) -> None:
        """Take work; at most ``capacity`` may be in hand."""
        ...

    def wait(self) -> Finished | Progressed:
        """Return the next thing that happens; some work must be in hand.

        Raises:
            BatchError: Nothing will happen any more.
        """
        ...

    def close(self) -> None:
        """Let everyone go, whatever they are doing."""
        ...
