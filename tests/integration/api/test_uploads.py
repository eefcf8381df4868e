"""What an upload may not be: each refusal has a stable code, names its field, and leaves nothing behind."""

import json
from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any

import pikepdf
import pytest

from signing.algorithms import Suite
from support.live_service import Service
from support.loans import agreement_of, party
from support.small_pdfs import encrypted_pdf, pages_pdf, raw_pdf, small_pdf

MIB = 1024 * 1024
Change = Callable[[dict[str, Any]], object]
ROOT = b"<</Type/Catalog/Pages 2 0 R>>"


def _with_xfa(pdf: pikepdf.Pdf) -> None:
    pdf.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array(), XFA=pikepdf.String("<xdp/>"))


BAD_DOCUMENTS: Mapping[str, tuple[Callable[[], bytes], str]] = {
    "empty": (lambda: b"", "pdf.empty"),
    "not a PDF": (lambda: b"PK\x03\x04" + bytes(500), "pdf.not-a-pdf"),
    "encrypted": (lambda: encrypted_pdf(user="secret", owner="secret"), "pdf.encrypted"),
    "truncated": (lambda: small_pdf(pages=3)[:-200], "pdf.malformed pdf.trailing-data"),
    "one byte too large": (lambda: small_pdf().ljust(25 * MIB + 1, b"\n"), "pdf.too-large"),
    "501 pages": (lambda: small_pdf(pages=501), "pdf.too-many-pages"),
    "5,000 pages": (lambda: pages_pdf(5_000), "pdf.too-many-pages"),
    "pages that lead back to themselves": (lambda: raw_pdf(ROOT, b"<</Type/Pages/Kids[2 0 R]>>"), "pdf.malformed"),
    "form of another program": (lambda: small_pdf(_with_xfa), "pdf.active-content"),
    "two files in one": (lambda: small_pdf() + b"MZ an executable", "pdf.trailing-data"),
}


def _set(*path: str | int, to: object) -> Change:
    def change(agreement: dict[str, Any]) -> None:
        place: Any = agreement
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = to

    return change


def _drop(*path: str) -> Change:
    def change(agreement: dict[str, Any]) -> None:
        place: Any = agreement
        for step in path[:-1]:
            place = place[step]
        del place[path[-1]]

    return change


def _many(count: int) -> Change:
    return lambda agreement: agreement.__setitem__("signers", [party().to_json() for _ in range(count)])


