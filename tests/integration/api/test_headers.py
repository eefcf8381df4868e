"""What every answer carries, and how the service behaves for methods and paths that it does not have."""

import time

import httpx2
import pytest

from api.app import SECURITY_HEADERS
from ledger.core.log.entry import parse_entry
from ledger.services.log.read_checkpoint import log_named
from ledger.storage.log import entries_between
from support.live_service import Service
from support.loans import Loan, loan

PATIENCE_SECONDS = 30.0
PATHS = (
    "/livez",
    "/readyz",
    "/metrics",
    "/log",
    "/log/alpha/checkpoint",
    "/v1/trust",
    "/v1/me",
    "/v1/openapi.json",
    "/nowhere",
)


@pytest.fixture(scope="module")
def made(service: Service) -> Loan:
    return loan(service.officer())


def _is_problem(answer: httpx2.Response, status: int, code: str) -> None:
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["type"] == f"urn:tally:problem:{code}"
    assert problem["status"] == status
    assert problem["title"]
    assert problem["detail"]
    assert "Traceback" not in answer.text
    assert ".py" not in answer.text


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "DELETE", "POST"])
def test_every_answer_carries_the_security_headers(service: Service, method: str, path: str) -> None:
    answer = service.nobody().http.request(method, path)
    for name, value in SECURITY_HEADERS.items():
        assert answer.headers.get(name) == value, name
    assert "server" not in answer.headers
    assert answer.status_code < 500


@pytest.mark.parametrize(
    "path", ["/nowhere", "/v1", "/v1/", "/v1/agreements/", "/v1/agreements/x/y/z", "/static/../api", "/docs"]
)
def test_an_unknown_path_is_a_problem_and_no_redirect(service: Service, path: str) -> None:
    _is_problem(service.nobody().get(path), 404, "route.unknown")


@pytest.mark.parametrize("method", ["DELETE", "PUT", "PATCH", "OPTIONS", "TRACE", "PROPFIND"])
def test_a_method_that_a_path_does_not_have_is_refused_with_those_it_has(service: Service, method: str) -> None:
    answer = service.officer().http.request(method, "/v1/me")
    _is_problem(answer, 405, "route.method")
    assert "GET" in answer.headers["allow"]


@pytest.mark.parametrize("path", ["/livez", "/log/alpha/checkpoint", "/v1/trust"])
def test_head_is_get_without_the_body(service: Service, path: str) -> None:
    head, get = service.nobody().http.head(path), service.nobody().get(path)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-type"] == get.headers["content-type"]
    assert service.nobody().http.head("/v1/me").status_code == 401


def test_a_document_is_downloaded_as_a_file_that_nobody_caches(made: Loan) -> None:
    answer = made.officer.get(f"{made.path}/document")
    assert answer.content == made.document
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-disposition"] == f'attachment; filename="{made.id}.pdf"'


def test_reading_a_document_is_an_entry_in_the_access_log(service: Service, made: Loan) -> None:
    before = _access_size(service)
    assert made.officer.get(f"{made.path}/document").status_code == 200
    assert _named(service, before, "document.read")


def test_reading_terms_and_parties_is_an_entry_in_the_access_log_where_they_are_shown(
    service: Service, made: Loan
) -> None:
    before = _access_size(service)
    assert service.administrator().get(made.path).json()["terms"] is None
    assert made.officer.get(made.path).json()["terms"] is not None
    assert len(_named(service, before, "agreement.particulars-read")) == 1, (
        "the administrator, whose grade does not reach them, read none"
    )


def test_no_answer_allows_another_site_s_scripts(service: Service) -> None:
    answer = service.officer().get("/v1/me", headers={"Origin": "https://evil.example"})
    assert not [name for name in answer.headers if name.startswith("access-control")]


@pytest.mark.parametrize("answer", ["agreement", "receipt"])
def test_the_agreement_s_answers_have_their_documented_types(made: Loan, answer: str) -> None:
    path = made.path if answer == "agreement" else f"/v1/entries/{made.entry}/receipt"
    kind = "application/json" if answer == "agreement" else "application/vnd.tally.receipt+json"
    assert made.officer.get(path).headers["content-type"] == kind


@pytest.mark.parametrize("limit", ["0", "201", "-1", "x", "1e2", ""])
def test_a_page_size_out_of_bounds_is_refused_by_field(service: Service, limit: str) -> None:
    answer = service.officer().get("/v1/agreements", params={"limit": limit})
    _is_problem(answer, 422, "request.invalid")
    assert answer.json()["field"] == "limit"


def _access_size(service: Service) -> int:
    items = service.nobody().get("/log").json()["items"]
    return next(int(line["size"]) for line in items if line["name"] == "alpha-access")


def _named(service: Service, start: int, kind: str) -> list[str]:
    """Return the entries of a kind since a size; the sequencer writes them soon after the answer, in the order of the reads."""
    database, log, deadline = service.here.stores.database, "alpha-access", time.monotonic() + PATIENCE_SECONDS
    row = database.read(lambda tx: log_named(tx, log))
    found: list[str] = []
    while not found and time.monotonic() < deadline:
        time.sleep(0.02)
        entries = database.read(lambda tx: list(entries_between(tx, row.id, start, start + 50)))
        found = [kind for each in entries if parse_entry(each.data).type == kind]
    return found


def test_a_stored_document_that_was_altered_is_our_fault_and_not_the_reader_s(service: Service) -> None:
    damaged = loan(service.officer())
    newest = max((service.settings.data / "objects" / "documents").iterdir(), key=lambda file: file.stat().st_mtime_ns)
    kept = newest.read_bytes()
    newest.chmod(0o600)
    newest.write_bytes(kept[:-1] + bytes([kept[-1] ^ 1]))
    answer = damaged.officer.get(f"{damaged.path}/document")
    newest.write_bytes(kept)
    _is_problem(answer, 500, "document.wrong-key-or-altered")
    assert damaged.officer.get(f"{damaged.path}/document").content == damaged.document
