"""The application, put together."""

from __future__ import annotations

import asyncio
import importlib.metadata
import time
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from functools import partial

from fastapi import FastAPI
from structlog.typing import FilteringBoundLogger

from sonogate.authority.values import Signer
from sonogate.gate import GateFactory
from sonogate.http import (
    guidance_routes,
    image_routes,
    openapi,
    pages,
    problems,
    review_routes,
    service_routes,
    statistics_routes,
    submission_routes,
)
from sonogate.http.access import Authenticator, Guard, KeyAuthenticator, Principal
from sonogate.http.backend import Backend, MakeRouter
from sonogate.http.body_limit import BodyLimit
from sonogate.http.guide import Guide
from sonogate.http.headers import SecurityHeaders
from sonogate.http.language import Interpreter, load_interpreter
from sonogate.http.links import Links
from sonogate.http.logs import RequestLog, json_logger
from sonogate.http.metrics import MeasureRequests, Metrics
from sonogate.http.oidc import KeySet, OidcAuthenticator, fetch_from
from sonogate.http.pictures import PictureStore
from sonogate.http.pool import GatePool
from sonogate.http.routes import Services, make_router
from sonogate.http.session_routes import session_router
from sonogate.http.sessions import Pairing, Sessions
from sonogate.http.settings import Settings
from sonogate.http.throttle import Throttle
from sonogate.http.traces import TraceRequests, find_tracer
from sonogate.policy import Policy, default_policy, load_policy
from sonogate.records import clients
from sonogate.records.storage import Storage
from sonogate.records.store import SqlRecords


def create_app(
    settings: Settings,
    make_gate: GateFactory,
    logger: FilteringBoundLogger | None = None,
    storage: Storage | None = None,
    more: Sequence[MakeRouter] = (),
    signer: Signer | None = None,
    pairing: Pairing | None = None,
) -> FastAPI:
    """Return the service.

    Models are loaded after start, beside the event loop: until then ``/healthz`` answers,
    ``/readyz`` says no, and photos are turned away with 503.

    Args:
        settings: Limits and choices.
        make_gate: Loads a gate; called once a worker.
        logger: Where requests and faults are logged; standard error by default.
        storage: The records; None to keep none, and to serve only what needs none.
        more: Further routes on the records.
        signer: Signs the pictures that are stored.
        pairing: Lets phones in by a code; None to let nobody in by one.

    Raises:
        PolicyError: The policy that the settings name cannot be used.
    """
    policy = default_policy() if settings.policy is None else load_policy(settings.policy)
    logger = json_logger() if logger is None else logger
    # Each worker reads text on a thread of its own while it takes the measures.
    readers = ThreadPoolExecutor(settings.workers, thread_name_prefix="reader")
    pool = GatePool(
        settings.workers,
        settings.waiting,
        partial(
            make_gate,
            policy,
            language=settings.language,
            export_size_wh=None,
            executor=readers,
            threads=settings.threads,
        ),
    )

    guide = Guide(policy)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        loading = asyncio.create_task(_load(pool, logger))
        try:
            yield
        finally:
            loading.cancel()
            with suppress(asyncio.CancelledError):
                await loading
            await asyncio.to_thread(pool.close)
            guide.close()
            readers.shutdown(wait=True, cancel_futures=True)

    app = FastAPI(
        title="sonogate",
        version=importlib.metadata.version("sonogate"),
        description=openapi.DESCRIPTION,
        lifespan=lifespan,
        # The framework's own pages fetch scripts from third parties.
        docs_url=None,
        redoc_url=None,
    )
    interpreter = load_interpreter(policy, settings.language)
    backend = None
    if storage is not None:
        sessions = _sessions(settings, storage)
        known = [sessions] if pairing is None else [sessions, pairing.sessions]
        backend = _backend(settings, storage, pool, policy, interpreter, signer, known)
        more = (session_router(sessions, pairing), *more)
    is_open = settings.assess_open if settings.assess_open is not None else backend is None
    services = Services(
        pool=pool,
        pictures=PictureStore(
            settings.link_seconds, settings.link_count, settings.link_bytes, time.monotonic
        ),
        interpreter=interpreter,
        max_bytes=policy.photo.max_bytes,
        upload_seconds=settings.upload_seconds,
        link_seconds=settings.link_seconds,
        assess_guard=None if is_open or backend is None else backend.guard,
        is_ready=(lambda: True) if backend is None else backend.records.ready,
    )
    app.include_router(make_router(services))
    app.include_router(
        guidance_routes.make_router(
            guide, interpreter, services.assess_guard, keeps_submissions=backend is not None
        )
    )
    app.include_router(pages.make_router(pages.load_pages()))
    metrics = Metrics(lambda: pool.held)
    app.include_router(service_routes.make_router(metrics, backend))
    if backend is not None:
        own = (submission_routes, image_routes, review_routes, statistics_routes)
        for make in (*(module.make_router for module in own), *more):
            app.include_router(make(backend))
    problems.install(app, settings.retry_after_s)
    openapi.install(app)
    # The last one added is the outermost: headers go on every answer, the barrier's too.
    app.add_middleware(BodyLimit)
    app.add_middleware(problems.FaultBarrier, logger=logger)
    app.add_middleware(MeasureRequests, metrics=metrics)
    tracer = find_tracer()
    if tracer is not None:
        app.add_middleware(TraceRequests, tracer=tracer)
    app.add_middleware(RequestLog, logger=logger)
    app.add_middleware(SecurityHeaders, hsts=settings.hsts)
    return app


def _backend(
    settings: Settings,
    storage: Storage,
    pool: GatePool,
    policy: Policy,
    interpreter: Interpreter,
    signer: Signer | None,
    sessions: Sequence[Sessions],
) -> Backend:
    authenticators: list[Authenticator] = [KeyAuthenticator(storage), *sessions]
    if settings.oidc_issuer is not None:
        authenticators.append(_oidc(settings, settings.oidc_issuer))
    guard = Guard(
        authenticators,
        Throttle(settings.requests_per_minute, 60.0, time.monotonic),
        Throttle(settings.photos_per_day, 86400.0, time.monotonic),
    )
    links = Links(storage.keyring.link_key, settings.picture_link_seconds, time.time)
    return Backend(
        SqlRecords(storage),
        guard,
        pool,
        policy,
        links,
        interpreter,
        signer,
        settings.upload_seconds,
        storage.clock,
    )


def _sessions(settings: Settings, storage: Storage) -> Sessions:
    def stands(who: Principal) -> bool:
        client_id = who.client.removeprefix("key:")
        return clients.stands(storage, who.organisation, client_id, frozenset(who.scopes))

    return Sessions(storage.keyring.link_key, settings.session_seconds, time.time, stands)


def _oidc(settings: Settings, issuer: str) -> OidcAuthenticator:
    if settings.oidc_jwks_url is None:
        raise ValueError("an issuer of access tokens needs the URL of its keys")
    keys = KeySet(fetch_from(settings.oidc_jwks_url), time.monotonic)
    return OidcAuthenticator(issuer, settings.oidc_audience, settings.oidc_organisation_claim, keys)


async def _load(pool: GatePool, logger: FilteringBoundLogger) -> None:
    start = time.perf_counter()
    try:
        await pool.load()
    except Exception as error:
        # The service stays up and not ready, which is what whoever runs it watches.
        # Without the message and the traceback, which could quote what was read.
        logger.error("models_failed", error=type(error).__name__)  # noqa: TRY400
        return
    logger.info("ready", ms=round((time.perf_counter() - start) * 1e3))
