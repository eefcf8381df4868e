"""The signatures that clients hand in, taken together (ADR 0201): each under its own API key, and under its own Idempotency-Key."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends, HTTPException, Request

from api.auth import principal_of
from api.together import Together
from api.wiring.installation import Installation
from ledger.core.log.permissions import Principal
from ledger.services.agreements.sign_together import sign_together
from ledger.services.agreements.signing import NewSignature, Signing
from ledger.services.context import Act, Once, Written

WITH_SERVER = 4  # calls at once where each write has a commit of its own: while one waits for the server, others go on


@dataclass(frozen=True)
class HandedIn:
    """One signature as a request brought it, its API key not yet looked at."""

    token: str
    once: Once
    agreement_id: str
    new: NewSignature


@dataclass(frozen=True)
class Taken:
    """What became of it, and for whom."""

    act: Act
    written: Written


def signings(here: Installation) -> Together[HandedIn, Taken]:
    """Return where the requests of one process hand their signatures in."""
    at_once = 1 if here.stores.database.joins_writers else WITH_SERVER
    return Together(lambda handed: _take(here, handed), at_once)


def _take(here: Installation, handed: Sequence[HandedIn]) -> list[Taken | Exception]:
    acts = _acts(here, handed)
    known = [
        Signing(act, one.agreement_id, one.new) for one, act in zip(handed, acts, strict=True) if isinstance(act, Act)
    ]
    written = iter(sign_together(here.stores, known))
    return [_taken(act, next(written)) if isinstance(act, Act) else act for act in acts]


def _acts(here: Installation, handed: Sequence[HandedIn]) -> list[Act | HTTPException]:
    """Return the circumstances of each; a key that several show is looked at once, and one that is not known is the answer."""
    principals = {token: _principal(here, token) for token in {one.token for one in handed}}
    found = ((one, principals[one.token]) for one in handed)
    return [who if isinstance(who, HTTPException) else here.act(who, one.once) for one, who in found]


def _principal(here: Installation, token: str) -> Principal | HTTPException:
    try:
        return principal_of(here, token)
    except HTTPException as unknown:
        return unknown


def _taken(act: Act, written: Written | Exception) -> Taken | Exception:
    return written if isinstance(written, Exception) else Taken(act, written)


async def signings_of(request: Request) -> Together[HandedIn, Taken]:
    return cast("Together[HandedIn, Taken]", request.app.state.signings)


Signings = Annotated[Together[HandedIn, Taken], Depends(signings_of)]
