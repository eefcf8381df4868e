"""Templates to answers: one place that sets language, escaping and headers of every page.

Promises: everything is escaped, a missing value is an error, and no template holds inline script or style.
"""

from typing import Final
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from api.pages import WEB
from api.pages.language import HTML_LANGUAGE, chosen_language, language_of
from api.pages.static import address, integrity
from api.pages.words import words_in
from ledger.core.evidence.answers import Language

# What depends on who asks is not kept by caches between.
_HEADERS: Final = {"Cache-Control": "no-store", "Vary": "Accept, Accept-Language"}
_ABSENT: Final = dict.fromkeys(("case", "progress", "fault", "note", "at", "code", "token", "staff"), None) | {
    "can_decline": False
}
_TEMPLATES: Final = Environment(
    loader=FileSystemLoader(WEB / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_TEMPLATES.globals |= {"static": address, "integrity": integrity}


def language_for(request: Request) -> Language:
    return language_of(request.query_params, request.headers)


def see_other(request: Request, path: str, **query: str) -> RedirectResponse:
    """Return the way to another page after a form, in the language that the reader chose."""
    chosen = chosen_language(request.query_params)
    asked = {**({"lang": chosen} if chosen else {}), **query}
    return RedirectResponse(f"{path}?{urlencode(asked)}" if asked else path, status_code=303, headers=_HEADERS)


def page(request: Request, template: str, *, status: int = 200, **values: object) -> HTMLResponse:
    """Return a template as a page in the reader's language."""
    language = language_for(request)
    chosen = chosen_language(request.query_params)
    html = _TEMPLATES.get_template(template).render(
        language=language,
        html_language=HTML_LANGUAGE[language],
        w=words_in(language),
        link=lambda path: f"{path}?{urlencode({'lang': chosen})}" if chosen else path,
        here=lambda **changes: f"?{urlencode({**request.query_params, **changes})}",
        chosen={"lang": chosen} if chosen else {},
        path=request.url.path,
        **{**_ABSENT, **values},
    )
    return HTMLResponse(html, status_code=status, headers=_HEADERS)
