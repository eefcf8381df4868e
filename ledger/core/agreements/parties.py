"""The parties of a loan contract who have to sign, as typed values (DESIGN sections 1 and 5).

Promises: a value of these types has passed every rule; no two signers share a key. Leaves to others: who the parties really are.
"""

from dataclasses import dataclass
from enum import StrEnum

from ledger.core.agreements.strict_fields import exactly, invalid
from signing.algorithms import PublicKey
from signing.canonical import Json
from signing.errors import SigningError

MAX_SIGNERS = 12  # entry size: parties are one commitment, but each signer adds an entry and a row to every page
MAX_NAME_CHARS = 120


class SignerRole(StrEnum):
    """In what capacity somebody signs a loan contract."""

    BORROWER = "borrower"
    CO_BORROWER = "co-borrower"
    GUARANTOR = "guarantor"
    LENDER = "lender"
    WITNESS = "witness"


@dataclass(frozen=True, kw_only=True)
class Signer:
    """One party who has to sign, and the public key that is to be the pen."""

    id: str
    role: SignerRole
    name: str
    key: PublicKey

    def to_json(self) -> dict[str, Json]:
        return {"signer": self.id, "role": self.role.value, "name": self.name, "key": self.key.to_json()}


def parse_signers(value: Json, ids: tuple[str, ...]) -> tuple[Signer, ...]:
    """Return the signers of a JSON list of {role, name, key}, taking one of `ids` for each.

    Raises InvalidInput("signers.invalid") naming the field: none, too many, no borrower, or one key for two signers.
    """
    if not isinstance(value, list) or not 1 <= len(value) <= MAX_SIGNERS:
        raise invalid("signers", f"expected a list of 1 to {MAX_SIGNERS} signers", "signers.invalid")
    signers = tuple(_parse_signer(item, ids[place], f"signers[{place}]") for place, item in enumerate(value))
    if not any(signer.role is SignerRole.BORROWER for signer in signers):
        raise invalid("signers", "a loan contract needs at least one borrower among its signers", "signers.invalid")
    if len({signer.key.key_id for signer in signers}) != len(signers):
        raise invalid(
            "signers", "two signers have the same key; each person signs with a key of their own", "signers.invalid"
        )
    return signers


def read_signers(value: Json) -> tuple[Signer, ...]:
    """Return the signers as an opened `parties` field states them (with their ids); raise InvalidInput like `parse_signers`."""
    if not isinstance(value, list):
        raise invalid("parties", "expected a list of signers", "signers.invalid")
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
        raise invalid(f"{field}.role", f"expected one of {', '.join(SignerRole)}", "signers.invalid") from error
    try:
        key = PublicKey.from_json(fields["key"])
    except SigningError as error:
        raise invalid(f"{field}.key", error.message, "signers.invalid") from error
    return Signer(id=signer_id, role=role, name=_name(fields["name"], f"{field}.name"), key=key)


def _name(value: Json, field: str) -> str:
    if (
        not isinstance(value, str)
        or not 1 <= len(value) <= MAX_NAME_CHARS
        or value != value.strip()
        or not value.isprintable()
    ):
        raise invalid(field, f"expected a name of 1 to {MAX_NAME_CHARS} printable characters", "signers.invalid")
    return value