AMOUNT, KEY = ("terms", "amount", "minor"), ("signers", 0, "key")
BAD_AGREEMENTS: Mapping[str, tuple[Change, str, str]] = {
    "float amount": (_set(*AMOUNT, to=120000.5), "json.float", "agreement"),
    "whole number for an amount": (_set(*AMOUNT, to=12000000), "terms.invalid", "terms.amount.minor"),
    "negative amount": (_set(*AMOUNT, to="-5"), "terms.invalid", "terms.amount.minor"),
    "nothing lent": (_set(*AMOUNT, to="0"), "terms.invalid", "terms.amount.minor"),
    "19 digits": (_set(*AMOUNT, to="1" * 19), "terms.invalid", "terms.amount.minor"),
    "digits of another script": (_set(*AMOUNT, to="１２００"), "terms.invalid", "terms.amount.minor"),
    "new line behind an amount": (_set(*AMOUNT, to="1200\n"), "terms.invalid", "terms.amount.minor"),
    "currency in words": (_set("terms", "amount", "currency", to="yuan"), "terms.invalid", "terms.amount.currency"),
    "unknown field": (_set("terms", "colour", to="red"), "terms.invalid", "terms.colour"),
    "unknown field outside": (_set("note", to="x"), "terms.invalid", "agreement.note"),
    "field with half a surrogate pair": (_set("terms", "\ud800", to=1), "json.malformed", "agreement"),
    "missing field": (_drop("terms", "annual_rate"), "terms.invalid", "terms.annual_rate"),
    "no terms": (_drop("terms"), "terms.invalid", "agreement.terms"),
    "terms that are a list": (_set("terms", to=[]), "terms.invalid", "terms"),
    "no month": (_set("terms", "term_months", to=0), "terms.invalid", "terms.term_months"),
    "true months": (_set("terms", "term_months", to=True), "terms.invalid", "terms.term_months"),
    "huge number": (_set("terms", "term_months", to=10**30), "json.integer", "agreement"),
    "NaN": (_set("terms", "term_months", to=float("nan")), "json.float", "agreement"),
    "no signer": (_many(0), "signers.invalid", "signers"),
    "13 signers": (_many(13), "signers.invalid", "signers"),
    "signers that are an object": (_set("signers", to={}), "signers.invalid", "signers"),
    "no borrower": (_set("signers", 0, "role", to="lender"), "signers.invalid", "signers"),
    "unknown role": (_set("signers", 0, "role", to="king"), "signers.invalid", "signers[0].role"),
    "role that is a list": (_set("signers", 0, "role", to=["borrower"]), "signers.invalid", "signers[0].role"),
    "name turned around": (_set("signers", 0, "name", to="Lin \u202egnay"), "signers.invalid", "signers[0].name"),
    "name with a control character": (_set("signers", 0, "name", to="Lin\x00"), "signers.invalid", "signers[0].name"),
    "name of half a surrogate pair": (_set("signers", 0, "name", to="\ud800"), "json.malformed", "agreement"),
    "name of 121 characters": (_set("signers", 0, "name", to="林" * 121), "signers.invalid", "signers[0].name"),
    "empty name": (_set("signers", 0, "name", to=" "), "signers.invalid", "signers[0].name"),
    "key of an unknown suite": (_set(*KEY, "suite", to="rsa"), "signers.invalid", "signers[0].key"),
    "key cut short": (_set(*KEY, "raw", to="00" * 31), "signers.invalid", "signers[0].key"),
    "key that is no hexadecimal": (_set(*KEY, "raw", to="zz" * 32), "signers.invalid", "signers[0].key"),
    "key of another suite": (_set(*KEY, "suite", to=Suite.SECP256K1.value), "signers.invalid", "signers[0].key"),
    "key that is text": (_set(*KEY, to="key"), "signers.invalid", "signers[0].key"),
}


@pytest.fixture(autouse=True)
def nothing_left_behind(service: Service) -> Any:  # noqa: ANN401  # a generator fixture
    """Every test of this module that ends in a refusal leaves rows, objects, record keys and numbers as they were."""
    before = _state(service)
    yield
    assert _state(service) == before


def _state(service: Service) -> tuple[object, ...]:
    officer, stores = service.officer(), service.here.stores
    agreements = officer.get("/v1/agreements", params={"limit": 200}).json()["items"]
    keys = sorted(file.name for file in service.settings.record_keys_folder.rglob("*") if "db" not in file.name)
    return agreements, sorted(stores.objects.names("documents")), keys


@pytest.mark.parametrize("what", sorted(BAD_DOCUMENTS))
def test_a_bad_document_is_refused_and_nothing_is_written(service: Service, what: str) -> None:
    document, codes = BAD_DOCUMENTS[what]
    answer = service.officer().create(document(), agreement_of(party()))
    assert answer.status_code == 422, answer.text
    assert answer.json()["code"] in codes.split()


@pytest.mark.parametrize("what", sorted(BAD_AGREEMENTS))
def test_a_bad_agreement_is_refused_by_field_and_nothing_is_written(service: Service, what: str) -> None:
    change, code, field = BAD_AGREEMENTS[what]
    agreement = deepcopy(agreement_of(party()))
    change(agreement)
    answer = service.officer().create(small_pdf(), json.dumps(agreement))
    assert (answer.status_code, answer.json()["code"]) == (422, code), answer.text
    assert answer.json()["field"].startswith(field), answer.json()["field"]


