"""A log with very many decided loans: one is decided through the services, the others are made after it.

Promises: every copy has ids, applicant, commitments, sealed fields, statements and signatures of its own, so that a replay finds nothing
wrong and saves nothing; only checkpoints and tiles are left out, which a replay does not read. Rows are put there directly: through
the services a hundred thousand loans would take hours.
"""

import os
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ledger.core.applications.application import Applicant, Application, parse_application
from ledger.core.log.audit_findings import Gathered
from ledger.core.log.entry import Draft, Entry, Subject, draft_entry
from ledger.core.log.hashing import leaf_hash
from ledger.services.applications.trail import histories
from ledger.services.log.audit_vault import Values, Vault
from ledger.services.log.sequence import Turn, sequence
from ledger.services.opening import seal_opening
from ledger.storage.database import Connection
from ledger.storage.log import size as log_size
from signing.canonical import Json
from signing.decision import parse_decision
from signing.envelope import Signature
from signing.keys.signer import Ed25519Signer
from signing.statement_parts import Head
from support.approvals import Desk, staffed
from support.ledgers import NOW, Ledger, new_id
from support.policies import unchecked

BATCH = 2_000
DECIDERS = ("Olga", "Rita")


@dataclass(frozen=True)
class Model:
    """The loan that the others are made after: its entries with their values, and the keys that decided."""

    entries: Sequence[tuple[Entry, Values]]
    content: Application
    keys: dict[str, Ed25519Signer]
    state: tuple[object, ...]


@dataclass
class _Rows:
    """Rows of several loans, by table."""

    entry: list[tuple[object, ...]]
    vault_field: list[tuple[object, ...]]
    decision: list[tuple[object, ...]]
    application_state: list[tuple[object, ...]]
    record_key: list[tuple[object, ...]]


def decided_loans(ledger: Ledger, folder: Path, count: int) -> None:
    """Fill the log with `count` loans, each entered, submitted and approved by two people."""
    model = _model(ledger)
    first = ledger.stores.database.read(lambda tx: log_size(tx, ledger.log.id))
    data, keys = (_direct(folder / name) for name in ("ledger.db", "record-keys/record-keys.db"))
    done = 1
    while done < count:
        rows = _Rows([], [], [], [], [])
        for number in range(done, min(count, done + BATCH)):
            _copy(ledger, model, number, first + len(model.entries) * (number - 1), rows)
        for name in ("entry", "vault_field", "decision", "application_state"):
            _insert(data, name, getattr(rows, name))
        _insert(keys, "record_key", rows.record_key)
        done += BATCH
    data.close()
    keys.close()


def _model(ledger: Ledger) -> Model:
    desk = staffed(ledger, NOW)  # no earlier than the log was opened
    desk.enforce(unchecked().to_json())
    loan = desk.apply(checked=False)
    desk.submit(loan)
    _cover(desk)
    for name in DECIDERS:
        desk.say(name, loan)
    _cover(desk)
    assert desk.state(loan).state == "approved"
    entries = ledger.stores.database.read(lambda tx: list(_entries(tx, ledger)))
    content = parse_application(entries[0][1]["application"])
    state = desk.state(loan)
    keys = {desk.people[name].principal.id: desk.people[name].key for name in DECIDERS}
    return Model(entries, content, keys, tuple(vars(state).values()))


def _cover(desk: Desk) -> None:
    ledger = desk.ledger
    sequence(ledger.stores, ledger.log, ledger.signers, Turn(holder="benchmark", now=desk.now))


def _entries(tx: Connection, ledger: Ledger) -> Iterator[tuple[Entry, Values]]:
    vault = Vault.of(tx, ledger.stores, Gathered())
    for history in histories(tx, ledger.log):
        values = vault.open(history.entries)
        for placed in history.entries:
            yield placed.entry, values[placed.entry.id]


def _copy(ledger: Ledger, model: Model, number: int, index: int, rows: _Rows) -> None:
    loan, key = new_id(), os.urandom(32)
    person = f"{number:064x}"
    content = replace(
        model.content,
        number=f"B-{number}",
        applicants=(Applicant(person, "borrower"),),
    )
    rows.record_key.append((loan, ledger.stores.record_keys._wrap(loan, key), None))  # noqa: SLF001  # many in one transaction
    prev, leaves, last = None, list[bytes](), ""
    for place, (entry, told) in enumerate(model.entries):
        values, statement, signature = _values(model, entry, told, loan, content, leaves)
        subject = Subject("application", loan, place + 1, prev)
        draft = Draft(
            type=entry.type,
            id=new_id(),
            at=entry.at,
            log=entry.log,
            institution=entry.institution,
            actor=entry.actor,
            subject=subject,
            public=entry.public,
            committed={},
            private=values,
        )
        made, openings = draft_entry(draft, os.urandom(draft.salt_bytes))
        data = made.to_bytes()
        prev, last = leaf_hash(data), made.id
        leaves.append(prev)
        rows.entry.append((ledger.log.id, index + place, made.id, prev, data, "application", loan, place + 1))
        for opening in openings:
            sealed = seal_opening(key, record_id=loan, entry_id=made.id, opening=opening)
            rows.vault_field.append((sealed.entry_id, sealed.field, sealed.record_id, sealed.sealed))
        if signature is not None:
            nonce = parse_decision(statement).nonce
            decider = str(values["decider"])
            rows.decision.append((made.id, loan, 1, decider, nonce, signature.suite, entry.at))
    state = (loan, *model.state[1:-2], last, model.state[-1])
    rows.application_state.append(state)


def _values(  # noqa: PLR0913, PLR0917  # all that one entry says
    model: Model, entry: Entry, told: Values, loan: str, content: Application, leaves: Sequence[bytes]
) -> tuple[Values, bytes, Signature | None]:
    if entry.type == "application.created":
        return {**told, "application": content.to_json()}, b"", None
    if entry.type == "application.submitted":
        submission = told["submission"]
        assert isinstance(submission, dict)
        group = submission["group"]
        assert isinstance(group, dict)
        own: list[Json] = [loan]
        return {**told, "submission": {**submission, "group": {**group, "applications": own}}}, b"", None
    if entry.type != "application.decided":
        return {**told}, b"", None
    model_statement = parse_decision(str(told["statement"]).encode())
    statement = replace(
        model_statement,
        application=loan,
        content_sha256=content.sha256(),
        head=Head(len(leaves), leaves[-1]),
        nonce=os.urandom(32),
    ).to_bytes()
    key = model.keys[model_statement.decider]
    signature = Signature(key.public.suite, key.public.key_id, key.sign(statement))
    return {**told, "statement": statement.decode(), "signature": signature.to_json()}, statement, signature


def _direct(file: Path) -> sqlite3.Connection:
    opened = sqlite3.connect(file, isolation_level=None)
    opened.execute("PRAGMA synchronous=OFF")
    return opened


def _insert(to: sqlite3.Connection, table: str, rows: Sequence[tuple[object, ...]]) -> None:
    places = ", ".join("?" * len(rows[0]))
    to.execute("BEGIN")
    to.executemany(f'INSERT INTO "{table}" VALUES ({places})', rows)  # noqa: S608  # our own tables
    to.execute("COMMIT")
