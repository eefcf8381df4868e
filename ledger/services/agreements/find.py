"""Find agreements of one's own institution: all, newest first, or those with a number, a file or a party's name."""

from dataclasses import dataclass

from ledger.core.log.permissions import Action, Grade, Resource, require
from ledger.errors import InvalidInput
from ledger.services.context import Act, Stores
from ledger.services.searching import Searched, note_search
from ledger.storage import agreements as rows
from ledger.storage.blind_index import blind
from ledger.storage.blind_indexes import find_blind
from ledger.storage.database import Connection

SEARCHABLE = ("number", "document", "name")


@dataclass(frozen=True, kw_only=True)
class Search:
    """At most one search term, and a page: `before` is the id after which an earlier page ended."""

    kind: str | None = None
    value: str = ""
    before: str | None = None
    limit: int = 50


@dataclass(frozen=True)
class Found:
    """One line of a list."""

    row: rows.AgreementRow
    state: str


def find(stores: Stores, act: Act, search: Search) -> list[Found]:
    """Return a page of agreements; a search by a person's name is noted in the access log. Raises NotAllowed, InvalidInput("search.kind")."""
    if search.kind is not None and search.kind not in SEARCHABLE:
        raise InvalidInput("search.kind", f"expected one of {', '.join(SEARCHABLE)}", field="kind")
    grade = Grade.PERSONAL if search.kind == "name" else Grade.COMMERCIAL
    require(act.principal, Action.AGREEMENT_READ, Resource(act.principal.institution_id, grade))
    digest = None if search.kind is None else blind(stores.index_key, search.kind, search.value)
    found = stores.database.read(lambda tx: _page(tx, act.principal.institution_id, search, digest))
    if search.kind == "name" and digest is not None:
        told = Searched(among="agreement", by=search.kind, digest=digest, hits=len(found))
        stores.database.write(lambda tx: note_search(tx, stores, act, told))
    return found


def _page(tx: Connection, institution_id: str, search: Search, digest: bytes | None) -> list[Found]:
    if search.kind is None or digest is None:
        page = rows.agreements(
            tx, institution_id, limit=search.limit, **({"before": search.before} if search.before else {})
        )
    else:
        hits = find_blind(tx, institution_id, search.kind, digest, limit=search.limit)
        found = (rows.agreement_by_id(tx, hit.subject_id) for hit in hits if hit.subject_kind == "agreement")
        page = [row for row in found if row is not None and row.institution_id == institution_id]
    states = ((row, rows.state_of(tx, row.id)) for row in page)
    return [Found(row, state.state) for row, state in states if state is not None]
