"""A loan contract as PDF, from facts: PDF/A-3 with the machine-readable terms attached, the same bytes for the same facts.

Promises: no clock, no font or package of the machine; facts never act as markup; a character that no embedded font has is
refused, not drawn as a box.
Leaves to others: whether the terms were approved, numbering, the nonce, scripts beyond Latin, Greek and Cyrillic.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import cast

import typst

from signing.canonical import Json, decode, encode
from signing.errors import DocumentRefused
from signing.pdf.schedule import Instalment, level_instalments

TEMPLATE = Path(__file__).with_name("templates") / "loan_contract.typ"
MAX_MONTHS = 480
MAX_RATE_BASIS_POINTS = 10_000
MAX_PRINCIPAL = 2**53 - 1  # what terms.json can hold as a number
MAX_TEXT_CHARACTERS = 300
MAX_GUARANTORS = 4
MAX_TERMS_BYTES = 64 * 1024

_DECIMALS = {
    "AUD": 2,
    "CAD": 2,
    "CHF": 2,
    "CNY": 2,
    "EUR": 2,
    "GBP": 2,
    "HKD": 2,
    "JPY": 0,
    "KRW": 0,
    "SGD": 2,
    "USD": 2,
}
_NONCE_BYTES = 32
_MONTH_NAMES = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_MISSING = re.compile(r'the text `"(.{1,40}?)"` could not be displayed', re.DOTALL)


@dataclass(frozen=True)
class Party:
    name: str
    identifier: str
    address: str


@dataclass(frozen=True, kw_only=True)
class ContractFacts:
    """What one loan contract says; amounts in minor units of the currency, the rate in hundredths of a percent a year."""

    number: str
    agreement: str
    dated: date
    lender: Party
    borrower: Party
    guarantors: tuple[Party, ...] = ()
    product: str
    purpose: str
    currency: str
    principal: int
    rate_basis_points: int
    months: int
    first_due: date
    nonce: bytes
    terms: bytes

    def __post_init__(self) -> None:
        _check_texts(self)
        _check_numbers(self)
        if len(self.nonce) != _NONCE_BYTES:
            raise _unusable("nonce", f"{_NONCE_BYTES} bytes")
        if len(self.terms) > MAX_TERMS_BYTES:
            raise _unusable("terms", f"at most {MAX_TERMS_BYTES} bytes")
        decode(self.terms)


def typeset_contract(facts: ContractFacts) -> bytes:
    """Return the PDF; raise DocumentRefused("pdf.missing-glyph") naming the characters, ("pdf.not-typeset") for anything else."""
    inputs = {"facts": encode(_shown(facts)).decode(), "terms": facts.terms.decode()}
    compiler = typst.Compiler(input=TEMPLATE.read_bytes(), ignore_system_fonts=True, sys_inputs=inputs)
    try:
        document = compiler.compile(
            format="pdf", pdf_standards=["a-3a", "ua-1"], timestamp=datetime.combine(facts.dated, time(0), tzinfo=UTC)
        )
    except typst.TypstError as error:
        raise translated(error.message) from error
    return cast("bytes", document)


def translated(message: str) -> DocumentRefused:
    missing = _MISSING.search(message)
    if missing:
        characters = ", ".join(f"U+{ord(character):04X} {character}" for character in dict.fromkeys(missing[1]))
        return DocumentRefused(
            "pdf.missing-glyph",
            f"expected characters that the contract's font has, got {characters}: write it in Latin letters",
        )
    return DocumentRefused("pdf.not-typeset", f"expected the contract to be typeset as PDF/A-3, got: {message[:200]}")


def _shown(facts: ContractFacts) -> dict[str, Json]:
    rows = level_instalments(
        principal=facts.principal,
        rate_basis_points=facts.rate_basis_points,
        months=facts.months,
        first_due=facts.first_due,
    )
    return {
        "number": facts.number,
        "agreement": facts.agreement,
        "dated": _day(facts.dated),
        "lender": _party(facts.lender),
        "borrower": _party(facts.borrower),
        "guarantors": [_party(guarantor) for guarantor in facts.guarantors],
        "purpose": facts.purpose,
        "currency": facts.currency,
        "principal": f"{facts.currency} {_money(facts.principal, facts.currency)}",
        "rate": _rate(facts),
        "months": str(facts.months),
        "summary": _summary(facts, rows),
        "schedule": [_row(row, facts.currency) for row in rows],
        "totals": [_money(total, facts.currency) for total in _totals(rows)],
        "nonce": facts.nonce.hex(),
    }


def _summary(facts: ContractFacts, rows: tuple[Instalment, ...]) -> list[Json]:
    paid, interest, _ = _totals(rows)
    lines = (
        ("Product", facts.product),
        ("Principal", f"{facts.currency} {_money(facts.principal, facts.currency)}"),
        ("Interest rate, fixed", f"{_rate(facts)} a year"),
        ("Term", f"{facts.months} months"),
        ("Monthly instalment", f"{facts.currency} {_money(rows[0].amount, facts.currency)}"),
        ("First and last instalment due", f"{_day(rows[0].due)} and {_day(rows[-1].due)}"),
        ("Total interest", f"{facts.currency} {_money(interest, facts.currency)}"),
        ("Total to be repaid", f"{facts.currency} {_money(paid, facts.currency)}"),
    )
    return [[name, value] for name, value in lines]


def _totals(rows: tuple[Instalment, ...]) -> tuple[int, int, int]:
    return sum(row.amount for row in rows), sum(row.interest for row in rows), sum(row.principal for row in rows)


def _row(row: Instalment, currency: str) -> list[Json]:
    amounts = (row.amount, row.interest, row.principal, row.outstanding)
    return [str(row.number), _day(row.due), *(_money(amount, currency) for amount in amounts)]


def _party(party: Party) -> dict[str, Json]:
    return {"name": party.name, "identifier": party.identifier, "address": party.address}


def _money(minor_units: int, currency: str) -> str:
    decimals = _DECIMALS[currency]
    whole, part = divmod(minor_units, 10**decimals)
    return f"{whole:,}.{part:0{decimals}}" if decimals else f"{whole:,}"


def _rate(facts: ContractFacts) -> str:
    whole, part = divmod(facts.rate_basis_points, 100)
    return f"{whole}.{part:02} %"


def _day(day: date) -> str:
    return f"{day.day} {_MONTH_NAMES[day.month - 1]} {day.year}"


def _check_texts(facts: ContractFacts) -> None:
    parties = (facts.lender, facts.borrower, *facts.guarantors)
    texts = [facts.number, facts.agreement, facts.product, facts.purpose]
    for text in (*texts, *(text for party in parties for text in (party.name, party.identifier, party.address))):
        if not 0 < len(text) <= MAX_TEXT_CHARACTERS or _CONTROL.search(text) or text != text.strip():
            raise _unusable(
                "each text", f"1 to {MAX_TEXT_CHARACTERS} characters on one line, without space at its ends"
            )
    if len(facts.guarantors) > MAX_GUARANTORS:
        raise _unusable("guarantors", f"at most {MAX_GUARANTORS}")


def _check_numbers(facts: ContractFacts) -> None:
    if facts.currency not in _DECIMALS:
        raise _unusable("currency", f"one of {', '.join(_DECIMALS)}")
    ranges = (
        ("principal", facts.principal, 1, MAX_PRINCIPAL),
        ("rate_basis_points", facts.rate_basis_points, 0, MAX_RATE_BASIS_POINTS),
        ("months", facts.months, 1, MAX_MONTHS),
        ("first_due.year", facts.first_due.year, facts.dated.year, 9999 - MAX_MONTHS // 12),
    )
    for name, value, least, most in ranges:
        if not least <= value <= most:
            raise _unusable(name, f"between {least} and {most}")
    if facts.first_due <= facts.dated:
        raise _unusable("first_due", "after the date of the contract")


def _unusable(name: str, expected: str) -> DocumentRefused:
    return DocumentRefused("pdf.contract-facts", f"expected {name} to be {expected}")
