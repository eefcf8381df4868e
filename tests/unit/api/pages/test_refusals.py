"""Refusals as pages for people and as problems for programs, over a small application of our own error handlers."""

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api import errors
from api.limits import BodyLimit
from api.pages.refusals import RefusalPages
from ledger.errors import InvalidInput, NotAllowed, Unavailable

HTML = {"Accept": "text/html,application/xhtml+xml"}


@pytest.fixture
def client() -> Iterator[TestClient]:
    app = FastAPI()
    errors.install(app)
    app.add_middleware(BodyLimit, most=1024)
    app.add_middleware(RefusalPages)

    @app.get("/gone")
    def gone() -> None:
        raise Unavailable("database.unreachable", "<script>alert(1)</script>\u202e")

    @app.get("/refused")
    def refused() -> None:
        raise NotAllowed("permission.denied", "no")

    @app.post("/wrong")
    def wrong() -> None:
        raise InvalidInput("terms.malformed", "no")

    @app.get("/sign/ended")
    def ended() -> None:
        raise NotAllowed("session.ended", "no")

    @app.get("/fine")
    def fine() -> dict[str, str]:
        return {"status": "alive"}

    with TestClient(app) as started:
        yield started


def test_person_gets_a_page_with_the_same_status_and_code(client: TestClient) -> None:
    answer = client.get("/nothing", headers=HTML)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "route.unknown" in answer.text
    assert "There is nothing at this address" in answer.text


def test_signer_is_told_what_a_signer_can_do_and_led_back_to_their_place(client: TestClient) -> None:
    place = "/sign/at/01a21926-d9ee-7064-a2c6-f01b4ab02fc8"
    answer = client.post(f"{place}/identity", headers=HTML, content=bytes(2048))
    assert answer.status_code == 413
    assert "Take smaller photos" in answer.text
    assert f'href="{place}"' in answer.text
    assert "/verify" not in answer.text.partition("<main")[2].partition("</main>")[0]
    ended = client.get("/sign/ended", headers={**HTML, "Accept-Language": "zh"})
    assert "请重新打开消息中的链接" in ended.text
    assert "管理员" not in ended.text


def test_program_keeps_the_problem(client: TestClient) -> None:
    for headers in ({"Accept": "*/*"}, {"Accept": "application/json"}):
        answer = client.get("/nothing", headers=headers)
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["code"] == "route.unknown"


def test_page_escapes_the_detail_and_keeps_other_headers(client: TestClient) -> None:
    answer = client.get("/gone", headers={**HTML, "Accept-Language": "zh"})
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "5"
    assert "<script>alert" not in answer.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;�" in answer.text
    assert 'lang="zh-Hans"' in answer.text


@pytest.mark.parametrize(("path", "status"), [("/refused", 403), ("/wrong", 405), ("/nothing", 404)])
def test_each_refusal_has_its_words(client: TestClient, path: str, status: int) -> None:
    answer = client.get(path, headers=HTML)
    assert answer.status_code == status
    assert "<h1" in answer.text


def test_body_over_the_limit_is_a_page_too(client: TestClient) -> None:
    answer = client.post("/wrong", headers=HTML, content=b"x" * 2048)
    assert (answer.status_code, "body.too-large" in answer.text) == (413, True)


def test_answer_that_is_no_refusal_passes_unchanged(client: TestClient) -> None:
    assert client.get("/fine", headers=HTML).json() == {"status": "alive"}
