"""Random bodies on every POST, random paths and queries on every GET: a refusal or an answer, never a 500."""

import json
import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from support.live_service import Service
from support.loans import TERMS
from support.shared_data import REPOSITORY
from support.small_pdfs import small_pdf

ID = "01936f2e-0000-7000-8000-000000000001"
POSTS = (
    f"/v1/agreements/{ID}/signatures",
    "/v1/api-keys",
    f"/v1/api-keys/{ID}/revocations",
    "/v1/people",
    f"/v1/people/{ID}/roles",
    f"/v1/people/{ID}/roles/officer/revocations",
    "/rpc",
)
FIELDS = (
    "statement",
    "signature",
    "suite",
    "key_id",
    "value",
    "name",
    "roles",
    "role",
    "principal_id",
    "method",
    "params",
    "id",
)
RELAXED = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))

text = st.text(st.characters(exclude_categories=()), max_size=40) | st.sampled_from(
    ["\ud800", "\x00", "\u202e", "0" * 300]
)
scalar = st.none() | st.booleans() | st.integers() | st.floats() | text
value = st.recursive(
    scalar,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(FIELDS) | text, inner, max_size=5),
    max_leaves=12,
)


def _in_order(status: int, body: bytes) -> None:
    assert status < 500 or (status == 503 and b'"code":"' in body), (status, body[:300])


@RELAXED
@given(path=st.sampled_from(POSTS), body=value.map(lambda made: json.dumps(made).encode()) | st.binary(max_size=300))
def test_a_random_body_is_refused_with_a_code(service: Service, path: str, body: bytes) -> None:
    answer = service.administrator().post(path, content=body, headers={"Content-Type": "application/json"})
    _in_order(answer.status_code, answer.content)
    if answer.status_code >= 400:
        assert answer.json()["code"]


def _json_routes() -> list[str]:
    """Return the paths of every POST whose body is JSON, filled in."""
    described = json.loads((REPOSITORY / "docs" / "openapi.json").read_text(encoding="utf-8"))
    return [
        re.sub(r"\{(index|place)\}", "1", re.sub(r"\{\w+_id\}", ID, path))
        for path, methods in described["paths"].items()
        if "application/json" in methods.get("post", {}).get("requestBody", {}).get("content", {})
    ]


@pytest.mark.parametrize("path", _json_routes())
@pytest.mark.parametrize("body", [b'{"a":"\\ud800"}', b'{"a":1,"a":2}', b'{"a":1.5}', b"["])
def test_json_that_two_readers_could_take_differently_is_refused_everywhere(
    service: Service, path: str, body: bytes
) -> None:
    day = "2026-01-01T00:00:00Z"
    for caller in (service.administrator(), service.officer()):
        headers, query = {"Content-Type": "application/json"}, {"since": day, "until": day, "valid_from": day}
        answer = caller.post(path, content=body, headers=headers, params=query)
        assert answer.json()["code"].startswith(("json.", "permission.", "policy.file")), answer.text


@RELAXED
@given(terms=value, signers=value, extra=st.dictionaries(text, scalar, max_size=1))
def test_random_terms_and_signers_are_refused_with_a_code(
    service: Service,
    terms: object,
    signers: object,
    extra: dict[str, object],
) -> None:
    answer = service.officer().create(b"%PDF-1.7", json.dumps({"terms": terms, "signers": signers, **extra}))
    assert answer.status_code in (400, 422), answer.text
    assert answer.json()["code"]


@RELAXED
@given(terms=st.fixed_dictionaries({name: st.just(TERMS[name]) | value for name in TERMS}))
def test_nearly_right_terms_are_refused_with_a_code(service: Service, terms: dict[str, Any]) -> None:
    answer = service.officer().create(small_pdf(), json.dumps({"terms": terms, "signers": []}))
    assert answer.status_code in (400, 422), answer.text
    assert answer.json()["code"]


@RELAXED
@given(file=st.binary(max_size=50), receipt=st.binary(max_size=200) | value.map(lambda made: json.dumps(made).encode()))
def test_a_random_receipt_is_refused_with_a_code(service: Service, file: bytes, receipt: bytes) -> None:
    answer = service.nobody().post("/v1/verifications", files={"file": ("f", file), "receipt": ("r", receipt)})
    assert answer.status_code in (400, 422), answer.text
    assert answer.json()["code"]


@pytest.mark.parametrize("which", ["service", "postgresql_service"])
@RELAXED
@given(path=st.text(st.characters(codec="utf-8"), min_size=1, max_size=20), where=st.integers(0, 6))
def test_a_random_path_or_query_is_answered_or_refused_with_a_code(
    request: pytest.FixtureRequest, which: str, path: str, where: int
) -> None:
    running: Service = request.getfixturevalue(which)
    quoted = "".join(f"%{octet:02x}" for octet in path.encode())
    place = (
        f"/v1/agreements/{quoted}",
        f"/v1/agreements?cursor={quoted}",
        f"/v1/agreements?search=name&value={quoted}",
        f"/v1/people?cursor={quoted}",
        f"/log/{quoted}/checkpoint",
        f"/log/alpha/tile/{quoted}",
        f"/v1/entries/{quoted}/receipt",
    )[where]
    answer = running.auditor().get(place)
    assert answer.status_code in (200, 404, 422), (place, answer.text)
