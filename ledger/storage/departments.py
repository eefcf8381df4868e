"""Rows of departments: who belongs to which. Promises: each row names the entry that made it, and is left once. DESIGN 6."""

from dataclasses import dataclass

from sqlalchemy import Connection, update

from ledger.errors import Conflict
from ledger.storage.rows import changed, find_all, insert_new, values_of
from ledger.storage.tables import directory as table


@dataclass(frozen=True)
class DepartmentRow:
    id: str
    institution_id: str
    principal_id: str
    department: str
    joined_entry: str
    left_entry: str | None = None


def insert_member(tx: Connection, row: DepartmentRow) -> None:
    insert_new(tx, table.department_member, values_of(row))


def departments_of(tx: Connection, principal_id: str) -> list[DepartmentRow]:
    """Return the departments that a person belongs to now."""
    rows = find_all(tx, DepartmentRow, table.department_member, "id", principal_id=principal_id)
    return [row for row in rows if row.left_entry is None]


def leave_department(tx: Connection, member_id: str, *, entry_id: str) -> None:
    """Note that somebody left; Conflict("department.not-member") when they had before."""
    active = (table.department_member.c.id == member_id) & table.department_member.c.left_entry.is_(None)
    if not changed(tx, update(table.department_member).where(active).values(left_entry=entry_id)):
        raise Conflict("department.not-member", "this person does not belong to this department")
