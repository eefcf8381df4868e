"""Entries as an audit hands them to its projections: placed in a log, with the values behind their commitments."""

from hashlib import sha256

from ledger.core.log.audit_entry import LogFacts, Placed
from ledger.core.log.audit_projection import Binding, Told, World
from ledger.core.log.entry import Subject
from ledger.core.log.hashing import leaf_hash
from signing.canonical import Json
from support.entries import AGREEMENT, drafted
from support.fixed_keys import ORIGIN

INSTITUTION = "lender-7"
LOG = LogFacts(id=1, origin=ORIGIN, institution_id=INSTITUTION)
BINDING = Binding(chain_id=31337, genesis="aa" * 32, registry="bb" * 20, code_hash="cc" * 32)
FIRST = Subject("agreement", AGREEMENT, 1, None)


def entry_id(number: int) -> str:
    return f"01936f2e-8a40-7c11-b1aa-{number:012x}"


def placed(entry_type: str, **changes: object) -> Placed:
    """Return the entry of this type (id and index by its n), without commitments unless they are given."""
    subject = changes.get("subject", FIRST)
    assert isinstance(subject, Subject)
    usual: dict[str, object] = {
        "id": entry_id(subject.n),
        "subject": subject,
        "public": {},
        "committed": {},
        "private": {},
    }
    entry, _ = drafted(type=entry_type, **(usual | changes))
    return Placed(entry=entry, leaf=leaf_hash(entry.to_bytes()), log=LOG, index=subject.n - 1)


def told(entry_type: str, values: dict[str, Json] | None = None, **changes: object) -> Told:
    return Told(placed(entry_type, **changes), values or {})


def after(before: Placed) -> Subject:
    """Return the subject of the entry that follows another."""
    subject = before.entry.subject
    return Subject(subject.kind, subject.id, subject.n + 1, before.leaf)


def blind(kind: str, value: str) -> bytes:
    return sha256(f"{kind}:{value}".encode()).digest()


def world(**changes: object) -> World:
    usual: dict[str, object] = {
        "blind": blind,
        "root_at": lambda _log, _size: None,
        "institution_keys": {},
        "registered": {},
        "binding": BINDING,
    }
    return World(**(usual | changes))  # type: ignore[arg-type]  # each test gives the parts it is about
