"""Reading the fields of a receipt that a stranger sent: exact names, exact types, bounded lengths.

Promises: every refusal is InvalidInput("receipt.malformed") that names the field; parse_receipt turns it into VerificationFailed.
Leaves to others: what the fields mean.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NoReturn, Self

from ledger.core.log.entry import MAX_ENTRY_BYTES
from ledger.core.log.hashing import HASH_BYTES
from ledger.core.log.note import MAX_NOTE_BYTES
from ledger.core.log.proofs import MAX_PATH
from ledger.errors import InvalidInput
from signing.canonical import MAX_SAFE_INTEGER, Json

_HEX = re.compile(r"(?:[0-9a-f]{2})*")


class Limits:
    """How large a receipt and its parts may be."""

    RECEIPT = 262_144  # DESIGN: an evidence package stays under 64 KB without documents; four times that is room enough
    ENTRY = MAX_ENTRY_BYTES
    CHECKPOINT = MAX_NOTE_BYTES
    PATH = MAX_PATH
    HASH = HASH_BYTES
    OPENINGS = 32  # as many as an entry has fields
    COSIGNATURES = 32
    EVM_SIGNATURE = 65  # r, s, v
    ADDRESS = 20
    KEY_ID = 64
    HEADER = 4096  # an Ethereum block header takes about 600 bytes
    PROOF_NODES = 64  # a trie over 32-byte keys has at most 64 levels
    PROOF_NODE = 1024  # a branch of 16 hashes takes 532 bytes


@dataclass(frozen=True)
class Reader:
    """An object with exactly the expected names, read field by field."""

    fields: Mapping[str, Json]

    @classmethod
    def of(cls, value: Json, names: set[str], what: str) -> Self:
        if not isinstance(value, dict) or value.keys() != names:
            refuse(what, f"expected an object with exactly {', '.join(sorted(names))}")
        return cls(value)

    def text(self, name: str) -> str:
        value = self.fields[name]
        if not isinstance(value, str):
            refuse(name, "expected text")
        return value

    def number(self, name: str) -> int:
        value = self.fields[name]
        if isinstance(value, bool) or not isinstance(value, int):
            refuse(name, "expected a whole number")
        return value

    def hex(self, name: str) -> bytes:
        return _bytes(name, self.fields[name])

    def items(self, name: str, *, most: int) -> list[Json]:
        value = self.fields[name]
        if not isinstance(value, list):
            refuse(name, "expected a list")
        check_items(name, value, most=most)
        return value

    def hexes(self, name: str, *, most: int) -> tuple[bytes, ...]:
        return tuple(_bytes(name, item) for item in self.items(name, most=most))


def check_bytes(name: str, value: bytes, *, exactly: int | None = None, most: int | None = None) -> None:
    if exactly is not None and len(value) != exactly:
        refuse(name, f"expected {exactly} bytes, got {len(value)}")
    if most is not None and len(value) > most:
        refuse(name, f"expected at most {most} bytes, got {len(value)}")


def check_items(name: str, value: Sequence[object], *, most: int) -> None:
    if len(value) > most:
        refuse(name, f"expected at most {most} items, got {len(value)}")


def check_number(name: str, value: int) -> None:
    if not 0 <= value <= MAX_SAFE_INTEGER:
        refuse(name, f"expected a whole number of 0 to {MAX_SAFE_INTEGER}, got {value}")


def refuse(name: str, message: str) -> NoReturn:
    raise InvalidInput("receipt.malformed", f"{name}: {message}", field=name)


def _bytes(name: str, value: Json) -> bytes:
    if not isinstance(value, str) or not _HEX.fullmatch(value):
        refuse(name, "expected lower-case hexadecimal text")
    return bytes.fromhex(value)
