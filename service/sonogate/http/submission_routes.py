"""Submissions: made, tried, looked at, deleted."""

# Annotations are evaluated here, not postponed: they name what the function around them knows.

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi import Path as PathPart
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from sonogate.clinical import CaseReference
from sonogate.http import described
from sonogate.http.access import Principal, Scope
from sonogate.http.attempts import attempt
from sonogate.http.backend import Backend
from sonogate.http.documents import attempt_document, page_document, submission_document
from sonogate.http.language import accept_language
from sonogate.http.negotiate import accepted, answer, encode
from sonogate.http.schemas import ReasonIn, SubmissionIn
from sonogate.http.upload import read_upload
from sonogate.records.errors import ConflictError
from sonogate.records.idempotency import Lease, Replay
from sonogate.records.values import SubmissionState

SubmissionId = Annotated[str, PathPart(pattern="^sub_[0-9a-f]{32}$")]
Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        pattern="^[!-~]{1,128}$",
        description="A request sent again with its key is answered as the first time.",
    ),
]
After = Annotated[str | None, Query(max_length=200, description="Where the last page ended.")]
Limit = Annotated[int, Query(ge=1, le=200, description="Most items of a page.")]


def make_router(backend: Backend) -> APIRouter:
    """Return the routes of submissions."""
    router = APIRouter(prefix="/v1/submissions", tags=["submissions"])
    records, guard = backend.records, backend.guard
    submitter = guard.needing(Scope.SUBMIT)
    reader = guard.needing(Scope.SUBMIT, Scope.REVIEW)
    admin = guard.needing(Scope.ADMIN)

    @router.post(
        "",
        status_code=201,
        summary="Say what picture is to come",
        description=described.CREATE,
        responses=described.responses("Submission", 201, 401, 403, 406, 409, 413, 422, 429),
        response_class=Response,
    )
    def create(
        request: Request,
        body: SubmissionIn,
        who: Annotated[Principal, Depends(submitter)],
        key: Key = None,
    ) -> Response:
        accepted(request)
        new = body.value_of()
        digest = records.digest(body.model_dump_json().encode("utf-8"), "POST submissions")
        lease = None if key is None else records.begin(who.organisation, who.client, key, digest)
        if isinstance(lease, Replay):
            return _again(request, lease)
        try:
            made = records.create(
                who.organisation,
                who.client,
                new,
                lease,
                lambda made: encode(submission_document(made)),
            )
        except Exception:
            if lease is not None:
                records.give_up(lease)
            raise
        return answer(
            request,
            submission_document(made),
            201,
            {"location": f"/v1/submissions/{made.id}"},
        )

    @router.get(
        "",
        summary="List submissions",
        description="The organisation's submissions, newest first.",
        responses=described.responses("SubmissionPage", 200, 304, 401, 403, 406, 422, 429),
        response_class=Response,
    )
    def listed(
        request: Request,
        who: Annotated[Principal, Depends(reader)],
        case_reference: Annotated[str | None, Query(max_length=64)] = None,
        after: After = None,
        limit: Limit = 50,
    ) -> Response:
        case = None if case_reference is None else CaseReference(case_reference)
        page = records.submissions(who.organisation, case, after, limit)
        items = [submission_document(item) for item in page.items]
        return answer(request, page_document(items, page.after))

    @router.get(
        "/{submission_id}",
        summary="Look at a submission",
        responses=described.responses("Submission", 200, 304, 401, 403, 404, 406, 422, 429),
        response_class=Response,
    )
    def one(
        request: Request, submission_id: SubmissionId, who: Annotated[Principal, Depends(reader)]
    ) -> Response:
        return answer(
            request, submission_document(records.submission(who.organisation, submission_id))
        )

    @router.get(
        "/{submission_id}/attempts",
        summary="Look at the attempts of a submission",
        responses=described.responses("AttemptList", 200, 304, 401, 403, 404, 406, 422, 429),
        response_class=Response,
    )
    def tried(
        request: Request, submission_id: SubmissionId, who: Annotated[Principal, Depends(reader)]
    ) -> Response:
        submission = records.submission(who.organisation, submission_id)
        made = records.attempts(who.organisation, submission_id)
        return answer(request, {"items": [attempt_document(submission, one) for one in made]})

    @router.post(
        "/{submission_id}/photos",
        summary="Try a photo, or the best of several",
        description=described.PHOTOS,
        responses=described.responses(
            "Attempt", 200, 401, 403, 404, 406, 408, 409, 413, 415, 422, 429, 503
        ),
        openapi_extra=described.PHOTOS_BODY,
        response_class=Response,
    )
    async def photos(
        request: Request,
        submission_id: SubmissionId,
        who: Annotated[Principal, Depends(submitter)],
        languages: Annotated[str | None, Depends(accept_language)],
        key: Key = None,
    ) -> Response:
        accepted(request)
        rules = backend.policy.submission
        submission = await run_in_threadpool(records.submission, who.organisation, submission_id)
        with backend.pool.place():
            sent = await read_upload(
                request,
                backend.policy.photo.max_bytes,
                rules.max_total_bytes,
                rules.max_photos,
                backend.upload_seconds,
            )

            async def run(lease: Lease | None) -> dict[str, Any]:
                if submission.state is not SubmissionState.OPEN:
                    raise ConflictError("the submission is not open")
                guard.quota.take(who.client, len(sent.photos))
                return await attempt(
                    backend, who, submission, sent, lease, languages, request.state
                )

            return await _once(request, who, key, [submission_id.encode(), *sent.parts], run)

    async def _once(
        request: Request,
        who: Principal,
        key: str | None,
        parts: list[bytes],
        run: Callable[[Lease | None], Awaitable[dict[str, Any]]],
    ) -> Response:
        if key is None:
            return answer(request, await run(None))
        digests = ",".join(records.digest(part, "part of a request") for part in parts)
        digest = records.digest(digests.encode("ascii"), "POST photos")
        lease = await run_in_threadpool(records.begin, who.organisation, who.client, key, digest)
        if isinstance(lease, Replay):
            return _again(request, lease)
        try:
            return answer(request, await run(lease))
        except BaseException:
            # A client that hangs up (a cancellation) may send its request again, too.
            records.give_up(lease)
            raise

    @router.delete(
        "/{submission_id}",
        summary="Delete a submission and its pictures",
        description=described.DELETE,
        responses=described.responses("Submission", 200, 401, 403, 404, 406, 409, 413, 422, 429),
        response_class=Response,
    )
    def delete(
        request: Request,
        submission_id: SubmissionId,
        body: ReasonIn,
        who: Annotated[Principal, Depends(admin)],
    ) -> Response:
        accepted(request)
        gone = records.delete_submission(
            who.organisation, submission_id, who.client, body.checked()
        )
        return answer(request, submission_document(gone))

    return router


def _again(request: Request, replay: Replay) -> Response:
    return answer(request, replay.body, replay.status, {"idempotency-replayed": "true"})
