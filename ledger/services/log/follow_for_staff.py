"""Follow a log and tell staff what waits for them by now: to sign, to withdraw as a second, to decide, to name a committee (DESIGN 5, 6).

Promises: each entry is followed once, in order, whoever wrote it; who is told is who finds it in their queue. What is told of is what
stands now, so an old log brings no old news. Leaves to others: papers to check (submit_identity tells of them), and the sending.
"""

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from contextlib import suppress

from ledger.core.agreements.parties import SignerRole
from ledger.core.agreements.states import OPEN_FOR_SIGNATURE
from ledger.core.applications.policy import Step, StepKind
from ledger.core.log.permissions import TABLE, Action, Role
from ledger.core.log.staff_news import News
from ledger.errors import NotFound, VerificationFailed
from ledger.services.agreements.standing import ceremony_of
from ledger.services.agreements.view import view_of
from ledger.services.applications.policies import policy_of
from ledger.services.context import Act, Stores
from ledger.services.staff_news import Waiting, tell_staff
from ledger.storage import applications as application_rows
from ledger.storage.agreements import SignerRow
from ledger.storage.ceremony import void_proposals_of
from ledger.storage.database import Connection
from ledger.storage.departments import departments_of
from ledger.storage.directory import institution_by_id
from ledger.storage.enrolled_keys import key_by_id
from ledger.storage.evidence import escalations_of
from ledger.storage.log import EntryRow, entries_between
from ledger.storage.log import size as log_size
from ledger.storage.logs import LogRow
from ledger.storage.notices import move_cursor, read_cursor
from ledger.storage.person_addresses import has_addresses, holders_of
from ledger.storage.policies import delegates_of
from signing.canonical import decode

READER = "staff"
BATCH = 200  # entries per turn: one transaction


def follow_for_staff(stores: Stores, act: Act, log: LogRow) -> int:
    """Follow up to BATCH entries of a log and return how many; 0 when there is nothing new, or another worker was first.

    Where nobody gave an address there is nobody to tell, and what is there is passed over at once.
    """
    start, rows = stores.database.read(lambda tx: _next(tx, log))
    if not rows:
        return 0
    if not stores.database.read(lambda tx: has_addresses(tx, log.institution_id)):
        stores.database.write(lambda tx: move_cursor(tx, READER, log.id, seen=start, next_index=log_size(tx, log.id)))
        return 0
    return stores.database.write(lambda tx: _follow(tx, act, log, start, rows))


def _next(tx: Connection, log: LogRow) -> tuple[int, list[EntryRow]]:
    start = read_cursor(tx, READER, log.id)
    return start, list(entries_between(tx, log.id, start, min(log_size(tx, log.id), start + BATCH)))


def _follow(tx: Connection, act: Act, log: LogRow, start: int, rows: list[EntryRow]) -> int:
    if not move_cursor(tx, READER, log.id, seen=start, next_index=start + len(rows)):
        return 0
    for kind, subject_id in sorted({(row.subject_kind, row.subject_id) for row in rows if row.subject_kind in _TELL}):
        with suppress(
            NotFound, VerificationFailed
        ):  # rows are gone: the audit says so, and others are told all the same
            _TELL[kind](tx, act, subject_id)
    return len(rows)


def _agreement(tx: Connection, act: Act, agreement_id: str) -> None:
    view = view_of(tx, agreement_id)
    if view.state not in OPEN_FOR_SIGNATURE:
        return
    turn, institution_id = ceremony_of(view).turn, view.row.institution_id
    if proposals := void_proposals_of(tx, agreement_id):
        what = Waiting(
            news=News.VOID, institution_id=institution_id, subject_id=agreement_id, cause=proposals[0].entry_id
        )
        others = holders_of(tx, institution_id, [*TABLE[Action.AGREEMENT_VOID]]) - {
            row.proposer_id for row in proposals
        }
        tell_staff(tx, act, what, others)
    for row in view.signers:
        if row.role == SignerRole.LENDER and row.signer_id in turn:
            what = Waiting(
                news=News.COUNTERSIGN, institution_id=institution_id, subject_id=agreement_id, cause=row.signer_id
            )
            tell_staff(tx, act, what, _countersigners(tx, institution_id, row))


def _countersigners(tx: Connection, institution_id: str, row: SignerRow) -> AbstractSet[str]:
    """Return who can sign for the lender: the officer whose passkey is named, any officer for the organisation's key."""
    officers = holders_of(tx, institution_id, [Role.OFFICER])
    institution, key = institution_by_id(tx, institution_id), key_by_id(tx, institution_id, row.key_id)
    if institution is not None and row.key_id == institution.key_id:
        return officers
    return officers & {key.owner_id} if key is not None else frozenset()


def _application(tx: Connection, act: Act, application_id: str) -> None:
    row, state = (
        application_rows.application_by_id(tx, application_id),
        application_rows.state_of(tx, application_id),
    )
    if row is None or state is None or not state.waiting_for:
        return
    step = policy_of(tx, state.policy_id)[1].paths[state.path].steps[state.step]
    taken = (
        one.decider_id for one in application_rows.decisions_of(tx, application_id) if one.version == state.version
    )
    elsewhere = {row.author_id, *taken}  # whoever entered it or had a part in it does not decide it
    institution_id, place = row.institution_id, f"{application_id}.{state.version}.{state.step}"

    def tell(news: News, people: AbstractSet[str], cause: str) -> None:
        what = Waiting(news=news, institution_id=institution_id, subject_id=application_id, cause=cause)
        tell_staff(tx, act, what, people - elsewhere)

    if step.kind is StepKind.COMMITTEE:
        members = _members(tx, application_id, state.version)
        if members is None:
            tell(News.SITTING, holders_of(tx, institution_id, [*TABLE[Action.SITTING_NAME]]), place)
        else:
            tell(News.DECISION, members, place)
        return
    tell(News.DECISION, _deciders(tx, act, institution_id, state.waiting_for, step), place)
    for raised in escalations_of(tx, application_id):
        if (raised.version, raised.step) == (state.version, state.step):
            people = _deciders(tx, act, institution_id, raised.role, None)
            tell(News.DECISION, people, f"{place}.{raised.role}")


def _members(tx: Connection, application_id: str, version: int) -> AbstractSet[str] | None:
    """Return the committee named for this version; None before one was named."""
    named = [row for row in application_rows.sittings_of(tx, application_id) if row.version == version]
    members = decode(named[-1].members.encode()) if named else None
    return {str(one) for one in members} if isinstance(members, list) else None


def _deciders(tx: Connection, act: Act, institution_id: str, role: str, step: Step | None) -> AbstractSet[str]:
    """Return who decides in a role now: its holders, in the departments that the step asks for, and to whom they delegated it."""
    wanted = set(step.departments) if step else set()
    holders = {
        one
        for one in holders_of(tx, institution_id, [role])
        if not wanted or wanted & {row.department for row in departments_of(tx, one)}
    }
    at = act.now.isoformat()
    delegates = {row.delegate_id for one in holders for row in delegates_of(tx, one, role) if row.until > at}
    return holders | delegates


_TELL: Mapping[str, Callable[[Connection, Act, str], None]] = {"agreement": _agreement, "application": _application}
