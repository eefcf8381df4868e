"""See what became of the messages of one agreement: sent, waiting, dead letters."""

from dataclasses import dataclass

from ledger.core.log.permissions import Action
from ledger.services.agreements.view import load_agreement
from ledger.services.context import Act, Stores
from ledger.storage.database import Connection
from ledger.storage.notices import NoticeRow, notices_of


@dataclass(frozen=True)
class NoticeLine:
    """One message's fate; its address and words are not part of it."""

    row: NoticeRow


def list_notices(stores: Stores, act: Act, agreement_id: str) -> list[NoticeLine]:
    """Return the notices of an agreement, the oldest first; raise NotFound, NotAllowed."""

    def look(tx: Connection) -> list[NoticeLine]:
        load_agreement(tx, act.principal, agreement_id, Action.AGREEMENT_SEND)
        return [NoticeLine(row) for row in notices_of(tx, agreement_id)]

    return stores.database.read(look)
