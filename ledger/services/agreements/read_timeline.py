"""Read one agreement as its lender's staff follow it: who has done what, what happened when, by which entry (DESIGN section 9)."""

from dataclasses import dataclass

from ledger.core.agreements.ceremony import Ceremony
from ledger.core.log.entry import parse_entry
from ledger.core.log.permissions import Action
from ledger.services.agreements.reading import open_for
from ledger.services.agreements.standing import ceremony_of
from ledger.services.agreements.view import AgreementView, Particulars, load_agreement
from ledger.services.context import Act, Stores
from ledger.services.institution_name import name_of
from ledger.storage.database import Connection
from ledger.storage.log import entries_of_subject


@dataclass(frozen=True, kw_only=True)
class Event:
    """One entry of the agreement: when, what (the last word of its type), in which role."""

    at: str
    kind: str
    role: str
    entry_id: str


@dataclass(frozen=True, kw_only=True)
class Timeline:
    """The agreement, its ceremony and its entries, the oldest first; no particulars for whom they are not."""

    lender: str
    view: AgreementView
    particulars: Particulars | None
    ceremony: Ceremony
    events: tuple[Event, ...]


def read_timeline(stores: Stores, act: Act, agreement_id: str) -> Timeline:
    """Return the timeline; raise NotFound, NotAllowed."""

    def look(tx: Connection) -> tuple[AgreementView, tuple[Event, ...], str]:
        view = load_agreement(tx, act.principal, agreement_id, Action.AGREEMENT_READ)
        entries = (parse_entry(row.data) for row in entries_of_subject(tx, view.log.id, "agreement", agreement_id))
        events = tuple(
            Event(at=one.at, kind=one.type.rpartition(".")[2], role=one.actor.role, entry_id=one.id) for one in entries
        )
        return view, events, name_of(tx, view.row.institution_id)

    view, events, lender = stores.database.read(look)
    particulars = open_for(stores, act, view)
    return Timeline(lender=lender, view=view, particulars=particulars, ceremony=ceremony_of(view), events=events)
