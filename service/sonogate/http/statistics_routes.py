"""Statistics for quality assurance and research, de-identified."""

# Annotations are evaluated here, not postponed: they name what the function around them knows.

import importlib
import io
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from pydantic import AwareDatetime

from sonogate.http import described
from sonogate.http.access import Principal, Scope
from sonogate.http.backend import Backend
from sonogate.http.errors import NotAcceptableError
from sonogate.http.negotiate import answer, tagged
from sonogate.records import statistics
from sonogate.types import MEASURE_NAMES

PARQUET = "application/vnd.apache.parquet"


def make_router(backend: Backend) -> APIRouter:
    """Return the routes of statistics."""
    router = APIRouter(prefix="/v1/statistics", tags=["statistics"])
    researcher = backend.guard.needing(Scope.RESEARCH)
    storage = backend.records.storage

    @router.get(
        "",
        summary="Count verdicts, causes and retakes by device and site",
        description=described.STATISTICS,
        responses=described.responses("Statistics", 200, 304, 401, 403, 406, 422, 429),
        response_class=Response,
    )
    def counts(
        request: Request,
        who: Annotated[Principal, Depends(researcher)],
        since: AwareDatetime | None = None,
        until: AwareDatetime | None = None,
    ) -> Response:
        items = statistics.by_device_and_site(storage, who.organisation, since, until)
        return answer(request, {"schema": statistics.SCHEMA, "items": items})

    @router.get(
        "/attempts",
        summary="Give one de-identified row an attempt, as a Parquet file",
        description=described.ROWS,
        responses=described.parquet_responses(304, 401, 403, 406, 422, 429),
        response_class=Response,
    )
    def rows(
        request: Request,
        who: Annotated[Principal, Depends(researcher)],
        since: AwareDatetime | None = None,
        until: AwareDatetime | None = None,
    ) -> Response:
        found = statistics.research_rows(storage, who.organisation, since, until)
        backend.records.audit(who.organisation, who.client, "statistics.rows", "attempts")
        return tagged(request, _parquet(found), PARQUET)

    return router


def _parquet(rows: list[dict[str, Any]]) -> bytes:
    """Return the rows as a Parquet file, its columns typed even where there are no rows.

    Raises:
        NotAcceptableError: The library is not installed (the ``research`` extra).
    """
    try:
        arrow = importlib.import_module("pyarrow")
        parquet = importlib.import_module("pyarrow.parquet")
    except ImportError as error:
        raise NotAcceptableError from error
    text, whole = arrow.string(), arrow.int32()
    types = {"number": whole, "photos": whole, "fidelity": arrow.float64()}
    names = ("schema", "policy_version", "week", "site", "maker", "model", "purpose")
    columns = [(name, text) for name in names]
    columns += [(name, types.get(name, text)) for name in ("number", "photos")]
    columns += [(name, text) for name in ("outcome", "released", "reasons")]
    columns += [(name, arrow.float64()) for name in ("fidelity", *MEASURE_NAMES)]
    table = arrow.Table.from_pylist(rows, schema=arrow.schema(columns))
    made = io.BytesIO()
    parquet.write_table(table, made)
    return made.getvalue()
