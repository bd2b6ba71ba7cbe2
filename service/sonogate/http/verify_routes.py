"""The image authority over HTTP: verification, its certificate and keys, the audit trail."""

# Annotations are evaluated here, not postponed: they name what the function around them knows.

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from sonogate.authority.audit import Head, check_chain, read_head, sign_head
from sonogate.authority.canonical import JsonValue
from sonogate.authority.detached import verify_copy
from sonogate.authority.keys import AuthorityKeys, public_jwks
from sonogate.authority.snapshot import sign_snapshot
from sonogate.authority.verify import sign_answer, verify
from sonogate.errors import AuthorityError
from sonogate.export.audit_event import make_audit_bundle
from sonogate.http import authority_described as words
from sonogate.http import described
from sonogate.http.access import Principal, Scope
from sonogate.http.backend import Backend, MakeRouter
from sonogate.http.errors import InvalidRequestError
from sonogate.http.negotiate import accepted, answer, encode
from sonogate.http.register import RecordsRegister, every_entry, every_picture, head_of
from sonogate.http.upload import read_photo

PEM_TYPE = "application/x-pem-file"
JWS_TYPE = "application/jose"


def verify_router(keys: AuthorityKeys) -> MakeRouter:
    """Return what makes the routes of the authority with these keys."""

    def make(backend: Backend) -> APIRouter:
        router = APIRouter(prefix="/v1", tags=["authority"])
        _add_verify(router, backend, keys)
        _add_published(router, backend, keys)
        _add_audit(router, backend, keys)
        return router

    return make


def _add_verify(router: APIRouter, backend: Backend, keys: AuthorityKeys) -> None:
    anyone = backend.guard.needing(*Scope)
    records = backend.records

    @router.post(
        "/verify",
        summary="Say whether a file is a picture that was issued here",
        description=words.VERIFY,
        responses=words.verified(200, 401, 403, 406, 408, 413, 415, 422, 429),
        openapi_extra=words.VERIFY_BODY,
        response_class=Response,
    )
    async def verified(
        request: Request,
        who: Annotated[Principal, Depends(anyone)],
        signature: Annotated[
            str | None,
            Header(
                alias=words.SIGNATURE,
                pattern=r"^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$",
                max_length=8192,
                description="Signature of an exported file, as it came with it.",
            ),
        ] = None,
    ) -> Response:
        accepted(request)
        data = await read_photo(request, backend.policy.photo.max_bytes, backend.upload_seconds)
        document = await run_in_threadpool(_checked, data, signature, who)
        return answer(request, document)

    def _checked(data: bytes, signature: str | None, who: Principal) -> dict[str, Any]:
        register = RecordsRegister(records, who.organisation)
        if signature is None:
            found = verify(data, keys.roots, register)
        else:
            found = verify_copy(data, signature, keys.roots, register)
        head = None if found.audit_sequence is None else head_of(records, who.organisation)
        end: JsonValue = None
        if head is not None:
            end = {"sequence": head.sequence, "hash": head.hash}
        return sign_answer(found, keys.statements, backend.clock(), {"audit_head": end})


def _add_published(router: APIRouter, backend: Backend, keys: AuthorityKeys) -> None:
    reviewer = backend.guard.needing(Scope.REVIEW, Scope.ADMIN)

    @router.get(
        "/authority/root.pem",
        summary="Fetch the root certificate",
        description=words.ROOT,
        responses=words.file_responses(PEM_TYPE),
        response_class=Response,
    )
    def root() -> Response:
        return Response(keys.roots.pem, media_type=PEM_TYPE)

    @router.get(
        "/authority/jwks.json",
        summary="Fetch the keys of statements",
        description=words.JWKS,
        responses=words.file_responses("application/json"),
        response_class=Response,
    )
    def jwks() -> Response:
        return Response(encode(public_jwks(keys)), media_type="application/json")

    @router.get(
        "/authority/snapshot",
        summary="Fetch the signed list of pictures",
        description=words.SNAPSHOT,
        responses=words.file_responses(JWS_TYPE, 401, 403, 429),
        response_class=Response,
    )
    def snapshot(who: Annotated[Principal, Depends(reviewer)]) -> Response:
        pictures = every_picture(backend.records, who.organisation)
        text = sign_snapshot(pictures, keys.statements, backend.clock())
        return Response(text, media_type=JWS_TYPE)


def _add_audit(router: APIRouter, backend: Backend, keys: AuthorityKeys) -> None:
    admin = backend.guard.needing(Scope.ADMIN)
    records = backend.records

    @router.get(
        "/audit/head",
        summary="Fetch the signed end of the audit trail",
        description=words.HEAD,
        responses=words.file_responses(JWS_TYPE, 401, 403, 429),
        response_class=Response,
    )
    def head(who: Annotated[Principal, Depends(admin)]) -> Response:
        end = head_of(records, who.organisation) or Head(who.organisation, 0, "0" * 64)
        return Response(sign_head(end, keys.statements, backend.clock()), media_type=JWS_TYPE)

    @router.get(
        "/audit/check",
        summary="Check the audit trail",
        description=words.CHECK,
        responses=described.responses("AuditCheck", 200, 304, 401, 403, 406, 422, 429),
        response_class=Response,
    )
    def check(
        request: Request,
        who: Annotated[Principal, Depends(admin)],
        anchor: Annotated[
            list[str] | None,
            Query(max_length=16, description="Signed ends that were kept elsewhere."),
        ] = None,
    ) -> Response:
        try:
            anchors = [read_head(text, keys.roots) for text in anchor or ()]
        except AuthorityError as error:
            raise InvalidRequestError from error
        if any(kept.organisation != who.organisation for kept in anchors):
            raise InvalidRequestError
        found = check_chain(who.organisation, every_entry(records, who.organisation), anchors)
        document = {
            "entries": found.entries,
            "head": {"sequence": found.head.sequence, "hash": found.head.hash},
            "fault": found.fault,
            "at_sequence": found.at_sequence,
        }
        return answer(request, document)

    @router.get(
        "/audit/events",
        summary="Read the audit trail as FHIR AuditEvents",
        description=words.EVENTS,
        responses=described.responses("AuditEvents", 200, 304, 401, 403, 406, 422, 429),
        response_class=Response,
    )
    def events(
        request: Request,
        who: Annotated[Principal, Depends(admin)],
        after: Annotated[int, Query(ge=0, le=2**53, description="Sequence number.")] = 0,
        limit: Annotated[int, Query(ge=1, le=200, description="Most entries.")] = 50,
    ) -> Response:
        return answer(
            request, make_audit_bundle(records.audit_entries(who.organisation, after, limit))
        )
