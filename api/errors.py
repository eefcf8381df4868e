"""The one place where a refusal becomes an HTTP status (RFC 9457 problem+json) or a process exit code.

Promises: every error that input can cause leaves as `application/problem+json` with a stable `code`; nothing leaves with a
stack trace, a path or a secret. docs/errors.md lists the codes.
"""

import asyncio
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Final

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ledger import errors as ledger_errors
from signing import errors as signing_errors

log = structlog.get_logger("tally.api")

RETRY_AFTER_SECONDS: Final = 5
PROBLEM_MEDIA_TYPE: Final = "application/problem+json"

_DAMAGED: Final = "What is stored does not verify"

_STATUS: Final[tuple[tuple[type[Exception], int, str], ...]] = (
    (ledger_errors.InvalidInput, 422, "The request breaks a rule"),
    (ledger_errors.NotAllowed, 403, "Not allowed"),
    (ledger_errors.NotFound, 404, "Not found"),
    (ledger_errors.Conflict, 409, "The state has moved on"),
    (ledger_errors.VerificationFailed, 422, "Does not verify"),
    (ledger_errors.Unavailable, 503, "Not available at the moment"),
    (signing_errors.InvalidEncoding, 422, "The request breaks a rule"),
    (signing_errors.VerificationFailed, 422, "Does not verify"),
    (signing_errors.DocumentRefused, 422, "The document is refused"),
    (signing_errors.KeyUnavailable, 503, "Not available at the moment"),
    (signing_errors.ServiceUnavailable, 503, "Not available at the moment"),
)
# What is no fault of the request, whatever its kind: our stored material does not hold, or our inspector did not run.
_OURS: Final[Mapping[str, tuple[int, str]]] = {
    "pdf.no-fonts": (503, "Not available at the moment"),
    "pdf.not-inspected": (503, "Not available at the moment"),
    "template.unreadable": (503, "Not available at the moment"),
    "agreement.incomplete": (500, _DAMAGED),
    "application.altered": (500, _DAMAGED),
    "application.rows-missing": (500, _DAMAGED),
    "document.altered": (500, _DAMAGED),
    "document.wrong-key-or-altered": (500, _DAMAGED),
    "record-key.altered": (500, _DAMAGED),
    "record-key.wrong-master": (500, _DAMAGED),
    "row.altered": (500, _DAMAGED),
    "vault.wrong-key-or-altered": (500, _DAMAGED),
}
_HTTP_CODES: Final = {
    400: "body.malformed",
    401: "auth.required",
    404: "route.unknown",
    405: "route.method",
    413: "body.too-large",
    415: "body.media-type",
}

KnownError = ledger_errors.LedgerError | signing_errors.SigningError


def problem(  # noqa: PLR0913  # the members of RFC 9457, by name
    status: int,
    code: str,
    detail: str,
    *,
    title: str,
    extra: Mapping[str, object] | None = None,
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """Return one RFC 9457 problem: type, title, status, detail, and our stable `code`."""
    body = {
        "type": f"urn:tally:problem:{code}",
        "title": title,
        "status": status,
        "code": code,
        "detail": _writable(detail),
        **{name: _writable(value) for name, value in (extra or {}).items()},
    }
    return JSONResponse(body, status_code=status, media_type=PROBLEM_MEDIA_TYPE, headers=dict(headers or {}))


def _writable(value: object) -> object:
    """Return a value whose text can be written as UTF-8: names that a client chose may hold half a surrogate pair."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, list):
        return [_writable(item) for item in value]
    return {name: _writable(item) for name, item in value.items()} if isinstance(value, dict) else value


def status_of(error: Exception) -> tuple[int, str]:
    """Return the HTTP status and the problem title of one of our errors."""
    if isinstance(error, KnownError) and error.code in _OURS:
        return _OURS[error.code]
    for kind, status, title in _STATUS:
        if isinstance(error, kind):
            return status, title
    return 500, "Something went wrong on our side"


def _known(_request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, KnownError):  # pragma: no cover  # registered for these two families only
        raise error
    status, title = status_of(error)
    if status == HTTPStatus.INTERNAL_SERVER_ERROR:
        log.error("stored material does not verify", code=error.code)
    field = getattr(error, "field", None)
    headers = {"Retry-After": str(RETRY_AFTER_SECONDS)} if status == 503 else {}  # noqa: PLR2004  # HTTP's own number
    return problem(
        status, error.code, error.message, title=title, extra={"field": field} if field else None, headers=headers
    )


def _invalid_shape(_request: Request, error: Exception) -> JSONResponse:
    faults = error.errors() if isinstance(error, RequestValidationError) else []
    if any(fault["type"] == "json_invalid" for fault in faults):
        return _known(_request, ledger_errors.InvalidInput("json.malformed", "body: expected JSON text in UTF-8"))
    fields = [{"field": _place(fault["loc"]), "message": str(fault["msg"])} for fault in faults]
    first = fields[0] if fields else {"field": "body", "message": "not understood"}
    return problem(
        422,
        "request.invalid",
        f"{first['field']}: {first['message']}",
        title="The request breaks a rule",
        extra={"field": first["field"], "fields": fields},
    )


def _place(location: Sequence[object]) -> str:
    """Return a dotted field name without the part of the request it stood in; a stranger's name is cut short."""
    parts = [str(part)[:60] for part in location]
    return ".".join(parts[1:] if parts[:1] in (["body"], ["query"], ["path"], ["header"]) and len(parts) > 1 else parts)


def _http(_request: Request, error: Exception) -> JSONResponse:
    status = error.status_code if isinstance(error, HTTPException) else 500
    detail = str(error.detail) if isinstance(error, HTTPException) else "internal error"
    headers = error.headers if isinstance(error, HTTPException) else None
    return problem(status, _HTTP_CODES.get(status, f"http.{status}"), detail, title=detail, headers=headers)


class OutermostEdge:
    """ASGI middleware: what nobody foresaw is answered 500, and logged by type and place without any value from the request.

    Standing inside the other middleware, its answer carries their headers, and the server never logs a traceback.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def noted(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive, noted)
        except asyncio.CancelledError:  # the service ends before a checkpoint came
            if started:
                raise
            await _ending()(scope, receive, send)
        except Exception as error:  # the outermost edge of every request
            route = getattr(scope.get("route"), "path", "")  # the pattern: a path may hold what a client wrote into it
            log.error(  # noqa: TRY400  # the place is logged, never the words
                "request failed unexpectedly", error=type(error).__name__, route=route, exc_info=error
            )
            if not started:
                await _unexpected()(scope, receive, send)


def _unexpected() -> JSONResponse:
    return problem(
        500,
        "internal",
        "The request failed on our side; nothing was half-written. Try again, and tell the operator the time.",
        title="Something went wrong on our side",
    )


def _ending() -> JSONResponse:
    return problem(
        503,
        "service.ending",
        "the service is being stopped: send the request again with the same Idempotency-Key",
        title="Not available at the moment",
        headers={"Retry-After": str(RETRY_AFTER_SECONDS)},
    )


def install(app: FastAPI) -> None:
    """Register the handlers on `app`."""
    app.add_exception_handler(ledger_errors.LedgerError, _known)
    app.add_exception_handler(signing_errors.SigningError, _known)
    app.add_exception_handler(RequestValidationError, _invalid_shape)
    app.add_exception_handler(HTTPException, _http)
    app.add_middleware(OutermostEdge)
