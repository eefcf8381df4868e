"""The cookie of a signer's browser: one per signer, so that two contracts in one browser do not meet.

Promises: HttpOnly, SameSite=Strict, sent under /sign only, Secure wherever the pages are https. Leaves what it opens to
ledger.services.agreements.browser.
"""

from typing import Annotated

from fastapi import Depends, Request, Response

from api.auth import Here
from api.schemas.strict_request import Id
from api.wiring.installation import Installation
from ledger.errors import NotAllowed
from ledger.services.agreements.browser import SignerSession, session_of
from ledger.services.agreements.open_invitation import Opened

FOLDER = "/sign"
_SECONDS = 12 * 3600


def base_of(signer_id: str) -> str:
    """Return the address of a signer's pages."""
    return f"{FOLDER}/at/{signer_id}"


def token_in(request: Request, signer_id: str) -> str | None:
    """Return the session token that this browser holds for a signer."""
    return request.cookies.get(_name(signer_id))


def keep(response: Response, here: Installation, opened: Opened) -> None:
    """Let the browser hold its session."""
    response.set_cookie(
        _name(opened.signer_id),
        opened.session_token,
        max_age=_SECONDS,
        path=FOLDER,
        httponly=True,
        samesite="strict",
        secure=here.public_url.startswith("https://"),
    )


def require_token(request: Request, signer_id: Id) -> str:
    """Return the browser's token; raise NotAllowed("session.ended")."""
    token = token_in(request, signer_id)
    if token is None:
        raise NotAllowed("session.ended", "this browser's session has ended; open the link again, or ask for a new one")
    return token


Token = Annotated[str, Depends(require_token)]


def require_confirmed(here: Here, token: Token, signer_id: Id) -> SignerSession:
    """Return the session of a signer whose code was confirmed in this browser; raise NotAllowed("session.ended")."""
    session = session_of(here.stores, token, here.now())
    if session is None or not session.is_confirmed or session.row.signer_id != signer_id:
        raise NotAllowed("session.ended", "this browser's session has ended; open the link again, or ask for a new one")
    return session


Session = Annotated[SignerSession, Depends(require_confirmed)]


def _name(signer_id: str) -> str:
    return f"tally-sign-{signer_id[-12:]}"
