"""The names of colleagues by their ids, for the pages that their colleagues read: who is signed in, who decided how often."""

from collections.abc import Iterable

from ledger.services.colleagues import names_of
from ledger.services.context import Act, Stores


def list_names(stores: Stores, act: Act, people: Iterable[str]) -> dict[str, str]:
    """Return the names of these people of the principal's own institution; nobody else's."""
    return stores.database.read(lambda tx: names_of(tx, stores, act.principal.institution_id, people))
