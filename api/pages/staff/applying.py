"""An application's form as what the services take: money in minor units without a float, files as their hashes.

Promises: each place that cannot be read is named with words for it, all at once. Leaves to the services every rule that they keep.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from typing import Final

from api.pages.staff.drafting import minor_units
from ledger.core.applications.application import GRADE, MAX_MONTHS
from ledger.core.applications.evidence import media_type_of
from ledger.core.applications.main_unit import CURRENCY
from ledger.core.blacklist.identifiers import parse_identifier
from ledger.core.log.mail_address import can_be_mailed
from ledger.errors import InvalidInput
from signing.canonical import Json

PEOPLE: Final = 3
FILES: Final = 3
ROLES: Final = ("borrower", "co-borrower", "guarantor")
IDENTITIES: Final = ("cn-id", "passport", "cn-uscc")
CHANNELS: Final = ("counter", "online", "partner")
PAPERS: Final = ("identity", "income", "bank-statement", "business-licence", "collateral", "consent")
COLLATERAL: Final = ("real-estate", "vehicle", "equipment", "receivables", "deposit", "other")
_MONTHS = re.compile(r"[1-9][0-9]{0,3}")
_HASH = re.compile(r"[0-9a-f]{64}")


@dataclass
class Reading:
    """A form being read; `faults` names the places that could not be read, with the key of the words for it."""

    form: Mapping[str, str]
    files: tuple[bytes, ...]
    today: date
    faults: dict[str, str] = field(default_factory=dict)

    def content(self, terms_sha256: str | None) -> dict[str, Json]:
        """Return the application's content; `terms_sha256` is that of the contract named, None where there is none."""
        currency = self._matching("currency", CURRENCY, "enter.fault-currency")
        months = self._matching("term_months", _MONTHS, "enter.fault-months")
        if months and int(months) > MAX_MONTHS:
            self.faults["term_months"] = "enter.fault-months"
        if terms_sha256 is None:
            self.faults["terms"] = "enter.fault-terms" if self._text("terms") else "enter.fault-empty"
        grade: dict[str, Json] = {
            "grade": self._matching("grade", GRADE, "enter.fault-grade"),
            "standard": self._needed("standard"),
        }
        return {
            "product": self._needed("product"),
            "amount": {"currency": currency, "minor": self._amount("amount", currency)},
            "term_months": int(months or 0),
            "grade": grade,
            "branch": self._needed("branch"),
            "channel": self._needed("channel"),
            "terms_sha256": terms_sha256,
            "collateral": self._collateral(currency),
            "attachments": self.attachments(),
            "third_party": [],
            "checks": [],
        }

    def attachments(self) -> list[Json]:
        """Return the files that were chosen, as the content lists them."""
        listed: list[Json] = []
        for place, data in enumerate(self.files, start=1):
            if not data:
                continue
            try:
                media_type_of(data)
            except InvalidInput:
                self.faults[f"f{place}_file"] = "enter.fault-file"
            kind = self._text(f"f{place}_kind")
            listed.append({"kind": kind, "sha256": sha256(data).hexdigest(), "bytes": len(data)})
        return listed

    def people(self) -> list[Json]:
        """Return the people whose name was filled in; the first has to be."""
        places = [place for place in range(1, PEOPLE + 1) if place == 1 or self._text(f"p{place}_name")]
        return [self._person(f"p{place}_") for place in places]

    def _person(self, start: str) -> dict[str, Json]:
        kind = self._one_of(start + "identity_kind", IDENTITIES)
        phone, email = self._text(start + "phone"), self._text(start + "email")
        number = self._needed(start + "identity")
        self._identifier(start + "identity", kind, number)
        self._identifier(start + "phone", "phone", phone)
        if email and not can_be_mailed(email):
            self.faults[start + "email"] = "enter.fault-email"
        return {
            "role": self._one_of(start + "role", ROLES),
            "name": self._needed(start + "name"),
            "identity": {"kind": kind, "value": number},
            "phone": phone or None,
            **({"email": email, "language": "zh"} if email else {}),
        }

    def _identifier(self, name: str, kind: str, value: str) -> None:
        """Note a fault where there is a value and it is none of its kind."""
        if not value:
            return
        try:
            parse_identifier(kind, value, self.today)
        except InvalidInput as error:
            self.faults[name] = f"check.fault-{error.code.removeprefix('identifier.')}"

    def _collateral(self, currency: str) -> list[Json]:
        kind = self._text("c_kind")
        return [{"kind": kind, "value": self._amount("c_value", currency), "revalued": None}] if kind else []

    def _amount(self, name: str, currency: str) -> str:
        try:
            minor = minor_units(self._text(name), currency)
        except InvalidInput:
            minor = "0"
        if minor == "0":
            self.faults[name] = "enter.fault-amount"
        return minor

    def _one_of(self, name: str, offered: tuple[str, ...]) -> str:
        text = self._text(name)
        return text if text in offered else offered[0]

    def _matching(self, name: str, pattern: re.Pattern[str], fault: str) -> str:
        text = self._needed(name)
        if text and not pattern.fullmatch(text):
            self.faults[name] = fault
            return ""
        return text

    def _needed(self, name: str) -> str:
        text = self._text(name)
        if not text:
            self.faults[name] = "enter.fault-empty"
        return text

    def _text(self, name: str) -> str:
        return self.form.get(name, "").strip()


def is_hash(text: str) -> bool:
    """Say whether somebody wrote a SHA-256 in place of a contract's number."""
    return _HASH.fullmatch(text) is not None
