"""Whom an entry concerns: which parties are told what when something happened to an agreement (DESIGN section 9).

Promises: only those whose turn it is are invited, each once; whoever was never invited is not told of the end either.
Leaves to others: the words (notice_text) and the sending.
"""

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from ledger.core.agreements.ceremony import Ceremony
from ledger.core.agreements.notice_text import Notice
from ledger.core.agreements.states import OPEN_FOR_SIGNATURE

TURN = "turn"  # the cause of a first invitation, so that it is sent once, whichever entry made it somebody's turn

_MAKES_A_TURN = frozenset({"agreement.sent", "agreement.signed", "agreement.signer-replaced"})
_ENDS: Mapping[str, Notice] = {
    "agreement.declined": Notice.DECLINED,
    "agreement.expired": Notice.EXPIRED,
    "agreement.voided": Notice.VOIDED,
}


# What one person did, or what was done for them: told to that person, who alone knows whether it was they.
_STEPS: Mapping[str, Notice] = {
    "agreement.viewed": Notice.OPENED,
    "agreement.consented": Notice.CONSENTED,
    "agreement.signed": Notice.SIGNED,
    "agreement.authority-attached": Notice.AUTHORITY,
}
_COPIES: Mapping[str, Notice] = {
    "agreement.sealed": Notice.COMPLETE,
    "agreement.seal-renewed": Notice.RENEWED,
}


@dataclass(frozen=True)
class Concerned:
    """An entry, and the party whose step it is; none where it is about the agreement as a whole."""

    type: str
    id: str
    signer_id: str = ""


@dataclass(frozen=True)
class Plan:
    """One notice to be sent."""

    signer_id: str
    kind: Notice
    cause: str


def plan_notices(
    entry: Concerned, ceremony: Ceremony, *, reachable: AbstractSet[str], invited: AbstractSet[str]
) -> Iterator[Plan]:
    """Yield what follows from one entry; `ceremony` is the agreement as it stands now, perhaps further on already."""
    entry_type, entry_id = entry.type, entry.id
    if entry_type in _STEPS and entry.signer_id in reachable:
        yield Plan(entry.signer_id, _STEPS[entry_type], entry_id)
    if entry_type in _MAKES_A_TURN and ceremony.state in OPEN_FOR_SIGNATURE:
        yield from (Plan(who, Notice.INVITATION, TURN) for who in sorted(ceremony.turn & reachable))
    if entry_type == "agreement.signer-replaced":
        gone = {seat.signer_id for seat in ceremony.seats if seat.is_replaced}
        yield from (Plan(who, Notice.REPLACED, who) for who in sorted(gone & reachable & invited))
    active = {seat.signer_id for seat in ceremony.active}
    if entry_type in _ENDS:
        yield from (Plan(who, _ENDS[entry_type], entry_id) for who in sorted(active & reachable & invited))
    if entry_type == "agreement.signed" and ceremony.state in OPEN_FOR_SIGNATURE:
        others = (active & reachable & invited) - {entry.signer_id}
        yield from (Plan(who, Notice.PROGRESS, entry_id) for who in sorted(others))
    if entry_type in _COPIES:
        yield from (Plan(who, _COPIES[entry_type], entry_id) for who in sorted(active & reachable))
