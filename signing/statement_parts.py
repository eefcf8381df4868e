"""What the statements that people sign are made of: strict members, and what their signer had seen of the log.

Promises: one spelling per value; every refusal is InvalidEncoding("statement.malformed") that names the member.
Leaves to others: which members a statement has (statement, decision).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from signing.algorithms import parse_hex
from signing.canonical import MAX_SAFE_INTEGER, Json, decode
from signing.envelope import KEY_ID, tagged_bytes
from signing.errors import InvalidEncoding

MAX_STATEMENT_BYTES = 4096  # the longest possible one has five texts of 200 characters and some 900 bytes besides
MAX_TEXT_CHARACTERS = 200

_HASH_BYTES = 32
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z", re.ASCII)
_CONTROL = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]"
)  # text that a wallet could show otherwise than it is


@dataclass(frozen=True)
class Head:
    """The newest entry of the subject as its signer saw it: its number and leaf hash."""

    n: int
    leaf: bytes

    def __post_init__(self) -> None:
        check_count("head.n", self.n)
        check_hash("head.leaf", self.leaf)


@dataclass(frozen=True)
class SeenCheckpoint:
    size: int
    root: bytes

    def __post_init__(self) -> None:
        check_count("checkpoint.size", self.size)
        check_hash("checkpoint.root", self.root)


def payload_of(kind: str, data: bytes) -> Json:
    """Return the value behind the tag of these exact bytes; raise InvalidEncoding for another length, version or spelling."""
    prefix = tagged_bytes(kind, b"")
    if len(data) > MAX_STATEMENT_BYTES:
        raise InvalidEncoding("statement.too-large", f"expected at most {MAX_STATEMENT_BYTES} bytes, got {len(data)}")
    if not data.startswith(prefix):
        raise InvalidEncoding(
            "statement.unknown-version", f"expected bytes that begin with {prefix.decode().strip()} and a new line"
        )
    return decode(data[len(prefix) :])


class Reader:
    """Strict access to the members of one JSON object."""

    def __init__(self, where: str, value: Json, names: set[str]) -> None:
        if not isinstance(value, dict) or value.keys() != names:
            raise malformed(where, f"an object of exactly {', '.join(sorted(names))}")
        self.values: Mapping[str, Json] = value

    def text(self, name: str) -> str:
        value = self.values[name]
        if not isinstance(value, str):
            raise malformed(name, "text")
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        value = self.values[name]
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise malformed(name, "a list of texts")
        return tuple(str(item) for item in value)

    def count(self, name: str) -> int:
        value = self.values[name]
        if not isinstance(value, int) or isinstance(value, bool):
            raise malformed(name, "an integer")
        return value

    def octets(self, name: str) -> bytes:
        return parse_hex(self.values[name], code="statement.malformed")


def check_text(name: str, value: str) -> None:
    if not 0 < len(value) <= MAX_TEXT_CHARACTERS or _CONTROL.search(value) or value != value.strip():
        raise malformed(
            name, f"1 to {MAX_TEXT_CHARACTERS} characters of plain text without control characters or space at the ends"
        )


def check_hash(name: str, value: bytes) -> None:
    if len(value) != _HASH_BYTES:
        raise malformed(name, f"{_HASH_BYTES} bytes")


def check_key_id(value: str) -> None:
    if not KEY_ID.fullmatch(value):
        raise malformed("key_id", "the id of a key, such as ed25519: and 32 hex digits")


def check_count(name: str, value: int) -> None:
    if not 1 <= value <= MAX_SAFE_INTEGER:
        raise malformed(name, f"an integer from 1 to {MAX_SAFE_INTEGER}")


def check_instant(value: str) -> None:
    try:
        if not _INSTANT.fullmatch(value):
            raise ValueError  # noqa: TRY301 - one refusal for a wrong shape and for a date that does not exist
        datetime.fromisoformat(value)
    except ValueError as error:
        raise malformed("expires_at", "a UTC time such as 2026-11-23T15:04:05.123Z") from error


def malformed(name: str, expected: str) -> InvalidEncoding:
    return InvalidEncoding("statement.malformed", f"expected {name} to be {expected}")
