"""Let clocks act: suspend listings whose dispute nobody resolved in 30 days, expire those whose end has come (DESIGN section 7).

Promises: repeatable; what is due is computed from entries, so a worker that was down catches up. Each lapse is signed by the registry.
"""

from functools import partial

from ledger.core.blacklist.life import due
from ledger.core.blacklist.steps import WORDS
from ledger.core.log.directory import format_instant
from ledger.core.log.permissions import Action, Grade, Resource, require
from ledger.errors import LedgerError
from ledger.services.blacklist.parties import RegistryKey, sign_record
from ledger.services.blacklist.stepping import lived, record_step, registry_step
from ledger.services.context import Act, Stores
from ledger.storage.database import Connection
from ledger.storage.listing_steps import due_listings

AT_ONCE = 200  # in one turn; the next comes in seconds


def lapse_listings(stores: Stores, act: Act, key: RegistryKey) -> int:
    """Return how many listings were suspended or expired now.

    One that cannot lapse, as when its record key is gone, keeps no other from it: its refusal is raised at the end.
    """
    require(act.principal, Action.BLACKLIST_OPERATE, Resource(act.principal.institution_id, Grade.COMMERCIAL))
    lapsed, refusals = 0, list[LedgerError]()
    for listing_id in stores.database.read(lambda tx: due_listings(tx, format_instant(act.now), limit=AT_ONCE)):
        try:
            lapsed += stores.database.write(partial(_lapse, stores=stores, act=act, parts=(listing_id, key)))
        except LedgerError as error:
            refusals.append(error)
    if refusals:
        raise refusals[0]
    return lapsed


def _lapse(tx: Connection, *, stores: Stores, act: Act, parts: tuple[str, RegistryKey]) -> int:
    listing_id, key = parts
    found = lived(tx, listing_id)
    step = due(found.life, act.now)
    if step is None:
        return 0  # somebody was first
    (word,) = WORDS[step]
    taken = registry_step(found, key, step, (word, None), act.now)
    record_step(tx, stores, act, sign_record(taken, key.signer), role="registry")
    return 1
