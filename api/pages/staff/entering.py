"""The pages on which staff sign in, and make their first passkey with a set-up code; `access` answers what their script asks."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from api.pages.rendering import page

router = APIRouter(prefix="/staff", include_in_schema=False)


@router.get("/sign-in", response_class=HTMLResponse)
def get_sign_in(request: Request) -> HTMLResponse:
    """Show the page on which staff sign in."""
    return page(request, "staff/sign_in.html")


@router.get("/set-up", response_class=HTMLResponse)
def get_set_up(request: Request) -> HTMLResponse:
    """Show the page on which somebody with a code makes a passkey."""
    return page(request, "staff/set_up.html")
