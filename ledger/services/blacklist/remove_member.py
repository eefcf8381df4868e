"""End an institution's membership at this registry: from now on it may not sync, check, list or take a step.

What it listed stays until it expires, or until a dispute that nobody resolves suspends it.
"""

from ledger.core.log.permissions import Action, Grade, Resource, require
from ledger.errors import NotFound
from ledger.services.blacklist.admit_member import SUBJECT_KIND
from ledger.services.blacklist.parties import RegistryKey, house_key
from ledger.services.context import Act, Stores, Written
from ledger.services.log.institution_key import directory_log
from ledger.services.recording import Event, RecordKey, record
from ledger.storage.blacklist import end_membership, member_of
from ledger.storage.database import Connection


def remove_member(stores: Stores, act: Act, institution: str, key: RegistryKey) -> Written:
    """Record the end of the membership; raise NotAllowed, NotFound("member.unknown")."""
    require(act.principal, Action.BLACKLIST_OPERATE, Resource(act.principal.institution_id, Grade.COMMERCIAL))
    house = house_key(stores, f"member-{institution}")
    return stores.database.write(lambda tx: _write(tx, stores, act, (institution, key, house)))


def _write(tx: Connection, stores: Stores, act: Act, parts: tuple[str, RegistryKey, RecordKey]) -> Written:
    institution, key, house = parts
    member = member_of(tx, institution)
    if member is None:
        raise NotFound("member.unknown", "this institution is no member here: `tally registry show` lists them")
    event = Event(
        type="blacklist.member-left",
        log=directory_log(tx, key.institution_id),
        subject_kind=SUBJECT_KIND,
        subject_id=institution,
        role="operator",
        record=house,
    )
    recorded = record(tx, stores, act, event)
    end_membership(tx, member.entry_id, recorded.entry_id)
    return recorded.written(institution)
