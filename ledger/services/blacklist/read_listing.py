"""Read where a listing stands: its state, its steps, the entry that the next step must have seen. Open to members only.

Promises: what is said of the subject stays sealed: reason and evidence are not in it. Asking tells the registry which listing one is
concerned with, which a step tells it anyway.
"""

from ledger.core.log.permissions import Action, Grade, Resource, require
from ledger.services.blacklist.stepping import Lived, lived
from ledger.services.context import Act, Stores


def read_listing(stores: Stores, act: Act, listing_id: str) -> Lived:
    """Return the listing with its life; raise NotAllowed, NotFound("listing.unknown")."""
    require(act.principal, Action.BLACKLIST_READ, Resource(act.principal.institution_id, Grade.COMMERCIAL))
    return stores.database.read(lambda tx: lived(tx, listing_id))
