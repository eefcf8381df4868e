"""Refusals as pages: a browser that asks for HTML gets a readable page where a program gets problem+json.

Promises: same status, same code, same headers; one place for every route and middleware below. Leaves to api.errors which
status and code a refusal has.
"""

import json
from collections.abc import MutableMapping

from fastapi import Request
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import PROBLEM_MEDIA_TYPE
from api.pages.printable import shown_sentence
from api.pages.problems import Problem
from api.pages.rendering import page

_OURS = frozenset({"content-length", "content-type", "cache-control", "vary"})


class RefusalPages:
    """ASGI middleware: an answer in problem+json becomes a page when the request's Accept names text/html."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or "text/html" not in Headers(scope=scope).get("accept", ""):
            await self._app(scope, receive, send)
            return
        await self._app(scope, receive, _Told(Request(scope), send))


class _Told:
    """Passes messages on, but holds back a problem until it is whole and sends it as a page."""

    def __init__(self, request: Request, send: Send) -> None:
        self._request = request
        self._send = send
        self._start: MutableMapping[str, object] | None = None
        self._body = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start" and _is_problem(message):
            self._start = message
        elif self._start is None:
            await self._send(message)
        else:
            self._body += message.get("body", b"")
            if not message.get("more_body", False):
                await self._tell(Headers(raw=self._start["headers"]))  # type: ignore[arg-type]  # ASGI: a list of byte pairs

    async def _tell(self, headers: Headers) -> None:
        told = json.loads(self._body)
        found = Problem(
            int(told["status"]), str(told["code"]), shown_sentence(str(told["detail"])), self._request.url.path
        )
        answer = page(self._request, "problem.html", status=found.status, problem=found)
        kept = MutableHeaders(raw=answer.raw_headers)
        for name, value in headers.items():
            if name not in _OURS:
                kept[name] = value
        await self._send({"type": "http.response.start", "status": found.status, "headers": answer.raw_headers})
        await self._send({"type": "http.response.body", "body": answer.body})


def _is_problem(message: Message) -> bool:
    return Headers(raw=message["headers"]).get("content-type", "").startswith(PROBLEM_MEDIA_TYPE)
