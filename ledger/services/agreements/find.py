"""Find agreements of one's own institution, newest first: all, those in one state, those with a number, a file or a party's name."""

from dataclasses import dataclass

from ledger.core.agreements.states import State
from ledger.core.log.permissions import Action, Grade, Resource, require
from ledger.errors import InvalidInput
from ledger.services.context import Act, Stores
from ledger.services.searching import Searched, note_search
from ledger.storage import agreements as rows
from ledger.storage.blind_index import blind

SEARCHABLE = ("number", "document", "name")


@dataclass(frozen=True, kw_only=True)
class Search:
    """At most one search term, a state, and a page: `before` is the id after which an earlier page ended."""

    kind: str | None = None
    value: str = ""
    state: State | None = None
    before: str | None = None
    limit: int = 50


def find(stores: Stores, act: Act, search: Search) -> list[rows.ListedRow]:
    """Return a page of agreements; a search by a person's name is noted in the access log. Raises NotAllowed, InvalidInput("search.kind")."""
    if search.kind is not None and search.kind not in SEARCHABLE:
        raise InvalidInput("search.kind", f"expected one of {', '.join(SEARCHABLE)}", field="kind")
    grade = Grade.PERSONAL if search.kind == "name" else Grade.COMMERCIAL
    require(act.principal, Action.AGREEMENT_READ, Resource(act.principal.institution_id, grade))
    digest = None if search.kind is None else blind(stores.index_key, search.kind, search.value)
    wanted = rows.Wanted(
        state=search.state,
        term=None if search.kind is None or digest is None else (search.kind, digest),
        before=search.before or rows.END,
        limit=search.limit,
    )
    found = stores.database.read(lambda tx: rows.agreements(tx, act.principal.institution_id, wanted))
    if search.kind == "name" and digest is not None:
        told = Searched(among="agreement", by=search.kind, digest=digest, hits=len(found))
        stores.database.write(lambda tx: note_search(tx, stores, act, told))
    return found
