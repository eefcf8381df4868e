import asyncio
import json
from collections.abc import Iterator

import httpx2
import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient
from starlette.types import Message, Receive, Scope, Send

from api.app import SecurityHeaders
from api.errors import OutermostEdge, install, problem, status_of
from ledger.errors import VerificationFailed
from signing.errors import DocumentRefused


@pytest.fixture
def failing() -> Iterator[httpx2.Client]:
    """A service whose one route fails in a way that nobody foresaw."""
    app = FastAPI()
    install(app)
    app.add_middleware(SecurityHeaders)

    @app.get("/things/{name}")
    def fail(name: str) -> None:
        raise RuntimeError(f"the secret of {name}")

    with TestClient(app) as client:
        yield client


def test_what_nobody_foresaw_is_a_problem_with_the_security_headers_and_no_word_of_it(failing: httpx2.Client) -> None:
    answer = failing.get("/things/lin-xiaoyu")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "secret" not in answer.text


def test_text_with_half_a_surrogate_pair_is_still_written() -> None:
    answer = problem(422, "x.y", "no \ud800", title="t", extra={"field": "\udfff", "fields": [{"field": "a\ud800"}]})
    body = json.loads(bytes(answer.body))
    assert body["detail"] == "no ?"
    assert body["fields"] == [{"field": "a?"}]


def test_other_text_is_written_as_it_is() -> None:
    assert json.loads(bytes(problem(422, "x.y", "借款 𠮷", title="t").body))["detail"] == "借款 𠮷"


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (DocumentRefused("pdf.malformed", "x"), 422),
        (DocumentRefused("pdf.not-inspected", "x"), 503),
        (DocumentRefused("pdf.no-fonts", "x"), 503),
        (DocumentRefused("pdf.missing-glyph", "x"), 422),
        (DocumentRefused("template.unreadable", "x"), 503),
        (VerificationFailed("signature.invalid", "x"), 422),
        (VerificationFailed("document.wrong-key-or-altered", "x"), 500),
    ],
)
def test_what_is_no_fault_of_the_request_is_not_blamed_on_it(error: Exception, status: int) -> None:
    assert status_of(error)[0] == status


def test_a_body_that_is_not_json_is_refused_as_that_and_not_as_a_field() -> None:
    app = FastAPI()
    install(app)

    @app.post("/things")
    def take(body: dict[str, str]) -> None:
        raise AssertionError(body)

    with TestClient(app) as client:
        answers = [
            client.post("/things", content=content, headers={"Content-Type": "application/json"})
            for content in (b"{", b"\xff\xfe")
        ]
    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(422, "json.malformed")] * 2


def test_a_request_that_is_cut_off_when_the_service_ends_is_told_to_come_again() -> None:
    sent: list[Message] = []

    async def app(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise asyncio.CancelledError

    async def receive() -> Message:
        raise AssertionError

    async def send(message: Message) -> None:  # the shape of an ASGI server
        sent.append(message)

    asyncio.run(OutermostEdge(app)({"type": "http"}, receive, send))
    assert (sent[0]["status"], dict(sent[0]["headers"])[b"retry-after"]) == (503, b"5")
    assert json.loads(sent[1]["body"])["code"] == "service.ending"
