"""Stored pictures handed on: as a file in the answer, or to an archive known by name."""

# Annotations are evaluated here, not postponed: they name what the function around them knows.

from collections.abc import Callable, Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from sonogate.authority.certificates import Roots
from sonogate.authority.detached import sign_copy
from sonogate.authority.keys import AuthorityKeys
from sonogate.authority.verify import read_mark
from sonogate.clinical import Purpose
from sonogate.errors import ExportError
from sonogate.export.cstore import send
from sonogate.export.dicom import dicom_bytes
from sonogate.export.fhir import make_bundle
from sonogate.export.package import Package, clinical_document, make_package
from sonogate.export.stow import StowServer, store
from sonogate.export.values import ExportItem, Statement, picture_of_signed
from sonogate.http import authority_described as words
from sonogate.http import described
from sonogate.http.access import Principal, Scope
from sonogate.http.backend import Backend, MakeRouter
from sonogate.http.destinations import Destination
from sonogate.http.errors import ArchiveError, NoSuchDestinationError, NotForExportError
from sonogate.http.export_schemas import ExportIn, SendIn
from sonogate.http.image_routes import ImageId
from sonogate.http.negotiate import accepted, answer, encode
from sonogate.records.values import ImageState, StoredImage
from sonogate.types import Fidelity

DICOM_TYPE = "application/dicom"
FHIR_TYPE = "application/fhir+json"
# Copies that name the patient are for the patient's own care.
_NAMING = frozenset({Purpose.DIRECT_CARE, Purpose.CONSULTATION})
_LOSSLESS = frozenset({"png"})


def export_router(keys: AuthorityKeys, destinations: Mapping[str, Destination]) -> MakeRouter:
    """Return what makes the routes of exports.

    Args:
        keys: Whose pictures are handed on; signs files that carry no mark.
        destinations: Archives by name.
    """

    def make(backend: Backend) -> APIRouter:
        router = APIRouter(prefix="/v1", tags=["export"])
        reviewer = backend.guard.needing(Scope.REVIEW)
        prepare = _preparer(backend, keys.roots)

        @router.post(
            "/images/{image_id}/export",
            summary="Fetch a picture in another shape",
            description=words.EXPORT,
            responses=words.export_responses(400, 401, 403, 404, 409, 413, 422, 429),
            response_class=Response,
        )
        def export(
            image_id: ImageId, body: ExportIn, who: Annotated[Principal, Depends(reviewer)]
        ) -> Response:
            package = prepare(who, image_id, body)
            _audit(backend, who, image_id, "image.export", body.shape, package)
            data, media_type = _file(package, body.shape, backend)
            picture = package.item.picture.sha256
            signature = sign_copy(data, image_id, picture, keys.statements, backend.clock())
            return Response(data, media_type=media_type, headers={words.SIGNATURE: signature})

        @router.get(
            "/destinations",
            summary="List the archives that pictures can be sent to",
            responses=described.responses("Destinations", 200, 304, 401, 403, 406, 429),
            response_class=Response,
        )
        def known(request: Request, _: Annotated[Principal, Depends(reviewer)]) -> Response:
            return answer(request, {"items": sorted(destinations)})

        @router.post(
            "/images/{image_id}/send",
            summary="Store a picture in an archive",
            description=words.SEND,
            responses=described.responses(
                "Sent", 200, 400, 401, 403, 404, 406, 409, 413, 422, 429, 502
            ),
            response_class=Response,
        )
        def sent(
            request: Request,
            image_id: ImageId,
            body: SendIn,
            who: Annotated[Principal, Depends(reviewer)],
        ) -> Response:
            accepted(request)
            package = prepare(who, image_id, body)
            destination = destinations.get(body.destination)
            if destination is None:
                raise NoSuchDestinationError
            # On the trail before it leaves: what left unseen could not be told afterwards.
            _audit(backend, who, image_id, "image.send", body.destination, package)
            _deliver(package, destination)
            document = {
                "destination": body.destination,
                "study": str(package.image.StudyInstanceUID),
                "objects": [str(dataset.SOPInstanceUID) for dataset in package.objects],
            }
            return answer(request, document)

        return router

    return make


def _preparer(
    backend: Backend, roots: Roots
) -> Callable[[Principal, str, ExportIn | SendIn], Package]:
    records = backend.records

    def prepare(who: Principal, image_id: str, body: ExportIn | SendIn) -> Package:
        image = records.image(who.organisation, image_id)
        submission = records.submission(who.organisation, image.submission_id)
        if image.state is not ImageState.ACTIVE:
            raise NotForExportError
        if body.patient is not None and submission.purpose not in _NAMING:
            raise NotForExportError
        try:
            picture = picture_of_signed(
                records.picture(image), lambda data: read_mark(data, roots) is not None
            )
        except ExportError as error:
            raise NotForExportError from error
        item = ExportItem(
            picture,
            _statement(image),
            submission.context,
            submission.device,
            None if body.patient is None else body.patient.value_of(),
            None if body.calibration is None else body.calibration.value_of(),
        )
        return make_package(item, backend.clock())

    return prepare


def _statement(image: StoredImage) -> Statement:
    report = image.report
    fidelity = (report.get("quality") or {}).get("fidelity")
    versions = report["versions"]
    return Statement(
        image.id,
        image.outcome,
        image.limits,
        None if fidelity is None else Fidelity(**fidelity),
        versions["sonogate"],
        versions["policy"],
        image.created_at,
        (report.get("photo") or {}).get("format") not in _LOSSLESS,
    )


def _audit(
    backend: Backend, who: Principal, image_id: str, action: str, what: str, package: Package
) -> None:
    copy = "names the patient" if package.item.identified else "de-identified"
    backend.records.audit(who.organisation, who.client, action, image_id, f"{what}, {copy}")


def _file(package: Package, shape: str, backend: Backend) -> tuple[bytes, str]:
    if shape == "fhir":
        return encode(make_bundle(package.item, package.objects, backend.clock())), FHIR_TYPE
    if shape == "clinical":
        return encode(clinical_document(package.item)), "application/json"
    return dicom_bytes(package.image if shape == "dicom" else package.report), DICOM_TYPE


def _deliver(package: Package, destination: Destination) -> None:
    try:
        if isinstance(destination, StowServer):
            store(package.objects, destination)
        else:
            send(package.objects, destination)
    except ExportError as error:
        raise ArchiveError from error
