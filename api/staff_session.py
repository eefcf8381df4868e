"""The cookie of a signed-in member of staff, and who it belongs to.

Promises: HttpOnly, SameSite=Strict, Secure wherever the pages are https; a request that changes something is taken only from
our own pages, so that no other site can ask in a signed-in person's name. Leaves sessions to ledger.services.staff_sessions.
"""

from urllib.parse import urlsplit

from fastapi import Request, Response

from api.wiring.installation import Installation
from ledger.core.log.permissions import Principal
from ledger.errors import NotAllowed
from ledger.services.staff_sessions import OpenedSession, close_session, staff_of_session

COOKIE = "tally-staff"
_READING = {"GET", "HEAD"}


def staff_in(request: Request, here: Installation) -> Principal | None:
    """Return who is signed in in this browser; raise NotAllowed("request.cross-site") where another site asks for a change."""
    token = request.cookies.get(COOKIE)
    principal = staff_of_session(here.stores, token, here.now()) if token else None
    if principal is not None and request.method not in _READING:
        _require_own_page(request, here)
    return principal


def keep_session(response: Response, here: Installation, opened: OpenedSession) -> None:
    """Let the browser hold its session."""
    response.set_cookie(
        COOKIE,
        opened.token,
        max_age=int(opened.lasts.total_seconds()),
        path="/",
        httponly=True,
        samesite="strict",
        secure=here.public_url.startswith("https://"),
    )


def end_session(request: Request, response: Response, here: Installation) -> None:
    """End the session on our side and in the browser."""
    token = request.cookies.get(COOKIE)
    if token:
        close_session(here.stores, token, here.now())
    response.delete_cookie(COOKIE, path="/")


def _require_own_page(request: Request, here: Installation) -> None:
    """Pass for a request that the browser says comes from one of our pages.

    `Sec-Fetch-Site` says it best; our pages send no referrer, so that browsers write `Origin: null` on their forms.
    """
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    own = {urlsplit(here.public_url).netloc, request.headers.get("host")}
    is_ours = site == "same-origin" if site is not None else origin is not None and urlsplit(origin).netloc in own
    if not is_ours:
        raise NotAllowed("request.cross-site", "this was asked from another site; open the page itself and do it there")
