"""The terms of a loan contract and its parties, as typed values (DESIGN sections 1 and 5).

Promises: a value of these types has passed every rule; money is integer minor units with a currency, never a float.
Leaves to others: what the PDF shows, and who the parties really are.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from ledger.errors import InvalidInput
from signing.algorithms import PublicKey
from signing.canonical import Json, encode
from signing.envelope import tagged_hash
from signing.errors import SigningError

MAX_SIGNERS = 12  # entry size: parties are one commitment, but each signer adds an entry and a row to every page
MAX_MINOR_DIGITS = 18  # fits a signed 64-bit integer, a thousand times the largest loan on record
MAX_TERM_MONTHS = 600
MAX_NAME_CHARS = 120

_PRODUCT = re.compile(r"[a-z][a-z0-9-]{1,62}")
_CURRENCY = re.compile(r"[A-Z]{3}")
_MINOR = re.compile(rf"[1-9][0-9]{{0,{MAX_MINOR_DIGITS - 1}}}")
_RATE = re.compile(r"(0|[1-9][0-9]{0,2})(\.[0-9]{1,6})?")


class SignerRole(StrEnum):
    """In what capacity somebody signs a loan contract."""

    BORROWER = "borrower"
    CO_BORROWER = "co-borrower"
    GUARANTOR = "guarantor"
    LENDER = "lender"
    WITNESS = "witness"


@dataclass(frozen=True)
class Money:
    """An amount in minor units (fen, cents) of an ISO 4217 currency."""

    currency: str
    minor: int

    def to_json(self) -> dict[str, Json]:
        return {"currency": self.currency, "minor": str(self.minor)}


@dataclass(frozen=True, kw_only=True)
class Terms:
    """The machine-readable terms of one loan contract; `annual_rate` is a percentage as a decimal string."""

    product: str
    amount: Money
    term_months: int
    annual_rate: str

    def to_json(self) -> dict[str, Json]:
        return {
            "product": self.product,
            "amount": self.amount.to_json(),
            "term_months": self.term_months,
            "annual_rate": self.annual_rate,
        }

    def sha256(self) -> bytes:
        """Return the 32-byte terms hash that signers bind: tagged SHA-256 ("terms") over the canonical JSON."""
        return tagged_hash("terms", encode(self.to_json()))


@dataclass(frozen=True, kw_only=True)
class Signer:
    """One party who has to sign, and the public key that is to be the pen."""

    id: str
    role: SignerRole
    name: str
    key: PublicKey

    def to_json(self) -> dict[str, Json]:
        return {"signer": self.id, "role": self.role.value, "name": self.name, "key": self.key.to_json()}


def parse_terms(value: Json) -> Terms:
    """Return the Terms of a JSON object; raise InvalidInput("terms.invalid") naming the field."""
    fields = exactly(value, ("product", "amount", "term_months", "annual_rate"), "terms")
    months = fields["term_months"]
    if type(months) is not int or not 1 <= months <= MAX_TERM_MONTHS:
        raise _invalid("terms.term_months", f"expected a whole number of months from 1 to {MAX_TERM_MONTHS}")
    return Terms(
        product=_matching(fields["product"], _PRODUCT, "terms.product", "a product name such as personal-instalment"),
        amount=_parse_money(fields["amount"]),
        term_months=months,
        annual_rate=_matching(
            fields["annual_rate"], _RATE, "terms.annual_rate", 'a percentage as a string, such as "4.35"'
        ),
    )


def _parse_money(value: Json) -> Money:
    fields = exactly(value, ("currency", "minor"), "terms.amount")
    minor = _matching(
        fields["minor"], _MINOR, "terms.amount.minor", 'minor units as a string, such as "5000000" for 50,000.00'
    )
    currency = _matching(fields["currency"], _CURRENCY, "terms.amount.currency", "an ISO 4217 code such as CNY")
    return Money(currency, int(minor))


def parse_signers(value: Json, ids: tuple[str, ...]) -> tuple[Signer, ...]:
    """Return the signers of a JSON list of {role, name, key}, taking one of `ids` for each.

    Raises InvalidInput("signers.invalid") naming the field: none, too many, no borrower, or one key for two signers.
    """
    if not isinstance(value, list) or not 1 <= len(value) <= MAX_SIGNERS:
        raise _invalid("signers", f"expected a list of 1 to {MAX_SIGNERS} signers", "signers.invalid")
    signers = tuple(_parse_signer(item, ids[place], f"signers[{place}]") for place, item in enumerate(value))
    if not any(signer.role is SignerRole.BORROWER for signer in signers):
        raise _invalid("signers", "a loan contract needs at least one borrower among its signers", "signers.invalid")
    if len({signer.key.key_id for signer in signers}) != len(signers):
        raise _invalid(
            "signers", "two signers have the same key; each person signs with a key of their own", "signers.invalid"
        )
    return signers


def read_signers(value: Json) -> tuple[Signer, ...]:
    """Return the signers as an opened `parties` field states them (with their ids); raise InvalidInput like `parse_signers`."""
    if not isinstance(value, list):
        raise _invalid("parties", "expected a list of signers", "signers.invalid")
    bare: list[Json] = []
    ids: list[str] = []
    for place, item in enumerate(value):
        fields = exactly(item, ("signer", "role", "name", "key"), f"parties[{place}]", "signers.invalid")
        ids.append(str(fields.pop("signer")))
        bare.append(fields)
    return parse_signers(bare, tuple(ids))


def _parse_signer(value: Json, signer_id: str, field: str) -> Signer:
    fields = exactly(value, ("role", "name", "key"), field, "signers.invalid")
    try:
        role = SignerRole(str(fields["role"]))
    except ValueError as error:
        raise _invalid(f"{field}.role", f"expected one of {', '.join(SignerRole)}", "signers.invalid") from error
    try:
        key = PublicKey.from_json(fields["key"])
    except SigningError as error:
        raise _invalid(f"{field}.key", error.message, "signers.invalid") from error
    return Signer(id=signer_id, role=role, name=_name(fields["name"], f"{field}.name"), key=key)


def _name(value: Json, field: str) -> str:
    if (
        not isinstance(value, str)
        or not 1 <= len(value) <= MAX_NAME_CHARS
        or value != value.strip()
        or not value.isprintable()
    ):
        raise _invalid(field, f"expected a name of 1 to {MAX_NAME_CHARS} printable characters", "signers.invalid")
    return value


def exactly(value: Json, names: tuple[str, ...], field: str, code: str = "terms.invalid") -> dict[str, Json]:
    """Return the object as a dict when it has exactly these fields; raise InvalidInput(code) naming the one that is not."""
    if not isinstance(value, dict):
        raise _invalid(field, f"expected an object with the fields {', '.join(names)}", code)
    unknown, missing = sorted(set(value) - set(names)), sorted(set(names) - set(value))
    if unknown:
        raise _invalid(f"{field}.{unknown[0][:40]}", f"unknown field; expected only {', '.join(names)}", code)
    if missing:
        raise _invalid(f"{field}.{missing[0]}", "this field is missing", code)
    return dict(value)


def _matching(value: Json, pattern: re.Pattern[str], field: str, expected: str) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise _invalid(field, f"expected {expected}")
    return value


def _invalid(field: str, message: str, code: str = "terms.invalid") -> InvalidInput:
    return InvalidInput(code, f"{field}: {message}", field=field)
