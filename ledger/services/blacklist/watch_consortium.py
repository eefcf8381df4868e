"""See who belongs to the consortium by the contract's word, and keep it where evaluators read it.

Promises: repeatable; only final blocks are believed; while the chain does not answer, what was seen last stays.
"""

from datetime import datetime

from ledger.chain import consortium
from ledger.chain.client import ChainClient
from ledger.core.blacklist.consortium import Seen, next_seen
from ledger.core.log.directory import format_instant
from ledger.errors import Unavailable
from ledger.services.blacklist.known import seen_members
from ledger.services.context import Stores
from ledger.storage.consortium import ConsortiumRow, SeenRow, consortium_of_installation, insert_seen, newest_seen
from ledger.storage.database import Connection
from signing.canonical import encode


def watch_consortium(stores: Stores, client: ChainClient, now: datetime) -> Seen | None:
    """Return the members as they are seen now; None where this installation has no consortium, or its blocks are not final yet."""
    row, before, known = stores.database.read(_known)
    if row is None:
        return None
    try:
        changes = consortium.changes(client, row.consortium, block="finalized")
    except Unavailable as error:
        if error.code != "chain.bad-answer":  # no such contract yet at that block
            raise
        return None
    if before is not None and before.changes >= changes:
        return known
    seen = next_seen(known, consortium.members(client, row.consortium, block="finalized"))
    fresh = SeenRow(changes, encode(seen.to_json()).decode(), format_instant(now))
    stores.database.write(lambda tx: insert_seen(tx, fresh))
    return seen


def _known(tx: Connection) -> tuple[ConsortiumRow | None, SeenRow | None, Seen | None]:
    return consortium_of_installation(tx), newest_seen(tx), seen_members(tx)
