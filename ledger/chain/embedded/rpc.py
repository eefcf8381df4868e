"""JSON-RPC 2.0 over the embedded chain: read-only, by allowlist.

Promises: any bytes get a well-formed answer and never an exception, a path or a stack; work per request is bounded.
Leaves to others: HTTP (`api`), sending transactions (only this process may, through `chain`).
"""

import json
import logging
from collections.abc import Callable, Mapping
from typing import Final, NoReturn, TypeAlias

from eth.exceptions import PyEVMError

from ledger.chain.embedded import methods
from ledger.chain.embedded.faults import (
    INTERNAL_ERROR,
    INVALID_PARAMS,
    INVALID_REQUEST,
    LIMIT_EXCEEDED,
    METHOD_NOT_FOUND,
    PARSE_ERROR,
    RpcFault,
)
from ledger.chain.embedded.view import View
from ledger.errors import LedgerError
from signing.canonical import Json

MAX_BODY_BYTES: Final = 131_072  # the longest honest call is a publish of some 4 kB; init code is at most 49 kB
MAX_BATCH: Final = 20
_MAX_ID_CHARACTERS: Final = 100
_log = logging.getLogger(__name__)

Method: TypeAlias = Callable[[View, list[Json]], Json]


def answer(body: bytes, view: Callable[[], View]) -> bytes:
    """Answer one request or batch; b"" where only notifications came (nothing may be answered then)."""
    try:
        request = _parse(body)
    except RpcFault as fault:
        return _dump(_error(None, fault))
    if isinstance(request, list):
        return _answer_batch(request, view)
    reply = answer_one(request, view, methods.PUBLIC)
    return _dump(reply) if reply is not None else b""


def answer_one(request: Json, view: Callable[[], View], allowed: Mapping[str, Method]) -> dict[str, Json] | None:
    """Answer one parsed request; None for a notification."""
    try:
        method, arguments = _read(request)
        result = _run(method, arguments, view, allowed)
    except RpcFault as fault:
        reply = _error(_id_of(request), fault)
    else:
        reply = {"jsonrpc": "2.0", "id": _id_of(request), "result": result}
    return reply if not isinstance(request, dict) or "id" in request or "error" in reply else None


def _answer_batch(requests: list[Json], view: Callable[[], View]) -> bytes:
    if not requests:
        return _dump(_error(None, RpcFault(INVALID_REQUEST, "invalid request: the batch is empty")))
    if len(requests) > MAX_BATCH:
        return _dump(_error(None, RpcFault(LIMIT_EXCEEDED, f"expected at most {MAX_BATCH} requests in a batch")))
    replies = [answer_one(request, view, methods.PUBLIC) for request in requests]
    answered = [reply for reply in replies if reply is not None]
    return _dump(answered) if answered else b""


def _parse(body: bytes) -> Json:
    if len(body) > MAX_BODY_BYTES:
        raise RpcFault(LIMIT_EXCEEDED, f"expected at most {MAX_BODY_BYTES} bytes")
    try:
        parsed: Json = json.loads(body.decode("utf-8"), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise RpcFault(PARSE_ERROR, "parse error: expected JSON in UTF-8") from error
    return parsed


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)  # NaN and Infinity are not JSON


def _read(request: Json) -> tuple[str, list[Json]]:
    if not isinstance(request, dict) or request.get("jsonrpc") != "2.0":
        raise RpcFault(INVALID_REQUEST, 'invalid request: expected an object with "jsonrpc": "2.0"')
    if "id" in request and _id_of(request) != request["id"]:
        raise RpcFault(INVALID_REQUEST, "invalid request: expected a short string, an integer or null as id")
    method, arguments = request.get("method"), request.get("params", [])
    if not isinstance(method, str):
        raise RpcFault(INVALID_REQUEST, "invalid request: expected a method name")
    if not isinstance(arguments, list):
        raise RpcFault(INVALID_PARAMS, "invalid params: expected a list")
    return method, arguments


def _run(method: str, arguments: list[Json], view: Callable[[], View], allowed: Mapping[str, Method]) -> Json:
    run = allowed.get(method)
    if run is None:
        raise RpcFault(METHOD_NOT_FOUND, "the method does not exist or is not available: this chain is read-only here")
    try:
        return run(view(), arguments)
    except (PyEVMError, LedgerError, ArithmeticError, KeyError, TypeError, ValueError) as error:
        _log.exception("the embedded chain could not answer %s", method)
        raise RpcFault(INTERNAL_ERROR, "internal error") from error


def _id_of(request: Json) -> str | int | None:
    found = request.get("id") if isinstance(request, dict) else None
    if isinstance(found, str) and len(found) <= _MAX_ID_CHARACTERS:
        return found
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def _error(request_id: str | int | None, fault: RpcFault) -> dict[str, Json]:
    error: dict[str, Json] = {"code": fault.code, "message": fault.message}
    if fault.data is not None:
        error["data"] = fault.data
    return {"jsonrpc": "2.0", "id": request_id, "error": error}


def _dump(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()
