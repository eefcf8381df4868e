"""The other applications that count together with one: found by their people under keyed hashes, added up in core."""

from datetime import datetime, timedelta

from ledger.core.applications.application import Application
from ledger.core.applications.groups import Group, Line, group_of
from ledger.core.applications.states import NOT_COUNTED
from ledger.core.log.directory import format_instant
from ledger.core.log.entry import parse_entry
from ledger.errors import VerificationFailed
from ledger.services.applications.view import open_content, read_view
from ledger.services.context import Stores
from ledger.storage import applications as rows
from ledger.storage.blind_index import blind
from ledger.storage.database import Connection
from ledger.storage.log import entry_by_id, pending_by_id


def find_group(tx: Connection, stores: Stores, own: Line, institution_id: str, *, days: int) -> Group:
    """Return the group of an application, looking up the applications of its people, and of theirs, as far as the links go.

    What was handed in within these days changed within them: nothing older is opened, however many loans somebody stands behind.
    """
    since = format_instant(own.submitted_at - timedelta(days=days))
    known: dict[str, Line] = {}
    people, asked = set(own.applicants), set[str]()
    while new := people - asked:
        asked |= new
        for application_id in _with_people(tx, stores, institution_id, new, since) - known.keys() - {own.application}:
            line = _line(tx, stores, application_id)
            if line is not None:
                known[application_id] = line
                people |= line.applicants
    return group_of(own, list(known.values()), days=days)


def line_of(application_id: str, content: Application, submitted_at: datetime) -> Line:
    """Return an application as the adding-up sees it."""
    return Line(
        application=application_id,
        applicants=frozenset(applicant.id for applicant in content.applicants),
        currency=content.currency,
        amount=content.amount,
        submitted_at=submitted_at,
    )


def _with_people(tx: Connection, stores: Stores, institution_id: str, people: set[str], since: str) -> set[str]:
    terms = (("applicant", blind(stores.index_key, "applicant", person)) for person in sorted(people))
    states = (rows.changed_under(tx, institution_id, term, since) for term in terms)
    return {state.application_id for found in states for state in found if state.state not in NOT_COUNTED}


def _line(tx: Connection, stores: Stores, application_id: str) -> Line | None:
    row = rows.application_by_id(tx, application_id)
    if row is None:
        return None
    view = read_view(tx, row)
    if view.state.state in NOT_COUNTED:
        return None
    return line_of(application_id, open_content(stores, view), _submitted_at(tx, view.state.submitted_entry))


def _submitted_at(tx: Connection, entry_id: str) -> datetime:
    """Return when an application was handed in last: a draft made long before does not count by its own day."""
    found = entry_by_id(tx, entry_id) or pending_by_id(tx, entry_id)
    if found is None:
        raise VerificationFailed(
            "application.rows-missing", "rows of this application are missing; the operator should run `tally audit`"
        )
    return datetime.fromisoformat(parse_entry(found.data).at)
