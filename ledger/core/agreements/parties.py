"""The parties of a loan contract who have to sign, as typed values (DESIGN sections 1 and 5).

Promises: a value of these types has passed every rule; no two signers share a key. What one person alone may see (contact,
birth date, …) is apart, in `people`. Leaves to others: who the parties really are.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from ledger.core.agreements.strict_fields import exactly, invalid, line_of
from ledger.errors import Conflict
from signing.algorithms import PublicKey, Suite
from signing.canonical import Json
from signing.errors import SigningError

MAX_SIGNERS = 12  # entry size: parties are one commitment, but each signer adds an entry and a row to every page
MAX_NAME_CHARS = 120

_CODE = "signers.invalid"
Word = TypeVar("Word", bound=StrEnum)


class SignerRole(StrEnum):
    """In what capacity somebody signs a loan contract."""

    BORROWER = "borrower"
    CO_BORROWER = "co-borrower"
    GUARANTOR = "guarantor"
    LENDER = "lender"
    WITNESS = "witness"


class Pen(StrEnum):
    """With what somebody may sign (DESIGN section 5)."""

    PASSKEY = "passkey"
    WALLET = "wallet"
    ORGANISATION_KEY = "organisation-key"
    ONE_TIME_KEY = "one-time-key"


@dataclass(frozen=True, kw_only=True)
class Signer:
    """One party who has to sign, and the public key that is to be the pen: None where it is enrolled in the ceremony.

    Parties of an equal `order` sign in parallel, lower ones first. Without `pens` every pen is allowed.
    """

    id: str
    role: SignerRole
    name: str
    key: PublicKey | None
    order: int = 1
    pens: tuple[Pen, ...] = ()

    @property
    def pen(self) -> PublicKey:
        """The key of this party; raises Conflict("signer.no-key") where none is named here."""
        if self.key is None:
            raise Conflict(
                "signer.no-key", "this person has no key yet; it is enrolled on the signing page, after the code"
            )
        return self.key

    def to_json(self) -> dict[str, Json]:
        return {
            "signer": self.id,
            "role": self.role.value,
            "name": self.name,
            "key": self.key.to_json() if self.key else None,
            "order": self.order,
            "pens": [pen.value for pen in self.pens],
        }


def parse_signers(value: Json, ids: tuple[str, ...]) -> tuple[Signer, ...]:
    """Return the signers of a JSON list of {role, name, key}, taking one of `ids` for each.

    key may be null or left out (it is enrolled in the ceremony), and so may order (1) and pens (all).

    Raises InvalidInput(_CODE) naming the field: none, too many, no borrower, or one key for two signers.
    """
    if not isinstance(value, list) or not 1 <= len(value) <= MAX_SIGNERS:
        raise invalid("signers", f"expected a list of 1 to {MAX_SIGNERS} signers", _CODE)
    signers = tuple(_parse_signer(item, ids[place], f"signers[{place}]") for place, item in enumerate(value))
    if not any(signer.role is SignerRole.BORROWER for signer in signers):
        raise invalid("signers", "a loan contract needs at least one borrower among its signers", _CODE)
    keys = [signer.key.key_id for signer in signers if signer.key]
    if len(set(keys)) != len(keys):
        raise invalid(
            "signers", "two signers have the same key; each person signs with a key of their own", "signers.invalid"
        )
    return signers


def read_signers(value: Json) -> tuple[Signer, ...]:
    """Return the signers as an opened `parties` field states them (with their ids); raise InvalidInput like `parse_signers`."""
    if not isinstance(value, list):
        raise invalid("parties", "expected a list of signers", _CODE)
    bare: list[Json] = []
    ids: list[str] = []
    for place, item in enumerate(value):
        fields = dict(item) if isinstance(item, dict) else {}
        if "signer" not in fields:
            raise invalid(f"parties[{place}].signer", "this field is missing", _CODE)
        ids.append(str(fields.pop("signer")))
        bare.append(fields)
    return parse_signers(bare, tuple(ids))


def _parse_signer(value: Json, signer_id: str, field: str) -> Signer:
    given = {"key": None, "order": 1, "pens": [], **value} if isinstance(value, dict) else value
    fields = exactly(given, ("role", "name", "key", "order", "pens"), field, _CODE)
    return Signer(
        id=signer_id,
        role=_one_of(SignerRole, fields["role"], f"{field}.role"),
        name=_name(fields["name"], f"{field}.name"),
        key=_key(fields["key"], f"{field}.key"),
        order=_order(fields["order"], f"{field}.order"),
        pens=_pens(fields["pens"], f"{field}.pens"),
    )


def _one_of(words: type[Word], value: Json, field: str) -> Word:
    try:
        return words(str(value))
    except ValueError as error:
        raise invalid(field, f"expected one of {', '.join(words)}", _CODE) from error


def _key(value: Json, field: str) -> PublicKey | None:
    if value is None:
        return None
    try:
        key = PublicKey.from_json(value)
    except SigningError as error:
        raise invalid(field, error.message, _CODE) from error
    if key.suite is Suite.SPKI:
        raise invalid(field, "expected a key that signs statements, got one that only seals", _CODE)
    return key


def _order(value: Json, field: str) -> int:
    if type(value) is not int or not 1 <= value <= MAX_SIGNERS:
        raise invalid(field, f"expected a whole number from 1 to {MAX_SIGNERS}", _CODE)
    return value


def _pens(value: Json, field: str) -> tuple[Pen, ...]:
    if not isinstance(value, list) or len(value) > len(Pen):
        raise invalid(field, f"expected a list out of {', '.join(Pen)}", _CODE)
    return tuple(_one_of(Pen, item, field) for item in value)


def _name(value: Json, field: str) -> str:
    return line_of(value, MAX_NAME_CHARS, field, _CODE)
