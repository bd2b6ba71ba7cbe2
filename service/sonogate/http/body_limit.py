"""Small bodies stay small: only photos and pictures may be large, and those are streamed."""

from __future__ import annotations

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sonogate.http.problem import MEDIA_TYPE
from sonogate.http.refusals import TOO_LARGE_BODY

MAX_BYTES = 64 * 1024
# Their routes read their own bodies, each with a limit of its own.
_STREAMED = ("/v1/assess", "/v1/guidance", "/v1/verify")
_STREAMED_ENDS = ("/photos",)


class BodyLimit:
    """ASGI middleware that refuses bodies larger than a description needs."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap ``app``."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        path = scope.get("path", "")
        if scope["type"] != "http" or path.startswith(_STREAMED) or path.endswith(_STREAMED_ENDS):
            await self._app(scope, receive, send)
            return
        body = bytearray()
        more = True
        while more:
            message = await receive()
            if message["type"] != "http.request":
                return
            body += message.get("body", b"")
            more = message.get("more_body", False)
            if len(body) > MAX_BYTES:
                problem = TOO_LARGE_BODY
                refusal = JSONResponse(problem.document(), problem.status, media_type=MEDIA_TYPE)
                await refusal(scope, receive, send)
                return
        given = False

        async def replay() -> Message:
            nonlocal given
            if given:
                return await receive()
            given = True
            return {"type": "http.request", "body": bytes(body), "more_body": False}

        await self._app(scope, replay, send)
