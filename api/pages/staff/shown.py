"""What a contract's staff page shows, as values: parties with their steps, events, messages, and which actions make sense now."""

from collections.abc import Sequence
from dataclasses import dataclass

from api.pages.customer.terms_card import Words
from api.pages.staff.times import when
from api.pages.words import TEXTS
from ledger.core.agreements.ceremony import Step
from ledger.core.agreements.states import OPEN_FOR_SIGNATURE, State
from ledger.core.log.permissions import Principal, Role
from ledger.services.agreements.list_notices import NoticeLine
from ledger.services.agreements.read_timeline import Timeline


@dataclass(frozen=True, kw_only=True)
class PartyShown:
    """One party; the name is missing for whom it is not."""

    id: str
    name: str
    role: str
    order: int
    done: tuple[str, ...]
    has_key: bool
    signed_at: str | None
    is_open: bool


@dataclass(frozen=True)
class EventShown:
    at: str
    kind: str
    by: str
    entry: str


@dataclass(frozen=True)
class NoticeShown:
    kind: str
    name: str
    at: str
    status: str


def parties_shown(timeline: Timeline) -> tuple[PartyShown, ...]:
    """Return the parties as they are now, in the order of signing."""
    view = timeline.view
    names = {one.id: one.name for one in timeline.particulars.signers} if timeline.particulars else {}
    signed = {row.signer_id: row.signed_at for row in view.signatures}
    rows = {row.signer_id: row for row in view.signers}
    shown = [
        PartyShown(
            id=seat.signer_id,
            name=names.get(seat.signer_id, "–"),
            role=rows[seat.signer_id].role,
            order=seat.order,
            done=tuple(step.value for step in Step if step in seat.done),
            has_key=bool(rows[seat.signer_id].key_id),
            signed_at=when(signed[seat.signer_id]) if seat.signer_id in signed else None,
            is_open=view.state in OPEN_FOR_SIGNATURE and seat.signer_id not in signed,
        )
        for seat in timeline.ceremony.active
        if seat.signer_id in rows
    ]
    return tuple(sorted(shown, key=lambda one: one.order))


def events_shown(timeline: Timeline, w: Words) -> tuple[EventShown, ...]:
    """Return what happened, the newest first."""
    return tuple(
        EventShown(
            when(one.at), one.kind if f"event.{one.kind}" in TEXTS else "other", _role(one.role, w), one.entry_id
        )
        for one in reversed(timeline.events)
    )


def notices_shown(lines: Sequence[NoticeLine], people: Sequence[PartyShown]) -> tuple[NoticeShown, ...]:
    """Return what became of the messages, the newest first."""
    names = {one.id: one.name for one in people}
    return tuple(
        NoticeShown(line.row.kind, names.get(line.row.signer_id, "–"), when(line.row.made_at), line.row.status)
        for line in reversed(lines)
    )


def actions_of(timeline: Timeline, principal: Principal) -> frozenset[str]:
    """Return which actions the page offers; the services decide again."""
    if Role.OFFICER not in principal.roles:
        return frozenset()
    state = timeline.view.state
    if state is State.DRAFT:
        return frozenset({"submit", "send", "void", "replace"})
    if state is State.APPROVING:
        return frozenset({"send", "void", "replace"})
    return frozenset({"remind", "void", "replace"}) if state in OPEN_FOR_SIGNATURE else frozenset()


def _role(role: str, w: Words) -> str:
    return w(f"role.{role}") if f"role.{role}" in TEXTS else role
