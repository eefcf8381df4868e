"""The shape of every part of an entry: which characters, how long, what goes with what.

Promises: a part that is let through here can be written, read back and shown to people. Every refusal is InvalidInput with the
code "entry.value" or "entry.fields" and the name of the field. Leaves to others: what a type or a field means.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import NoReturn

from ledger.core.log.hashing import HASH_BYTES
from ledger.errors import InvalidInput
from signing.canonical import MAX_SAFE_INTEGER, Json

MAX_FIELDS = 32  # over public and private; 32 commitments take 3 KB of the 8
MAX_TEXT = 1024  # in public: enough for a signature or a reason, no place for a document
MAX_NESTING = 8

_TYPE = re.compile(r"(?=.{1,64}\Z)[a-z][a-z0-9-]*(?:\.[a-z][a-z0-9-]*)+")
_UUID7 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_TIME = re.compile(r"[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]\.[0-9]{3}Z")
_ORIGIN = re.compile(r"[^\s+\x00-\x20]{1,255}")
_IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,127}")
_WORD = re.compile(r"[a-z][a-z0-9-]{0,63}")
_FIELD = re.compile(r"[a-z][a-z0-9_]{0,63}")
_COMMITMENT = re.compile(r"[0-9a-f]{64}")


def check_entry(*, entry_type: str, entry_id: str, at: str, log: str, institution: str) -> None:
    _expect(_TYPE, entry_type, "type", "lower-case words joined by dots")
    _expect(_UUID7, entry_id, "id", "a UUIDv7 in lower case")
    _expect(_ORIGIN, log, "log", "an origin without space or plus")
    _expect(_IDENTIFIER, institution, "institution", "an identifier")
    _check_time(at)


def check_actor(actor_id: str, role: str) -> None:
    _expect(_IDENTIFIER, actor_id, "actor.id", "an identifier")
    _expect(_WORD, role, "actor.role", "a lower-case word")


def check_subject(kind: str, subject_id: str, n: object, prev: bytes | None) -> None:
    _expect(_WORD, kind, "subject.kind", "a lower-case word")
    _expect(_IDENTIFIER, subject_id, "subject.id", "an identifier")
    if isinstance(n, bool) or not isinstance(n, int) or not 1 <= n <= MAX_SAFE_INTEGER:
        _refuse("subject.n", f"expected a whole number from 1, got {str(n)[:40]}")
    if (n == 1) != (prev is None) or (prev is not None and len(prev) != HASH_BYTES):
        _refuse("subject.prev", "expected null at n = 1, and from then on the leaf hash of the entry before")


def check_fields(public: Mapping[str, Json], private: Mapping[str, str]) -> None:
    if len(public) + len(private) > MAX_FIELDS or not public.keys().isdisjoint(private):
        raise InvalidInput(
            "entry.fields", f"expected at most {MAX_FIELDS} fields, each once over public and private", field="public"
        )
    for name, value in public.items():
        _expect(_FIELD, name, "public", "a field name in lower case")
        _check_value(name, value, MAX_NESTING)
    for name, commitment in private.items():
        _expect(_FIELD, name, "private", "a field name in lower case")
        _expect(_COMMITMENT, commitment, f"private.{name}", "a commitment of 64 hexadecimal digits")


def _check_value(name: str, value: Json, left: int) -> None:
    if isinstance(value, float) or left == 0:
        _refuse(f"public.{name}", f"expected no floats (money is text in minor units) and at most {MAX_NESTING} levels")
    if isinstance(value, str) and len(value) > MAX_TEXT:
        _refuse(f"public.{name}", f"expected at most {MAX_TEXT} characters, got {len(value)}")
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for child in children:
        _check_value(name, child, left - 1)


def _check_time(at: str) -> None:
    _expect(_TIME, at, "at", "UTC to the millisecond, as 2026-11-23T15:04:05.123Z")
    try:
        datetime.fromisoformat(at)
    except ValueError:
        _refuse("at", f"expected a day and hour that exist, got {at}")


def _expect(pattern: re.Pattern[str], value: object, field: str, wanted: str) -> None:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        _refuse(field, f"expected {wanted}, got {str(value)[:80]!r}")


def _refuse(field: str, message: str) -> NoReturn:
    raise InvalidInput("entry.value", f"{field}: {message}", field=field)
