"""A contract's form as the draft that the services read: every value is handed on as it was typed, and refused there if it breaks a rule.

Promises: money is brought into minor units without a float; empty places are left out. Leaves every rule to core.
"""

import re
from collections.abc import Mapping
from datetime import date
from typing import Final, TypeAlias

from ledger.core.agreements.people import DEFAULT_ZONE
from ledger.core.log.currencies import decimals
from ledger.errors import InvalidInput
from signing.algorithms import PublicKey
from signing.canonical import Json

PARTIES: Final = 4
INVITED, OWN, ORGANISATION = "invited", "own", "organisation"  # how a party is to sign
Keys: TypeAlias = Mapping[str, PublicKey]  # those that this member of staff may name, by one of the last two words
_AMOUNT = re.compile(r"[0-9]{1,13}(\.[0-9]{1,3})?")
_GUARANTEE_MONTHS: Final = 36


def invited(*, email: str, birth_date: date, id_number: str = "", proofing: bool = False) -> dict[str, Json]:
    """Return a person to invite."""
    return {
        "email": email.strip() or None,
        "phone": None,
        "birth_date": birth_date.isoformat(),
        "zone": DEFAULT_ZONE,
        "language": "zh",
        "id_number": id_number.strip() or None,
        "proofing": proofing,
        "acts_for": None,
    }


def draft_of(form: Mapping[str, str], keys: Keys) -> dict[str, Json]:
    """Return the draft of a typeset contract; raise InvalidInput naming the place."""
    signers = signers_of(form, keys, printed=True)
    terms = terms_of(form)
    if any(isinstance(one, dict) and one["role"] == "guarantor" for one in signers):
        terms["guarantee"] = {"kind": "joint", "months": _GUARANTEE_MONTHS}
    return {
        "language": form.get("language", "zh-en"),
        "terms": terms,
        "lender": {name: form.get(f"lender_{name}", "").strip() for name in ("name", "identifier", "address")},
        "signers": signers,
    }


def terms_of(form: Mapping[str, str]) -> dict[str, Json]:
    """Return the terms: in full for a template, brief for a PDF of one's own."""
    currency = form.get("currency", "CNY").strip()
    terms: dict[str, Json] = {
        "product": form.get("product", "").strip(),
        "amount": {"currency": currency, "minor": minor_units(form.get("amount", ""), currency)},
        "term_months": _number(form.get("term_months", "")),
        "annual_rate": form.get("annual_rate", "").strip(),
    }
    if form.get("first_due"):
        terms["repayment"] = {
            "method": form.get("method", "equal-instalment"),
            "every_months": 1,
            "day_count": "30/360",
            "drawdown": form.get("drawdown", ""),
            "first_due": form["first_due"],
        }
        terms |= {name: form[name].strip() for name in ("late_rate", "purpose") if form.get(name, "").strip()}
    return terms


def signers_of(form: Mapping[str, str], keys: Keys, *, printed: bool) -> list[Json]:
    """Return the parties whose name was filled in; the lender's signs after the others."""
    signers: list[Json] = []
    for place in range(1, PARTIES + 1):
        field = {
            name.removeprefix(f"p{place}_"): value for name, value in form.items() if name.startswith(f"p{place}_")
        }
        if field.get("name", "").strip():
            signers.append(_signer(field, keys, place, printed=printed))
    return signers


def _signer(field: Mapping[str, str], keys: Keys, place: int, *, printed: bool) -> dict[str, Json]:
    role = field.get("role", "borrower")
    signer: dict[str, Json] = {"role": role, "name": field["name"].strip(), "order": 2 if role == "lender" else 1}
    if field.get("pen", INVITED) != INVITED:
        return {**signer, "key": _key(field["pen"], keys, place)}
    signer["person"] = invited(
        email=field.get("email", ""),
        birth_date=_day(field.get("birth_date", ""), place),
        id_number=field.get("id_number", ""),
        proofing="proofing" in field,
    )
    if printed and role != "lender":
        identifier = field.get("id_number", "").strip()
        signer["printed"] = {"identifier": identifier, "address": field.get("address", "").strip()}
    return signer


def _key(pen: str, keys: Keys, place: int) -> Json:
    key = keys.get(pen)
    if key is None:
        raise InvalidInput(
            "form.no-key",
            f"party {place} is to sign with a key that is not there: make a passkey for signing under My keys first",
            field=f"p{place}_pen",
        )
    return key.to_json()


def minor_units(text: str, currency: str) -> str:
    """Return an amount in units as minor units: 120,000.50 of CNY is 12000050; raise InvalidInput("form.amount")."""
    plain = text.replace(",", "").replace(" ", "")
    whole, _, part = plain.partition(".")
    places = decimals(currency)
    if not _AMOUNT.fullmatch(plain) or len(part) > places:
        raise InvalidInput("form.amount", f"expected an amount such as 120,000.00, got {text[:40]!r}", field="amount")
    return str(int(whole + part.ljust(places, "0")))


def _number(text: str) -> Json:
    return int(text) if text.isdecimal() else text


def _day(text: str, place: int) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InvalidInput(
            "form.birth-date", f"expected the date of birth of party {place}", field=f"p{place}_birth_date"
        ) from error