def test_one_key_for_two_signers_is_refused(service: Service) -> None:
    borrower = party()
    twice = agreement_of(borrower, borrower)
    answer = service.officer().create(small_pdf(), twice)
    assert (answer.status_code, answer.json()["code"]) == (422, "signers.invalid")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "request.invalid json.malformed"),
        ("{", "json.malformed"),
        ('{"terms":{},"terms":{},"signers":[]}', "json.duplicate-key"),
        ('{"terms":{"a":1,"a":2},"signers":[]}', "json.duplicate-key"),
        ("[" * 40 + "]" * 40, "json.too-deep"),
        ("[" * 40_000, "json.malformed"),
        ('{"terms":Infinity}', "json.float"),
        ('"' + "x" * 100_001 + '"', "request.invalid"),
        ("\ufeff{}", "json.malformed"),
        ("null", "terms.invalid"),
    ],
    ids=["empty", "open", "duplicate", "duplicate below", "deep", "deeper", "infinity", "long", "mark", "null"],
)
def test_json_that_two_readers_could_differ_about_is_refused(service: Service, text: str, code: str) -> None:
    answer = service.officer().create(small_pdf(), text)
    assert answer.status_code == 422, answer.text
    assert answer.json()["code"] in code.split()
    assert answer.json()["field"] == "agreement"


def _parts(*names: str) -> list[tuple[str, tuple[str | None, bytes]]]:
    values: Mapping[str, tuple[str | None, bytes]] = {
        "document": ("a.pdf", small_pdf()),
        "agreement": (None, json.dumps(agreement_of(party())).encode()),
        "note": (None, b"hello"),
    }
    return [(name, values[name]) for name in names]


@pytest.mark.parametrize(
    ("names", "code", "field"),
    [
        (("document",), "request.invalid", "agreement"),
        (("agreement",), "request.invalid", "document"),
        (("document", "document", "agreement"), "form.repeated-part", "document"),
        (("document", "agreement", "agreement"), "form.repeated-part", "agreement"),
        (("document", "agreement", "note"), "form.unknown-part", "note"),
    ],
)
def test_a_missing_repeated_or_unknown_part_is_refused(
    service: Service, names: tuple[str, ...], code: str, field: str
) -> None:
    answer = service.officer().post("/v1/agreements", files=_parts(*names))
    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (422, code, field)


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", b"{}"),
        ("application/pdf", b"%PDF-1.7"),
        ("text/plain", b"hello"),
        ("multipart/form-data", b"no boundary"),
        ("multipart/form-data; boundary=b", b'--b\r\nContent-Disposition: form-data; name="document"\r\n\r\nx'),
        ("multipart/form-data; boundary=b", b"--c--"),
        ("application/x-www-form-urlencoded", b"document=x&agreement=%7B%7D"),
    ],
)
def test_a_body_of_another_kind_is_refused(service: Service, content_type: str, body: bytes) -> None:
    answer = service.officer().post("/v1/agreements", content=body, headers={"Content-Type": content_type})
    assert answer.status_code in (400, 415, 422), answer.text
    assert answer.json()["code"] in {"request.invalid", "body.malformed"}


def test_a_body_over_the_limit_is_refused_however_it_is_sent(service: Service) -> None:
    too_much = 25 * MIB + 300 * 1024
    whole = service.officer().create(bytes(too_much), agreement_of(party()))
    assert (whole.status_code, whole.json()["code"]) == (413, "body.too-large")
    head = b'--b\r\nContent-Disposition: form-data; name="document"; filename="a.pdf"\r\n\r\n'
    chunks = (chunk for chunk in (head, *([bytes(MIB)] * 27), b"\r\n--b--\r\n"))
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    unannounced = service.officer().post("/v1/agreements", content=chunks, headers=headers)
    assert (unannounced.status_code, unannounced.json()["code"]) == (413, "body.too-large")
