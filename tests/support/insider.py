"""Somebody with the lender's machine, its database and its people's real keys, who puts on record what the services refuse.

Everything is written whole: entry, vault, rows and state agree, so the integrity audit has nothing to say and only the replay can.
"""

from dataclasses import dataclass, field, replace

from ledger.core.applications.decide import Verdict
from ledger.core.log.directory import add_seconds, format_instant
from ledger.services.applications.view import ApplicationView, open_content, read_view
from ledger.services.recording import Event, RecordKey, record
from ledger.storage import applications as rows
from ledger.storage.database import Connection
from ledger.storage.log import subject_head
from ledger.storage.logs import latest_checkpoint
from ledger.storage.policies import policy_by_id
from signing.canonical import Json
from signing.decision import DecisionStatement
from signing.envelope import Signature
from signing.statement_parts import Head, SeenCheckpoint
from support.approvals import CHAIN_ID, Desk


@dataclass(frozen=True, kw_only=True)
class Forged:
    """A decision that no rule is asked about: by whom, saying what, and what the entry claims to have become of the loan."""

    name: str
    verdict: Verdict = Verdict.APPROVE
    moved: str | None = None
    state: dict[str, str | int] = field(default_factory=dict)
    statement: dict[str, object] = field(default_factory=dict)


def decide_as(desk: Desk, loan: str, forged: Forged) -> None:
    """Put a decision on record, signed with its decider's real key."""
    desk.ledger.stores.database.write(lambda tx: _decide(tx, desk, loan, forged))


def write_entry(desk: Desk, loan: str, kind: str, values: dict[str, Json], **state: str | int) -> None:
    """Put any entry `application.<kind>` on record, with the state that it claims."""

    def work(tx: Connection) -> None:
        view = _view(tx, loan)
        _record(tx, desk, view, kind, values, state)

    desk.ledger.stores.database.write(work)


def _decide(tx: Connection, desk: Desk, loan: str, forged: Forged) -> None:
    view, staff = _view(tx, loan), desk.people[forged.name]
    statement = _statement(tx, desk, view, forged)
    data = statement.to_bytes()
    signature = Signature(staff.key.public.suite, staff.key.public.key_id, staff.key.sign(data))
    values: dict[str, Json] = {
        "statement": data.decode(),
        "signature": signature.to_json(),
        "decider": statement.decider,
        "held": [statement.role],
        "moved": forged.moved,
    }
    moved: dict[str, str | int] = (
        {} if forged.moved is None else {"state": forged.moved, "waiting_for": "", "due_on": ""}
    )
    entry_id = _record(tx, desk, view, "decided", values, {**moved, **forged.state})
    rows.insert_decision(
        tx,
        rows.DecisionRow(
            entry_id=entry_id,
            application_id=view.row.id,
            version=view.version.version,
            decider_id=statement.decider,
            nonce=statement.nonce,
            suite=signature.suite,
            decided_at=format_instant(desk.now),
        ),
    )


def _statement(tx: Connection, desk: Desk, view: ApplicationView, forged: Forged) -> DecisionStatement:
    content, policy = open_content(desk.ledger.stores, view), policy_by_id(tx, view.state.policy_id)
    head = subject_head(tx, view.log.id, "application", view.row.id)
    checkpoint = latest_checkpoint(tx, view.log.id)
    assert policy is not None
    assert head is not None
    assert checkpoint is not None
    staff = desk.people[forged.name]
    facts = {
        "application": view.row.id,
        "content_sha256": content.sha256(),
        "terms_sha256": content.terms_sha256,
        "currency": content.currency,
        "amount_minor": str(content.amount),
        "verdict": forged.verdict,
        "conditions": (),
        "policy_sha256": policy.sha256,
        "decider": staff.principal.id,
        "role": view.state.waiting_for or "officer",
        "in_place_of": None,
        "key_id": staff.key.public.key_id,
        "head": Head(head.n, head.leaf_hash),
        "checkpoint": SeenCheckpoint(checkpoint.size, checkpoint.root),
        "chain_id": CHAIN_ID,
        "log": view.log.origin,
        "nonce": desk.act(forged.name).random(32),
        "expires_at": add_seconds(desk.now, 3600),
    }
    return DecisionStatement(**{**facts, **forged.statement})  # type: ignore[arg-type]  # by its fields


def _record(  # noqa: PLR0913, PLR0917 - one entry and all that goes with it
    tx: Connection,
    desk: Desk,
    view: ApplicationView,
    kind: str,
    values: dict[str, Json],
    state: dict[str, str | int],
) -> str:
    stores = desk.ledger.stores
    changed = replace(view.state, changed_at=format_instant(desk.now), **state)  # type: ignore[arg-type]  # by its columns
    event = Event(
        type=f"application.{kind}",
        log=view.log,
        subject_kind="application",
        subject_id=view.row.id,
        role="officer",
        record=RecordKey(view.row.id, stores.record_keys.get(view.row.id)),
        facts={"version": view.version.version},
        private={**values, "stands": changed.stands.to_json()},
    )
    recorded = record(tx, stores, desk.act("Otto"), event)
    submitted = recorded.entry_id if kind == "submitted" else changed.submitted_entry
    after = replace(changed, changed_entry=recorded.entry_id, submitted_entry=submitted)
    rows.change_state(tx, after, seen_entry=view.state.changed_entry)
    return recorded.entry_id


def _view(tx: Connection, loan: str) -> ApplicationView:
    row = rows.application_by_id(tx, loan)
    assert row is not None
    return read_view(tx, row)


def edit(desk: Desk, column: str, value: object, loan: str) -> object:
    """Change one column of a loan's decision row past every trigger, as whoever owns the database can; return what it held."""

    def work(tx: Connection) -> object:
        for (name,) in tx.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            tx.exec_driver_sql(f'DROP TRIGGER "{name}"')
        (before,) = tx.exec_driver_sql(f"SELECT {column} FROM decision WHERE application_id = ?", (loan,)).one()  # noqa: S608  # the test's own name
        tx.exec_driver_sql(f"UPDATE decision SET {column} = ? WHERE application_id = ?", (value, loan))  # noqa: S608
        return before

    return desk.ledger.stores.database.write(work)
