"""A screen to an answer: the frame that all signing pages share, and the pages that end a way."""

from fastapi import Request
from fastapi.responses import HTMLResponse

from api.pages.customer.in_app import browser_of
from api.pages.customer.screens import Screen
from api.pages.rendering import language_for, page
from api.wiring.installation import Installation

_STATUS = {"link-unknown": 404, "session": 401, "link-used": 409, "link-expired": 409, "link-replaced": 409}


def show(request: Request, here: Installation, screen: Screen, *, base: str) -> HTMLResponse:
    """Return a screen as a page; `base` is the address of the signer's pages."""
    link = here.public_url + request.url.path
    browser = browser_of(request.headers.get("user-agent", ""), link, language_for(request))
    values = {"base": base, "browser": browser, **screen.values}
    return page(request, f"sign/{screen.name}.html", status=_status(screen), **values)


def end(request: Request, here: Installation, kind: str, *, code: str = "", token: str = "") -> HTMLResponse:
    """Return the page of an end: what happened, and what to do next; with `token`, another link can be asked for there."""
    return show(request, here, Screen("end", {"kind": kind, "code": code, "at": "", "token": token}), base="")


def _status(screen: Screen) -> int:
    return _STATUS.get(str(screen.values.get("kind")), 200) if screen.name == "end" else 200
