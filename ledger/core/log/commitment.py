"""Commitments: one field of an entry as a salted hash, and the opening that shows it.

Promises: a commitment binds entry, field name and value; without its salt it says nothing about the value.
Leaves to others: where salts and values are kept and erased (the vault). docs/formats/commitment.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, Self

from ledger.core.log.hashing import same_digest
from ledger.errors import InvalidInput, VerificationFailed
from signing.canonical import Json, decode, encode
from signing.envelope import tagged_hash
from signing.errors import InvalidEncoding

SALT_BYTES = 32
MAX_VALUE_BYTES = 65_536  # a value is a field of a loan record, not a document: documents are committed by their hash
MAX_FIELD_NAME = 64


class HoldsCommitments(Protocol):
    """An entry, as far as openings care."""

    @property
    def id(self) -> str: ...

    @property
    def public(self) -> Mapping[str, Json]: ...

    @property
    def private(self) -> Mapping[str, str]: ...


@dataclass(frozen=True)
class Opening:
    """What shows one committed field: its salt and its value."""

    field: str
    salt: bytes
    value: Json

    def __post_init__(self) -> None:
        if not 1 <= len(self.field) <= MAX_FIELD_NAME or len(self.salt) != SALT_BYTES:
            raise InvalidInput(
                "commitment.malformed", f"expected a field name and a salt of {SALT_BYTES} bytes, got {len(self.salt)}"
            )

    def to_json(self) -> dict[str, Json]:
        return {"field": self.field, "salt": self.salt.hex(), "value": self.value}

    @classmethod
    def from_json(cls, value: Json) -> Self:
        """Return the opening of its JSON form; raise VerificationFailed("commitment.malformed")."""
        if not isinstance(value, dict) or value.keys() != {"field", "salt", "value"}:
            raise VerificationFailed("commitment.malformed", "expected an opening with exactly field, salt and value")
        field, salt = value["field"], value["salt"]
        if not isinstance(field, str) or not isinstance(salt, str):
            raise VerificationFailed("commitment.malformed", "expected field and salt to be text")
        try:
            return cls(field, _salt(salt), value["value"])
        except InvalidInput as error:
            raise VerificationFailed(error.code, error.message) from error


def commit(*, entry_id: str, field: str, salt: bytes, value: Json) -> str:
    """Return the commitment in hex: tagged_hash("commitment", entry id, field name, salt, JCS of the value).

    Raises InvalidInput("commitment.value") for a value that a receipt could not carry (floats, huge integers, too long).
    """
    if len(salt) != SALT_BYTES:
        raise InvalidInput(
            "commitment.salt", f"expected a salt of {SALT_BYTES} random bytes, got {len(salt)}", field=field
        )
    return tagged_hash("commitment", entry_id.encode(), field.encode(), salt, _canonical(field, value)).hex()


def check_opening(entry: HoldsCommitments, opening: Opening) -> None:
    """Return if the opening is of a commitment that stands in the entry, else raise VerificationFailed.

    Codes: "commitment.unknown-field", "commitment.differs", "commitment.value".
    """
    committed = entry.private.get(opening.field) or entry.public.get(opening.field)
    if not isinstance(committed, str):
        raise VerificationFailed(
            "commitment.unknown-field",
            f"entry {entry.id} holds no commitment named {opening.field!r}",
            field=opening.field,
        )
    try:
        found = commit(entry_id=entry.id, field=opening.field, salt=opening.salt, value=opening.value)
    except InvalidInput as error:
        raise VerificationFailed(error.code, error.message, field=opening.field) from error
    if not same_digest(committed.encode(), found.encode()):
        raise VerificationFailed(
            "commitment.differs",
            f"field {opening.field!r} of entry {entry.id}: expected {committed}, the shown value gives {found}",
            field=opening.field,
        )


def _canonical(field: str, value: Json) -> bytes:
    try:
        data = encode(value)
        decode(data)
    except InvalidEncoding as error:
        raise InvalidInput(
            "commitment.value", f"field {field!r} cannot be committed: {error.message}", field=field
        ) from error
    if len(data) > MAX_VALUE_BYTES:
        raise InvalidInput(
            "commitment.value",
            f"expected at most {MAX_VALUE_BYTES} bytes in field {field!r}, got {len(data)}",
            field=field,
        )
    return data


def _salt(text: str) -> bytes:
    try:
        salt = bytes.fromhex(text)
    except ValueError:
        salt = b""
    if salt.hex() != text:
        raise VerificationFailed("commitment.malformed", "expected a salt in lower-case hexadecimal")
    return salt
