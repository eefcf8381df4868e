"""Rows of the directory: institutions, people, roles, API keys and numbering.

Promises: each row names the entry that made it; a revocation is set once. Leaves who may do so, and names of people, to
the services and the vault. DESIGN 3 and 9.
"""

from dataclasses import dataclass

from sqlalchemy import Connection, Table, select, update
from sqlalchemy.dialects import postgresql, sqlite

from ledger.errors import Conflict
from ledger.storage.forms import Zone
from ledger.storage.rows import changed, fetch_all, find_all, find_one, insert_new, page_size, select_rows, values_of
from ledger.storage.tables import directory as table


@dataclass(frozen=True)
class InstitutionRow:
    id: str
    code: str
    numbering_rule: str
    zone: Zone
    calendar: str
    key_id: str
    public_key: str
    opened_entry: str


@dataclass(frozen=True)
class PersonRow:
    id: str
    institution_id: str
    added_entry: str


@dataclass(frozen=True)
class RoleGrantRow:
    id: str
    institution_id: str
    principal_id: str
    role: str
    granted_entry: str
    revoked_entry: str | None = None


@dataclass(frozen=True)
class ApiKeyRow:
    id: str
    institution_id: str
    principal_id: str
    prefix: str
    secret_hash: bytes
    issued_entry: str
    revoked_entry: str | None = None


def insert_institution(tx: Connection, row: InstitutionRow) -> None:
    """Open an institution; Conflict("institution.exists") when its id or code is taken."""
    _insert(tx, table.institution, row, "institution.exists")


def institution_by_id(tx: Connection, institution_id: str) -> InstitutionRow | None:
    return find_one(tx, InstitutionRow, table.institution, id=institution_id)


def institution_by_code(tx: Connection, code: str) -> InstitutionRow | None:
    return find_one(tx, InstitutionRow, table.institution, code=code)


def institutions(tx: Connection, *, after: str = "", limit: int = 100) -> list[InstitutionRow]:
    """Return a page of institutions in the order of their ids, past `after`."""
    statement = select_rows(InstitutionRow, table.institution).where(table.institution.c.id > after)
    return fetch_all(tx, InstitutionRow, statement.order_by(table.institution.c.id).limit(page_size(limit)))


def insert_person(tx: Connection, row: PersonRow) -> None:
    """Add a person; Conflict("person.exists") when the id is taken."""
    _insert(tx, table.person, row, "person.exists")


def person_by_id(tx: Connection, person_id: str) -> PersonRow | None:
    return find_one(tx, PersonRow, table.person, id=person_id)


def people(tx: Connection, institution_id: str, *, after: str = "", limit: int = 100) -> list[PersonRow]:
    """Return a page of an institution's people in the order of their ids, past `after`."""
    statement = select_rows(PersonRow, table.person).where(
        table.person.c.institution_id == institution_id, table.person.c.id > after
    )
    return fetch_all(tx, PersonRow, statement.order_by(table.person.c.id).limit(page_size(limit)))


def insert_grant(tx: Connection, row: RoleGrantRow) -> None:
    """Grant a role; Conflict("grant.exists") when the id is taken."""
    _insert(tx, table.role_grant, row, "grant.exists")


def grants_of(tx: Connection, principal_id: str) -> list[RoleGrantRow]:
    """Return the roles a principal has now, revoked ones left out."""
    grants = find_all(tx, RoleGrantRow, table.role_grant, "id", principal_id=principal_id)
    return [grant for grant in grants if grant.revoked_entry is None]


def holders_of(tx: Connection, institution_id: str, role: str) -> list[str]:
    """Return the ids of an institution's people who hold a role now, in the order of their ids."""
    grants, person = table.role_grant.c, table.person.c
    statement = select(person.id).join(table.role_grant, grants.principal_id == person.id).distinct()
    active = (grants.role == role) & grants.revoked_entry.is_(None) & (person.institution_id == institution_id)
    return list(tx.scalars(statement.where(active).order_by(person.id)))


def grants(tx: Connection, *, after: str = "", limit: int = 500) -> list[RoleGrantRow]:
    """Return a page of all grants, revoked ones too, in the order of their ids."""
    statement = select_rows(RoleGrantRow, table.role_grant).where(table.role_grant.c.id > after)
    return fetch_all(tx, RoleGrantRow, statement.order_by(table.role_grant.c.id).limit(page_size(limit)))


def revoke_grant(tx: Connection, grant_id: str, *, entry_id: str) -> None:
    """Take a role back; Conflict("grant.not-active") when there is no such grant or it was revoked before."""
    active = (table.role_grant.c.id == grant_id) & table.role_grant.c.revoked_entry.is_(None)
    if not changed(tx, update(table.role_grant).where(active).values(revoked_entry=entry_id)):
        raise Conflict("grant.not-active", "expected an active grant, got one that is missing or revoked")


def insert_api_key(tx: Connection, row: ApiKeyRow) -> None:
    """Issue an API key; Conflict("api-key.exists") when its id or prefix is taken: draw another."""
    _insert(tx, table.api_key, row, "api-key.exists")


def api_key_by_prefix(tx: Connection, prefix: str) -> ApiKeyRow | None:
    """Return the key with this prefix, revoked or not."""
    return find_one(tx, ApiKeyRow, table.api_key, prefix=prefix)


def api_key_by_id(tx: Connection, api_key_id: str) -> ApiKeyRow | None:
    return find_one(tx, ApiKeyRow, table.api_key, id=api_key_id)


def revoke_api_key(tx: Connection, api_key_id: str, *, entry_id: str) -> None:
    """Revoke an API key; Conflict("api-key.not-active") when there is no such key or it was revoked before."""
    active = (table.api_key.c.id == api_key_id) & table.api_key.c.revoked_entry.is_(None)
    if not changed(tx, update(table.api_key).where(active).values(revoked_entry=entry_id)):
        raise Conflict("api-key.not-active", "expected an active API key, got one that is missing or revoked")


def next_number(tx: Connection, institution_id: str, kind: str, period: str) -> int:
    """Return the next number of an institution's series, from 1; the transaction holds the series until it ends."""
    dialect = postgresql if tx.dialect.name == "postgresql" else sqlite
    counter = table.number_counter
    first = dialect.insert(counter).values(institution_id=institution_id, kind=kind, period=period, last=1)
    key = [counter.c.institution_id, counter.c.kind, counter.c.period]
    bump = first.on_conflict_do_update(index_elements=key, set_={"last": counter.c.last + 1})
    number: int = tx.scalars(bump.returning(counter.c.last)).one()
    return number


Row = InstitutionRow | PersonRow | RoleGrantRow | ApiKeyRow


def _insert(tx: Connection, rows: Table, row: Row, code: str) -> None:
    if not insert_new(tx, rows, values_of(row)):
        raise Conflict(code, f"expected a new {rows.name.replace('_', ' ')}, got one whose id or code is taken")
