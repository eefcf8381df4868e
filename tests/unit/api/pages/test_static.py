"""Files of the pages: kept for a year under the version of their content, and found under no other."""

import base64
import hashlib
from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.pages import static


@pytest.fixture
def client() -> Iterator[TestClient]:
    app = FastAPI()
    app.mount("/static", static.VersionedStatic())
    with TestClient(app) as started:
        yield started


def test_file_is_kept_for_a_year_under_its_version(client: TestClient) -> None:
    answer = client.get(static.address("tally.css"))
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-type"].startswith("text/css")


@pytest.mark.parametrize(
    "path",
    [
        "/static/tally.css",
        "/static/0000000000000000/tally.css",
        "/static/",
        f"/static/{static.version()}",
        f"/static/{static.version()}/",
        f"/static/{static.version()}/no-such.css",
        f"/static/{static.version()}/vendor/htmx/.installed",
        f"/static/{static.version()}/..%2f..%2fapp.py",
    ],
)
def test_anything_else_is_not_found_and_not_kept(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert "immutable" not in answer.headers.get("cache-control", "")


def test_integrity_is_the_digest_that_browsers_compare() -> None:
    served = (static.STATIC / "tally.css").read_bytes()
    assert static.integrity("tally.css") == "sha384-" + base64.b64encode(hashlib.sha384(served).digest()).decode()


def test_missing_third_party_files_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(static, "STATIC", static.STATIC / "nowhere")
    assert len(static.missing()) == 3
