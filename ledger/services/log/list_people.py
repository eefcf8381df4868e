"""List the people of one's institution with their names, roles, departments and mail addresses."""

from dataclasses import dataclass, replace

from ledger.core.log.permissions import Action, Grade, Resource, require
from ledger.services.context import Act, Stores
from ledger.services.log.addresses import opened_address, sealed_address
from ledger.services.opening import open_fields
from ledger.storage.database import Connection
from ledger.storage.departments import departments_of
from ledger.storage.directory import PersonRow, grants_of, people
from ledger.storage.outbox import DEAD, SENT
from ledger.storage.staff_notices import staff_notices_of
from ledger.storage.vault_fields import VaultRow, fields_of_entry


@dataclass(frozen=True)
class PersonLine:
    """One person; `name` is None when it was erased."""

    id: str
    name: str | None
    roles: tuple[str, ...]
    departments: tuple[str, ...] = ()
    email: str | None = None
    is_unreached: bool = False  # the newest mail that was to go there is a dead letter


def list_people(stores: Stores, act: Act, *, after: str = "", limit: int = 100) -> list[PersonLine]:
    """Return a page of people in the order of their ids; raise NotAllowed."""
    institution_id = act.principal.institution_id
    require(act.principal, Action.PERSON_READ, Resource(institution_id, Grade.PERSONAL))
    page = stores.database.read(lambda tx: _page(tx, institution_id, after, limit))
    return [
        replace(_line(stores, person, sealed), email=opened_address(stores, reach)) for person, sealed, reach in page
    ]


def _page(
    tx: Connection, institution_id: str, after: str, limit: int
) -> list[tuple[PersonLine, list[VaultRow], list[VaultRow]]]:
    rows = people(tx, institution_id, after=after, limit=limit)
    return [(_unnamed(tx, row), fields_of_entry(tx, row.added_entry), sealed_address(tx, row.id)) for row in rows]


def _unnamed(tx: Connection, row: PersonRow) -> PersonLine:
    roles = tuple(sorted(grant.role for grant in grants_of(tx, row.id)))
    departments = tuple(sorted(one.department for one in departments_of(tx, row.id)))
    settled = [notice.status for notice in staff_notices_of(tx, row.id) if notice.status in {SENT, DEAD}]
    return PersonLine(row.id, None, roles, departments, is_unreached=settled[-1:] == [DEAD])


def _line(stores: Stores, person: PersonLine, sealed: list[VaultRow]) -> PersonLine:
    opened = open_fields(stores, sealed)
    return replace(person, name=str(opened["name"].value)) if "name" in opened else person
