"""List the people of one's institution with their names and roles."""

from dataclasses import dataclass

from ledger.core.log.permissions import Action, Grade, Resource, require
from ledger.services.context import Act, Stores
from ledger.services.opening import open_fields
from ledger.storage.database import Connection
from ledger.storage.directory import PersonRow, grants_of, people
from ledger.storage.vault_fields import VaultRow, fields_of_entry


@dataclass(frozen=True)
class PersonLine:
    """One person; `name` is None when it was erased."""

    id: str
    name: str | None
    roles: tuple[str, ...]


def list_people(stores: Stores, act: Act, *, after: str = "", limit: int = 100) -> list[PersonLine]:
    """Return a page of people in the order of their ids; raise NotAllowed."""
    institution_id = act.principal.institution_id
    require(act.principal, Action.PERSON_READ, Resource(institution_id, Grade.PERSONAL))
    page = stores.database.read(lambda tx: _page(tx, institution_id, after, limit))
    return [_line(stores, row, sealed, roles) for row, sealed, roles in page]


def _page(
    tx: Connection, institution_id: str, after: str, limit: int
) -> list[tuple[PersonRow, list[VaultRow], tuple[str, ...]]]:
    return [
        (row, fields_of_entry(tx, row.added_entry), tuple(sorted(grant.role for grant in grants_of(tx, row.id))))
        for row in people(tx, institution_id, after=after, limit=limit)
    ]


def _line(stores: Stores, row: PersonRow, sealed: list[VaultRow], roles: tuple[str, ...]) -> PersonLine:
    opened = open_fields(stores, sealed)
    return PersonLine(row.id, str(opened["name"].value) if "name" in opened else None, roles)
