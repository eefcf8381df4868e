"""Who is calling: a bearer API key becomes a principal; what it may do is decided in core (DESIGN section 9)."""

import hashlib
import re
from typing import Annotated, cast

from fastapi import Depends, HTTPException, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api.staff_session import staff_in
from api.wiring.installation import Installation
from ledger.core.log.permissions import Principal
from ledger.errors import InvalidInput
from ledger.services.context import Act, Once
from ledger.services.log.authenticate import authenticate

_BEARER = HTTPBearer(auto_error=False, description="An API key: `Authorization: Bearer tally_…`")
_ANONYMOUS = "this needs an API key: Authorization: Bearer tally_…"
_KEY = re.compile(r"[\x21-\x7e]{8,128}")


# Asynchronous where nothing waits: a synchronous dependency costs a change of thread and back, on every request.
async def installation_of(request: Request) -> Installation:
    return cast("Installation", request.app.state.installation)


Here = Annotated[Installation, Depends(installation_of)]
Bearer = Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)]


def principal_if_any(request: Request, here: Here, bearer: Bearer) -> Principal | None:
    """Return the caller, by API key or by the session of somebody who signed in, or None for an anonymous one.

    A wrong key is refused rather than taken for none.
    """
    return staff_in(request, here) if bearer is None else principal_of(here, bearer.credentials)


def principal_of(here: Installation, token: str) -> Principal:
    """Return whose API key this is, as of now; raise 401."""
    principal = authenticate(here.stores, token)
    if principal is None:
        raise _unknown("this API key is not known, or was revoked")
    return principal


async def require_principal(principal: Annotated[Principal | None, Depends(principal_if_any)]) -> Principal:
    """Return the caller; raise 401 for an anonymous one."""
    if principal is None:
        raise _unknown(_ANONYMOUS)
    return principal


async def require_token(bearer: Bearer) -> str:
    """Return the API key that was shown, not yet looked at; raise 401 when there is none.

    For routes that are asked hundreds of times a second: they call `principal_of` in the thread that does their work.
    """
    if bearer is None:
        raise _unknown(_ANONYMOUS)
    return bearer.credentials


def _unknown(detail: str) -> HTTPException:
    return HTTPException(401, detail, headers={"WWW-Authenticate": "Bearer"})


Caller = Annotated[Principal, Depends(require_principal)]
Token = Annotated[str, Depends(require_token)]
AnyCaller = Annotated[Principal | None, Depends(principal_if_any)]


async def act_of(here: Here, caller: Caller) -> Act:
    """Return the circumstances of a read."""
    return here.act(caller)


Reading = Annotated[Act, Depends(act_of)]


def once_of(request: Request, *parts: bytes) -> Once:
    """Return the request's Idempotency-Key with its route and the hash of `parts`; raise InvalidInput when it is missing."""
    key = request.headers.get("Idempotency-Key", "")
    if not _KEY.fullmatch(key):
        raise InvalidInput(
            "idempotency.missing",
            "every POST needs an Idempotency-Key header of 8 to 128 printable characters, new for each request and the same "
            "when it is sent again",
            field="Idempotency-Key",
        )
    return _once(request, key, parts)


def once_of_form(request: Request, key: str, *parts: bytes) -> Once | None:
    """Return the same for a form, which carries its key in a field; None where it carries none."""
    return _once(request, key, parts) if _KEY.fullmatch(key) else None


def _once(request: Request, key: str, parts: tuple[bytes, ...]) -> Once:
    hasher = hashlib.sha256()
    for part in parts:
        hasher.update(len(part).to_bytes(8, "big") + part)
    return Once(key=key, route=f"{request.method} {request.url.path}", body_sha256=hasher.digest())
