from collections.abc import Iterator

import httpx2
import pytest
from fastapi import FastAPI, UploadFile
from starlette.testclient import TestClient

from api.errors import install
from api.limits import BodyLimit

MOST = 4096
BOUNDARY = "multipart/form-data; boundary=b"


@pytest.fixture
def limited() -> Iterator[httpx2.Client]:
    app = FastAPI()
    install(app)
    app.add_middleware(BodyLimit, most=MOST)

    @app.post("/files")
    def take(file: UploadFile) -> int:
        return len(file.file.read())

    with TestClient(app) as client:
        yield client


def _form(size: int) -> bytes:
    head = b'--b\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n'
    return head + b"x" * size + b"\r\n--b--\r\n"


def _in_chunks(data: bytes) -> Iterator[bytes]:
    for start in range(0, len(data), 1000):
        yield data[start : start + 1000]


def test_a_body_within_the_limit_is_taken(limited: httpx2.Client) -> None:
    answer = limited.post("/files", content=_in_chunks(_form(2000)), headers={"Content-Type": BOUNDARY})
    assert (answer.status_code, answer.json()) == (200, 2000)


def test_a_body_that_announces_too_much_is_refused_unread(limited: httpx2.Client) -> None:
    answer = limited.post("/files", content=b"", headers={"Content-Type": BOUNDARY, "Content-Length": str(MOST + 1)})
    assert (answer.status_code, answer.json()["code"]) == (413, "body.too-large")


def test_a_body_that_grows_past_the_limit_unannounced_is_refused(limited: httpx2.Client) -> None:
    answer = limited.post("/files", content=_in_chunks(_form(MOST)), headers={"Content-Type": BOUNDARY})
    assert (answer.status_code, answer.json()["code"]) == (413, "body.too-large")


def test_a_form_that_cannot_be_read_is_refused_with_a_code(limited: httpx2.Client) -> None:
    answer = limited.post("/files", content=b"--b\r\nnonsense", headers={"Content-Type": "multipart/form-data"})
    assert (answer.status_code, answer.json()["code"]) == (400, "body.malformed")
