"""docs/api.md lists every path of the HTTP interface, and none that is gone."""

import re

from fastapi.routing import iter_route_contexts

from api.app import described_app
from support.shared_data import REPOSITORY

PAGES = {"GET /", "GET /verify", "POST /verify"}
BROWSER_PAGES = ("/sign/", "/staff", "/blacklist/check")  # for people with a browser, who follow links
DOCUMENT = (REPOSITORY / "docs" / "api.md").read_text(encoding="utf-8")


def _routes() -> set[str]:
    found = set()
    for route in iter_route_contexts(described_app().routes):
        path = str(getattr(route, "path", "")).replace(":path}", "}")
        found |= {f"{method} {path}" for method in getattr(route, "methods", None) or () if method != "HEAD"}
    return (
        {route for route in found if not route.split(" ")[1].startswith(BROWSER_PAGES)}
        - PAGES
        - {"GET /log/{name}/{path}"}
    )


def test_every_path_is_documented_and_every_documented_path_exists() -> None:
    documented = set(re.findall(r"^\| `((?:GET|POST) /[^`]*)` \|", DOCUMENT, re.MULTILINE))
    assert documented == _routes()
