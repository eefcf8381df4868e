"""Entries with fixed ids and salts, for tests and for the examples in docs/formats."""

from hashlib import sha256

from ledger.core.log.commitment import Opening
from ledger.core.log.entry import Actor, Draft, Entry, Subject, draft_entry
from signing.canonical import Json
from support.fixed_keys import ORIGIN

AGREEMENT = "01936f2e-7c1a-7b3a-9d52-0a4f6a1c2e10"


def salts(count: int) -> bytes:
    return b"".join(sha256(b"fixed salt %d" % number).digest() for number in range(count))


def draft(**changes: object) -> Draft:
    committed: dict[str, Json] = {"document": "sha256:3f79bb7b435b05321651daefd374cdc681dc06faa65e374e38337b88ca046dea"}
    private: dict[str, Json] = {"amount": {"currency": "CNY", "minor": "125000000"}, "borrower": "王小明 Wang Xiaoming"}
    parts: dict[str, object] = {
        "type": "agreement.signed",
        "id": "01936f2e-8a40-7c11-b1aa-5d0c3e9f7a21",
        "at": "2026-11-23T15:04:05.123Z",
        "log": ORIGIN,
        "institution": "lender-7",
        "actor": Actor("p-4f6a1c2e10", "borrower"),
        "subject": Subject("agreement", AGREEMENT, 3, sha256(b"the entry before").digest()),
        "public": {"pages": 12},
        "committed": committed,
        "private": private,
    }
    return Draft(**(parts | changes))  # type: ignore[arg-type]  # tests give wrong values on purpose


def drafted(**changes: object) -> tuple[Entry, tuple[Opening, ...]]:
    chosen = draft(**changes)
    return draft_entry(chosen, salts(chosen.salt_bytes // 32))
