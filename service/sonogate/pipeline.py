"""The stages put together, and nothing else: bytes in, an assessment out."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field, replace
from functools import partial
from types import MappingProxyType
from typing import TypeVar, cast

import numpy as np

from sonogate import identifiers, quality, screen, verdict
from sonogate.errors import PhotoError, UnreadableReason
from sonogate.identifiers import PatientContext, TextReader
from sonogate.patience import Patience
from sonogate.photo import decode
from sonogate.policy import Policy
from sonogate.prompts import Sentences
from sonogate.screen import ScreenLocator
from sonogate.types import (
    Assessment,
    IdentifierReport,
    MaskedScreen,
    Photo,
    QualityReport,
    RectifiedScreen,
    Region,
    ScreenQuad,
    Versions,
)

STAGES = ("decode", "locate", "rectify", "assess", "read", "mask")

_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class Gate:
    """Assesses photos one at a time; make one for each worker.

    Attributes:
        policy: Every threshold.
        locator: Finds the display.
        reader: Finds and reads text.
        sentences: The language of the prompts.
        versions: What is written into every result.
        glare_model: Tells reflections from what is displayed; without it glare counts as
            not assessed.
        fidelity_model: Predicts the fidelity; without it the measures alone do.
        export_size_wh: The display's own pixel grid where it is known.
        executor: Where the text is read while the measures are taken; None to do one after
            the other. Its threads must not be waiting for this gate.
        clock: Seconds, for the timings.
        patience: Waits for the reading of text, which has the policy's time.
    """

    policy: Policy
    locator: ScreenLocator
    reader: TextReader
    sentences: Sentences
    versions: Versions
    glare_model: quality.GlareModel | None = None
    fidelity_model: quality.FidelityModel | None = None
    export_size_wh: tuple[int, int] | None = None
    executor: Executor | None = field(default=None, repr=False)
    clock: Callable[[], float] = field(default=time.perf_counter, repr=False)
    patience: Patience = field(default_factory=Patience, repr=False, compare=False)

    def assess(self, data: bytes, patient: PatientContext | None = None) -> Assessment:
        """Return the assessment of one photo.

        A file that cannot be taken as a photo is a verdict too (``unreadable_file``), and
        so is masking that cannot be trusted; anything that is raised is a fault.

        Args:
            data: The file's bytes.
            patient: Whom the photo is of, where the client knows; held for this call only.
        """
        watch = _Watch(self.clock)
        try:
            picture = watch.time("decode", partial(decode, data, self.policy.photo))
        except PhotoError as error:
            return Assessment(
                sha256=hashlib.sha256(data).hexdigest(),
                photo=None,
                screen=None,
                quality=None,
                identifiers=None,
                masked=None,
                verdict=verdict.unreadable(error.reason, self.sentences),
                versions=self.versions,
                timings_ms=watch.finish(),
            )
        found = self._find(picture, watch)
        report: QualityReport | None = None
        names: IdentifierReport | None = None
        masked: MaskedScreen | None = None
        if found is not None:
            report, names, masked = self._examine(found, picture, watch, patient)
        return Assessment(
            sha256=picture.sha256,
            photo=picture,
            screen=found,
            quality=report,
            identifiers=names,
            masked=masked,
            verdict=verdict.decide(found, report, names, self.policy, self.sentences),
            versions=self.versions,
            timings_ms=watch.finish(),
        )

    def locate(self, picture: Photo) -> ScreenQuad | None:
        """Return where the display is in a photo, or None when there is none."""
        coarse = self.locator(picture)
        return None if coarse is None else screen.refine(picture, coarse, self.policy.screen)

    def rectify(self, picture: Photo, quad: ScreenQuad) -> RectifiedScreen:
        """Return the display seen straight on."""
        return screen.rectify(picture, quad, self.policy.screen, self.export_size_wh)

    def measure(self, found: RectifiedScreen, picture: Photo) -> QualityReport:
        """Return every measure of a screen and the fidelity they predict."""
        return quality.assess(found, picture, self.policy, self.glare_model, self.fidelity_model)

    def identify(
        self, found: RectifiedScreen, patient: PatientContext | None = None
    ) -> IdentifierReport:
        """Return what on a screen is to be masked, and what is kept.

        Nothing on a screen without an ultrasound picture is wanted, so nothing of it is read;
        nor is anything kept of a page of text with such a picture on it.

        Args:
            found: The screen.
            patient: Whom it is of, where the client knows.
        """
        rules = self.policy.identifiers
        if found.scan_area_xy is None:
            page = identifiers.is_page(found, self.reader, rules)
            return IdentifierReport((_frame(found),), complete=True, page=page)
        runs = identifiers.read(found, self.reader, rules)
        runs = identifiers.witnessed(runs, found, self.reader, rules)
        if identifiers.is_page_with_picture(found, runs.runs, rules):
            return IdentifierReport((_frame(found),), complete=True, page=True)
        return identifiers.classify(runs, found, rules, patient)

    def mask(
        self, found: RectifiedScreen, names: IdentifierReport
    ) -> tuple[IdentifierReport, MaskedScreen]:
        """Return the masked picture, searched again, and the report as it then stands.

        A picture whose masking cannot be trusted is filled wholly.

        Args:
            found: The screen.
            names: What ``identify`` returned for it.
        """
        if names.complete and found.scan_area_xy is not None and not names.page:
            masked = identifiers.mask(found, names, self.policy.identifiers)
            names = identifiers.check(masked, names, self.reader, self.policy.identifiers)
            if names.complete:
                return names, masked
        return self._withhold(found, names)

    def _find(self, picture: Photo, watch: _Watch) -> RectifiedScreen | None:
        quad = watch.time("locate", partial(self.locate, picture))
        if quad is None:
            return None
        return watch.time("rectify", partial(self.rectify, picture, quad))

    def _examine(
        self,
        found: RectifiedScreen,
        picture: Photo,
        watch: _Watch,
        patient: PatientContext | None,
    ) -> tuple[QualityReport, IdentifierReport, MaskedScreen]:
        assess = partial(watch.time, "assess", partial(self.measure, found, picture))
        hide = partial(self._hide, found, watch, patient)
        if self.executor is None:
            report = assess()
            return (report, *self._await(self.patience.start(hide, None), found))
        hiding = self.patience.start(hide, self.executor)
        try:
            report = assess()
        finally:
            # Whatever the measures raise, this gate's reader is free again on return.
            hidden = self._await(hiding, found)
        return (report, *hidden)

    def _await(
        self, hiding: Future[tuple[IdentifierReport, MaskedScreen]], found: RectifiedScreen
    ) -> tuple[IdentifierReport, MaskedScreen]:
        """Return what was hidden; a wholly filled picture when that takes too long."""
        try:
            return hiding.result(self.policy.identifiers.max_seconds)
        except TimeoutError:
            late = IdentifierReport(
                (_frame(found),), complete=False, failure="the reading did not end in time"
            )
            return self._withhold(found, late)

    def _hide(
        self, found: RectifiedScreen, watch: _Watch, patient: PatientContext | None
    ) -> tuple[IdentifierReport, MaskedScreen]:
        names = watch.time("read", partial(self.identify, found, patient))
        return watch.time("mask", partial(self.mask, found, names))

    def _withhold(
        self, found: RectifiedScreen, names: IdentifierReport
    ) -> tuple[IdentifierReport, MaskedScreen]:
        """Return a wholly filled picture, and the report that says so."""
        regions = tuple(
            region if region.action == "masked" else replace(region, action="masked")
            for region in names.regions
        )
        names = replace(names, regions=regions)
        bare = replace(found, scan_area_xy=None)
        return names, identifiers.mask(bare, names, self.policy.identifiers)


def retell(assessment: Assessment, policy: Policy, sentences: Sentences) -> Assessment:
    """Return an assessment with its prompts in another language.

    Args:
        assessment: What a gate returned.
        policy: The policy that the gate followed.
        sentences: The language wanted.
    """
    if assessment.photo is None:
        reason = cast(UnreadableReason, assessment.verdict.reasons[0].detail)
        told = verdict.unreadable(reason, sentences)
    else:
        told = verdict.decide(
            assessment.screen, assessment.quality, assessment.identifiers, policy, sentences
        )
    return replace(assessment, verdict=told)


def _frame(screen: RectifiedScreen) -> Region:
    """Return the whole screen as a masked region."""
    width, height = screen.size_wh
    frame_xy = np.array([[0, 0], [width, 0], [width, height], [0, height]]) - 0.5
    return Region(frame_xy, "surround", "masked", 1.0)


class _Watch:
    """Milliseconds by stage; each stage runs in one thread, so no two write one entry."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._start = clock()
        self._spent_ms = dict.fromkeys(STAGES, 0.0)

    def time(self, stage: str, run: Callable[[], _Result]) -> _Result:
        start = self._clock()
        try:
            return run()
        finally:
            self._spent_ms[stage] = (self._clock() - start) * 1e3

    def finish(self) -> MappingProxyType[str, float]:
        total = (self._clock() - self._start) * 1e3
        return MappingProxyType({**self._spent_ms, "total": total})
