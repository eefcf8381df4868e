"""A new version of an application: its row, and the state that it starts in."""

from ledger.core.applications.application import Application
from ledger.core.log.directory import format_instant
from ledger.services.applications.view import ApplicationView
from ledger.services.context import Act
from ledger.storage import applications as rows
from ledger.storage.database import Connection


def started_anew(new: Application, *, due_on: str = "") -> dict[str, str | int]:
    """Return the columns of a state whose application has a new version: on no path until it is submitted."""
    return {"version": new.version, "step": 0, "waiting_for": "", "due_on": due_on, "policy_id": "", "path": ""}


def insert_version(tx: Connection, act: Act, view: ApplicationView, new: Application, entry_id: str) -> None:
    """Store a new version; raise Conflict("application.moved-on")."""
    at = format_instant(act.now)
    rows.insert_version(tx, rows.VersionRow(view.row.id, new.version, new.sha256(), act.principal.id, entry_id, at))
