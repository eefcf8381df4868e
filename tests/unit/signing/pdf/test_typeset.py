"""Loan contracts as PDF: the same bytes each time, accepted by our own inspection, no drawn boxes."""

from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from signing.canonical import encode
from signing.errors import DocumentRefused, InvalidEncoding
from signing.pdf.inspect import inspect
from signing.pdf.typeset import ContractFacts, Party, translated, typeset_contract

TERMS = encode({"amount": "1850000", "currency": "GBP"})
FACTS = ContractFacts(
    number="HN-2026-000117",
    agreement="0193b2a4-7c1e-7d2a-9f00-5a1b2c3d4e5f",
    dated=date(2026, 11, 23),
    lender=Party(
        "Harbour & North Credit Ltd", "Company No. 07214455", "14 Quay Street, Bristol BS1 4DQ, United Kingdom"
    ),
    borrower=Party(
        "Zoë Ångström-Łukasiewicz", "Passport No. 548812077", "Flat 3, 22 Mill Lane, Leeds LS1 2AB, United Kingdom"
    ),
    product="Personal loan, fixed rate",
    purpose="the renovation of the borrower's home",
    currency="GBP",
    principal=1_850_000,
    rate_basis_points=695,
    months=36,
    first_due=date(2026, 12, 31),
    nonce=bytes(range(32)),
    terms=TERMS,
)
GUARANTOR = Party("Piotr Łukasiewicz", "Passport No. ZS0012345", "ul. Długa 5, 00-238 Warszawa, Poland")


def test_contract_is_byte_for_byte_the_same_and_passes_inspection() -> None:
    first, second = typeset_contract(FACTS), typeset_contract(FACTS)

    assert first == second
    assert 2 <= inspect(first).pages <= 4


def test_contract_is_archival_and_carries_the_terms() -> None:
    with pikepdf.open(BytesIO(typeset_contract(FACTS))) as pdf:
        metadata = pdf.open_metadata()

        assert (metadata.pdfa_status, metadata["dc:title"]) == ("3A", "Loan contract HN-2026-000117")
        assert pdf.attachments["terms.json"].get_file().read_bytes() == TERMS
        assert "/AcroForm" not in pdf.Root


@pytest.mark.parametrize(
    "change",
    [
        {"nonce": b"\x07" * 32},
        {"terms": encode({})},
        {"principal": 1_850_001},
        {"months": 35},
        {"borrower": GUARANTOR},
        {"guarantors": (GUARANTOR,)},
        {"purpose": "a car"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_every_fact_changes_the_bytes(change: dict[str, Any]) -> None:
    assert typeset_contract(replace(FACTS, **change)) != typeset_contract(FACTS)


@pytest.mark.parametrize(
    "change", [{"currency": "JPY"}, {"rate_basis_points": 0}, {"months": 1}, {"guarantors": (GUARANTOR,) * 4}]
)
def test_other_loans_are_typeset_and_pass_inspection(change: dict[str, Any]) -> None:
    assert inspect(typeset_contract(replace(FACTS, **change))).pages >= 2


def test_markup_in_a_name_is_printed_and_not_obeyed() -> None:
    markup = replace(FACTS, borrower=replace(FACTS.borrower, name='#read("/etc/hostname") *x* $1$ @y <z> \\u{41}'))

    assert inspect(typeset_contract(markup)).pages >= 2


@pytest.mark.parametrize(("name", "shown"), [("王小明", "U+738B"), ("𠮷野家", "U+20BB7"), ("Zoë 😀", "U+1F600")])
def test_character_that_the_font_lacks_is_refused_by_name(name: str, shown: str) -> None:
    with pytest.raises(DocumentRefused) as caught:
        typeset_contract(replace(FACTS, borrower=replace(FACTS.borrower, name=name)))

    assert caught.value.code == "pdf.missing-glyph"
    assert shown in caught.value.message


def test_character_of_the_private_area_is_refused() -> None:
    with pytest.raises(DocumentRefused) as caught:
        typeset_contract(replace(FACTS, purpose="a \ue000"))

    assert caught.value.code == "pdf.not-typeset"


def test_message_that_names_no_character_is_passed_on() -> None:
    assert translated("file not found").code == "pdf.not-typeset"


@pytest.mark.parametrize(
    "wrong",
    [
        {"number": ""},
        {"purpose": "two\nlines"},
        {"purpose": "right\u202eleft"},
        {"product": " space "},
        {"agreement": "a" * 301},
        {"borrower": Party("", "id", "address")},
        {"guarantors": (GUARANTOR,) * 5},
        {"currency": "XXX"},
        {"currency": "gbp"},
        {"principal": 0},
        {"principal": 2**53},
        {"rate_basis_points": -1},
        {"rate_basis_points": 10_001},
        {"months": 0},
        {"months": 481},
        {"first_due": date(2026, 11, 23)},
        {"first_due": date(9990, 1, 1)},
        {"nonce": bytes(31)},
        {"terms": encode({"x": "y" * 70_000})},
    ],
)
def test_facts_out_of_range_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(DocumentRefused) as caught:
        replace(FACTS, **wrong)

    assert caught.value.code == "pdf.contract-facts"


@pytest.mark.parametrize("terms", [b"", b"{ }", b"\xff"])
def test_terms_that_are_not_canonical_are_refused(terms: bytes) -> None:
    with pytest.raises(InvalidEncoding):
        replace(FACTS, terms=terms)


def test_reasons_of_typesetting_are_documented() -> None:
    table = (Path(__file__).resolve().parents[4] / "docs" / "pdf-rules.md").read_text("utf-8")

    for code in ("pdf.missing-glyph", "pdf.not-typeset", "pdf.contract-facts"):
        assert f"`{code}`" in table
