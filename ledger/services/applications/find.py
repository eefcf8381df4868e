"""Find applications of one's own institution: all, newest first, or those of a number, a name, a phone or an identity document."""

from dataclasses import dataclass
from datetime import date
from functools import partial

from ledger.core.applications.grades import Purpose, purpose_of
from ledger.core.blacklist.identifiers import parse_identifier
from ledger.core.log.permissions import Action, Grade, Resource, require
from ledger.errors import InvalidInput
from ledger.services.applications.seeing import seen_grade
from ledger.services.applications.view import KIND, read_view
from ledger.services.context import Act, Stores
from ledger.services.searching import Searched, note_search
from ledger.storage import applications as rows
from ledger.storage.blind_index import blind
from ledger.storage.database import Connection

LOOKED_AT, LOOKED_AT_ONCE = 1_000, 100  # of a common name the newest thousand, before and beside the reader's own
SEARCHABLE = ("number", "name", "phone", "identity")


@dataclass(frozen=True, kw_only=True)
class Search:
    """At most one search term ("identity" as kind:value, such as cn-id:…), and a page."""

    kind: str | None = None
    value: str = ""
    before: str | None = None
    limit: int = 50
    purpose: Purpose | None = None  # why a person is looked for; the usual one of the reader's roles by default


@dataclass(frozen=True)
class Found:
    """One line of a list."""

    row: rows.ApplicationRow
    state: rows.StateRow


def find(stores: Stores, act: Act, search: Search) -> list[Found]:
    """Return a page of applications; a search for a person finds those whose people the reader may know, and is noted in the access log.

    Raises NotAllowed (also "permission.purpose"), InvalidInput("search.kind" | "identifier.…").
    """
    if search.kind is not None and search.kind not in SEARCHABLE:
        raise InvalidInput("search.kind", f"expected one of {', '.join(SEARCHABLE)}", field="search")
    is_personal = search.kind not in {None, "number"}
    grade = Grade.PERSONAL if is_personal else Grade.COMMERCIAL
    require(act.principal, Action.APPLICATION_READ, Resource(act.principal.institution_id, grade))
    purpose = purpose_of(act.principal, search.purpose) if is_personal else None
    value = _normalised(search, act.now.date())
    digest = None if search.kind is None else blind(stores.index_key, search.kind, value)
    found = stores.database.read(lambda tx: _page(tx, act, search, digest))
    if purpose is not None and digest is not None:
        told = Searched(among=KIND, by=str(search.kind), digest=digest, hits=len(found), purpose=purpose)
        stores.database.write(lambda tx: note_search(tx, stores, act, told))
    return found


def _is_for(tx: Connection, act: Act, search: Search, row: rows.ApplicationRow) -> bool:
    return search.kind == "number" or seen_grade(tx, act, read_view(tx, row)) is Grade.PERSONAL


def _normalised(search: Search, today: date) -> str:
    if search.kind == "phone":
        return parse_identifier("phone", search.value, today).value
    if search.kind == "identity":
        kind, _, value = search.value.partition(":")
        return f"{kind}:{parse_identifier(kind, value, today).value}"
    return search.value


def _page(tx: Connection, act: Act, search: Search, digest: bytes | None) -> list[Found]:
    found = (_known if search.kind is None or digest is None else partial(_under, digest=digest))(tx, act, search)
    states = ((row, rows.state_of(tx, row.id)) for row in found)
    return [Found(row, state) for row, state in states if state is not None]


def _known(tx: Connection, act: Act, search: Search) -> list[rows.ApplicationRow]:
    return rows.applications(tx, act.principal.institution_id, limit=search.limit, before=search.before or rows.END)


def _under(tx: Connection, act: Act, search: Search, *, digest: bytes) -> list[rows.ApplicationRow]:
    """Return the newest that the reader may know of: those of others with the same name take no place in the page."""
    found: list[rows.ApplicationRow] = []
    before, term = search.before or rows.END, (str(search.kind), digest)
    for _ in range(0, LOOKED_AT, LOOKED_AT_ONCE):
        page = rows.applications_under(tx, act.principal.institution_id, term, (before, LOOKED_AT_ONCE))
        found += [row for row in page if _is_for(tx, act, search, row)]
        if len(page) < LOOKED_AT_ONCE or len(found) >= search.limit:
            break
        before = page[-1].id
    return found[: search.limit]
