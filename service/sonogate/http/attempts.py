"""One try at a submission, from photos to what is on record."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import State

from sonogate.authority.values import PictureClaim
from sonogate.errors import UnreadableReason
from sonogate.http.access import Principal
from sonogate.http.backend import Backend
from sonogate.http.documents import attempt_document, kept_report
from sonogate.http.errors import UnreadablePhotoError
from sonogate.http.negotiate import encode
from sonogate.http.release import Release, best, release
from sonogate.http.routes import logged
from sonogate.http.upload import Upload
from sonogate.records.idempotency import Lease
from sonogate.records.ids import new_id
from sonogate.records.values import Accepted, AttemptFacts, Submission, SubmissionState
from sonogate.report import encode_png
from sonogate.types import Assessment

# Where the file that came in is digested; the key makes the digest useless to others.
ORIGINAL = "original photo"


async def attempt(
    backend: Backend,
    who: Principal,
    submission: Submission,
    sent: Upload,
    lease: Lease | None,
    languages: str | None,
    state: State,
) -> dict[str, Any]:
    """Assess the photos, put the best on record, and return the answer.

    Raises:
        UnreadablePhotoError: None of them is a photo; nothing is put on record.
        ConflictError: The submission changed meanwhile.
    """
    photos = sent.photos
    assessments = [await backend.pool.assess(data, sent.patient) for data in photos]
    best_one = best(assessments)
    original = photos[assessments.index(best_one)]
    chosen, _ = backend.interpreter.tell(best_one, languages)
    state.verdict = logged(chosen)
    if chosen.photo is None:
        reason = chosen.verdict.reasons[0]
        raise UnreadablePhotoError(cast(UnreadableReason, reason.detail), reason.prompt)
    return await run_in_threadpool(
        _record, backend, who, submission, chosen, original, len(photos), lease
    )


def _record(
    backend: Backend,
    who: Principal,
    submission: Submission,
    chosen: Assessment,
    original: bytes,
    photos: int,
    lease: Lease | None,
) -> dict[str, Any]:
    rules = backend.policy.submission
    number = submission.attempts + 1
    taken = release(chosen, number, rules)
    facts = AttemptFacts(
        number=number,
        outcome=chosen.verdict.outcome,
        released=taken.outcome,
        photos=photos,
        report=kept_report(chosen),
        reasons=tuple(reason.code for reason in chosen.verdict.reasons),
    )
    after = SubmissionState.OPEN
    picture = None
    if taken.accepted:
        after = SubmissionState.ACCEPTED
        picture = _picture(backend, chosen, taken, original)
    elif number >= rules.max_attempts:
        after = SubmissionState.CLOSED
    made, tried = backend.records.add_attempt(
        who.organisation,
        who.client,
        submission.id,
        facts,
        picture,
        after,
        lease,
        lambda made, tried: encode(attempt_document(made, tried)),
    )
    return attempt_document(made, tried)


def _picture(backend: Backend, chosen: Assessment, taken: Release, original: bytes) -> Accepted:
    if chosen.masked is None:
        raise ValueError("an accepted photo has a masked picture")
    image_id = new_id("img")
    if backend.signer is None:
        png = encode_png(chosen.masked)
    else:
        claim = PictureClaim.of(chosen, image_id, backend.clock())
        claim = replace(claim, outcome=taken.outcome, limits=taken.limits)
        png = backend.signer.sign(chosen.masked, claim).png
    digest = backend.records.digest(original, ORIGINAL)
    return Accepted(image_id, png, "image/png", taken.limits, digest)
