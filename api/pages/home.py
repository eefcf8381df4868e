"""The first page: what this installation is, on one screen."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from api.auth import Here
from api.pages.rendering import page
from ledger.services.log.describe_installation import describe_installation

router = APIRouter(include_in_schema=False)


@router.get("/", response_class=HTMLResponse)
def get_home(request: Request, here: Here) -> HTMLResponse:
    """Show institutions, logs, chain, and where to go from here."""
    overview = describe_installation(here.stores)
    return page(request, "home.html", overview=overview, is_embedded=here.settings.is_embedded)
