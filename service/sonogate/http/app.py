"""The application, put together."""

from __future__ import annotations

import asyncio
import importlib.metadata
import time
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from functools import partial

from fastapi import FastAPI
from structlog.typing import FilteringBoundLogger

from sonogate.gate import GateFactory
from sonogate.http import openapi, problems
from sonogate.http.headers import SecurityHeaders
from sonogate.http.language import load_interpreter
from sonogate.http.logs import RequestLog, json_logger
from sonogate.http.pages import load_pages
from sonogate.http.pictures import PictureStore
from sonogate.http.pool import GatePool
from sonogate.http.routes import Services, make_router
from sonogate.http.settings import Settings
from sonogate.policy import default_policy, load_policy


def create_app(
    settings: Settings, make_gate: GateFactory, logger: FilteringBoundLogger | None = None
) -> FastAPI:
    """Return the service.

    Models are loaded after start, beside the event loop: until then ``/healthz`` answers,
    ``/readyz`` says no, and photos are turned away with 503.

    Args:
        settings: Limits and choices.
        make_gate: Loads a gate; called once a worker.
        logger: Where requests and faults are logged; standard error by default.

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
    services = Services(
        pool=pool,
        pictures=PictureStore(
            settings.link_seconds, settings.link_count, settings.link_bytes, time.monotonic
        ),
        pages=load_pages(),
        interpreter=load_interpreter(policy, settings.language),
        max_bytes=policy.photo.max_bytes,
        upload_seconds=settings.upload_seconds,
        link_seconds=settings.link_seconds,
    )
    app.include_router(make_router(services))
    problems.install(app, settings.retry_after_s)
    openapi.install(app)
    # The last one added is the outermost: headers go on every answer, the barrier's too.
    app.add_middleware(problems.FaultBarrier, logger=logger)
    app.add_middleware(RequestLog, logger=logger)
    app.add_middleware(SecurityHeaders)
    return app


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
