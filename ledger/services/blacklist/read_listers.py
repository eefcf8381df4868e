"""Read how each member's disputed listings ended, and what that leaves of its daily quota: from the steps on record alone."""

from dataclasses import dataclass

from ledger.core.blacklist.life import Standing, standing_of
from ledger.core.log.directory import format_instant
from ledger.core.log.permissions import Action, Grade, Resource, require
from ledger.services.blacklist.stepping import read_step
from ledger.services.context import Act, Stores
from ledger.storage.blacklist import members
from ledger.storage.database import Connection
from ledger.storage.listing_steps import judgements_about, listed_since


@dataclass(frozen=True)
class Lister:
    """A member as a lister: its standing, how many subjects it may list today, how many it has."""

    institution: str
    standing: Standing
    quota: int
    listed_today: int


def read_listers(stores: Stores, act: Act) -> list[Lister]:
    """Return all members in the order of their ids; raise NotAllowed."""
    require(act.principal, Action.BLACKLIST_READ, Resource(act.principal.institution_id, Grade.COMMERCIAL))
    day = format_instant(act.now.replace(hour=0, minute=0, second=0, microsecond=0))
    return stores.database.read(lambda tx: _listers(tx, day))


def _listers(tx: Connection, day: str) -> list[Lister]:
    found = []
    for member in sorted(members(tx), key=lambda one: one.institution_id):
        name = member.institution_id
        standing = standing_of(read_step(row.record) for row in judgements_about(tx, name))
        found.append(Lister(name, standing, standing.quota(member.quota), listed_since(tx, name, day)))
    return found
