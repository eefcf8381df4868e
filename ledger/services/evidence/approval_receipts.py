"""The receipts of all that an agreement's approval rests on, so that a verifier takes it again (docs/formats/evidence-package.md)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from ledger.core.applications.rule_set import Ruling
from ledger.core.evidence.package import MAX_APPROVAL_RECEIPTS
from ledger.core.log.entry import parse_entry
from ledger.core.log.permissions import Action, Grade, Resource, allowed
from ledger.errors import NotFound
from ledger.services.agreements.view import AgreementView
from ledger.services.applications.decided import said_in
from ledger.services.applications.view import KIND, ApplicationView, read_view
from ledger.services.context import Act, Stores
from ledger.services.evidence.issue_receipts import Found
from ledger.services.opening import open_fields
from ledger.storage import applications as rows
from ledger.storage.ceremony import submitted_of
from ledger.storage.database import Connection
from ledger.storage.log import EntryRow, entries_of_subject
from ledger.storage.policies import delegations_of
from ledger.storage.vault_fields import fields_of_entry
from signing.decision import DecisionStatement

_STANDING = frozenset({"role.granted", "role.revoked", "department.joined", "department.left"})
_KEPT_BACK = {KIND: frozenset({"people"})}  # who applied is the application's own matter
_NOTHING = frozenset[str]()
_SHOWN = {
    "person": _NOTHING,
    "institution": _NOTHING,
    "key": frozenset({"owner"}),
}  # else all that its entry commits to


def approvals_of(tx: Connection, stores: Stores, act: Act, view: AgreementView, newest: Found) -> list[Found]:
    """Return them under the newest checkpoint of the others; nothing where there is no approval, or the caller may not read it."""
    submitted, resource = submitted_of(tx, view.row.id), Resource(view.row.institution_id, Grade.COMMERCIAL)
    row = rows.application_by_id(tx, submitted.application_id) if submitted else None
    if row is None or not allowed(act.principal, Action.APPLICATION_READ, resource):
        return []
    entries = {entry.entry_id: entry for entry in _entries(tx, stores, read_view(tx, row))}
    covered = [entry for entry in entries.values() if entry.idx < newest.checkpoint.size]
    found = [_found(tx, newest, entry) for entry in sorted(covered, key=_place)[:MAX_APPROVAL_RECEIPTS]]
    return _without_erased(stores, found)


def _without_erased(stores: Stores, found: Sequence[Found]) -> list[Found]:
    """Leave out what is sealed under destroyed keys: the commitments stay, and the verifier says what it could not open."""
    keys = stores.record_keys.get_each({row.record_id for each in found for row in each.sealed})
    gone = {name for name, key in keys.items() if isinstance(key, NotFound)}
    return [replace(each, sealed=[row for row in each.sealed if row.record_id not in gone]) for each in found]


def _entries(tx: Connection, stores: Stores, application: ApplicationView) -> Iterator[EntryRow]:
    """Yield the entries of the application, of those added up with it, of its policy and rule sets, and of whoever decided."""
    log_id, own = application.log.id, _of(tx, application.log.id, KIND, application.row.id)
    yield from own
    for other in _linked(tx, stores, application):
        yield from (entry for entry in _of(tx, log_id, KIND, other) if not entry.data.count(b'"application.decided"'))
    yield from _of(tx, log_id, "institution", application.row.institution_id)[:1]  # its zone and calendar
    yield from _of(tx, log_id, "policy", application.state.policy_id)
    for rule_set in sorted(_rule_sets(own)):
        yield from _of(tx, log_id, "ruleset", rule_set)
    for row in application.decisions:
        words = _words(tx, stores, row)
        if isinstance(words, DecisionStatement):
            yield from _of_decider(tx, log_id, words)


def _words(tx: Connection, stores: Stores, row: rows.DecisionRow) -> DecisionStatement | Ruling | None:
    try:
        return said_in(tx, stores, row).words
    except NotFound:  # erased: nothing shows by which key it was signed
        return None


def _of_decider(tx: Connection, log_id: int, statement: DecisionStatement) -> Iterator[EntryRow]:
    delegations = [row for row in delegations_of(tx, statement.decider) if row.delegate_id == statement.decider]
    for person in {statement.decider, *(delegation.holder_id for delegation in delegations)}:
        yield from (entry for entry in _of(tx, log_id, "person", person) if parse_entry(entry.data).type in _STANDING)
    for delegation in delegations:
        yield from _of(tx, log_id, "delegation", delegation.id)
    yield from _of(tx, log_id, "key", statement.key_id)


def _linked(tx: Connection, stores: Stores, application: ApplicationView) -> Iterable[str]:
    try:
        fields = open_fields(stores, fields_of_entry(tx, application.state.submitted_entry))
    except NotFound:  # erased
        return []
    submission = fields["submission"].value if "submission" in fields else None
    group = submission.get("group") if isinstance(submission, dict) else None
    names = group.get("applications") if isinstance(group, dict) else None
    return [str(name) for name in names if name != application.row.id] if isinstance(names, list) else []


def _rule_sets(entries: Iterable[EntryRow]) -> set[str]:
    named = (parse_entry(entry.data).public.get("rule_set") for entry in entries)
    return {name for name in named if isinstance(name, str)}


def _of(tx: Connection, log_id: int, kind: str, subject: str) -> list[EntryRow]:
    return entries_of_subject(tx, log_id, kind, subject)


def _found(tx: Connection, newest: Found, entry: EntryRow) -> Found:
    kind, sealed = entry.subject_kind, fields_of_entry(tx, entry.entry_id)
    shown = [
        row
        for row in sealed
        if row.field in _SHOWN.get(kind, {row.field}) and row.field not in _KEPT_BACK.get(kind, frozenset())
    ]
    return replace(newest, entry=entry, sealed=shown, anchor=None)


def _place(entry: EntryRow) -> int:
    return entry.idx
