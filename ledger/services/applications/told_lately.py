"""What became of mails to the applicants of one application, for the staff who wait for an answer."""

from collections.abc import Mapping
from dataclasses import dataclass

from ledger.core.applications.states import WITH_APPLICANT
from ledger.core.log.entry import read_trusted_entry
from ledger.core.log.permissions import Action, Grade, Resource, allowed
from ledger.services.applications.people import reachable
from ledger.services.applications.view import KIND, load_application
from ledger.services.context import Act, Stores
from ledger.services.opening import open_fields
from ledger.storage.applicant_notices import ApplicantNoticeRow, applicant_notices_of
from ledger.storage.database import Connection
from ledger.storage.log import entries_of_subject, waiting_of_subject
from ledger.storage.outbox import WAITING
from ledger.storage.vault_fields import fields_of_entry
from signing.canonical import Json


@dataclass(frozen=True)
class ToldLately:
    """Whether the applicant waits to be told by the reader, whether mail can reach them, and the mails and tellings so far."""

    can_mail: bool
    mails: tuple[ApplicantNoticeRow, ...]
    told: tuple[tuple[str, str, str, str], ...]  # at, channel, status, until of each `application.told`


def told_lately(stores: Stores, act: Act, application_id: str) -> ToldLately | None:
    """Return it; None where the application is not with its applicant, or the reader does not tell applicants. Raises NotFound."""
    return stores.database.read(lambda tx: _look(tx, stores, act, application_id))


def _look(tx: Connection, stores: Stores, act: Act, application_id: str) -> ToldLately | None:
    view = load_application(tx, act.principal, application_id, Action.APPLICATION_READ)
    own = Resource(view.row.institution_id, Grade.PERSONAL)
    if view.state.state not in WITH_APPLICANT or not allowed(act.principal, Action.APPLICATION_CREATE, own):
        return None
    opened = open_fields(stores, fields_of_entry(tx, view.row.created_entry)).get("people")
    place = (view.log.id, KIND, view.row.id)
    recorded = [row.data for row in entries_of_subject(tx, *place)]
    recorded += [row.data for row in waiting_of_subject(tx, *place)]
    entries = (read_trusted_entry(data) for data in recorded)
    decided = max((row.entry_id for row in view.decisions), default="")
    told = []
    for entry in entries:
        if entry.type == "application.told" and entry.id > decided:
            value = open_fields(stores, fields_of_entry(tx, entry.id)).get("told")
            words = value.value if value and isinstance(value.value, dict) else {}
            told.append((entry.at, _word(words, "channel"), _word(words, "status"), _word(words, "until")))
    waiting = tuple(row for row in applicant_notices_of(tx, view.row.id) if row.status == WAITING)
    return ToldLately(bool(reachable(opened.value if opened else None)), waiting, tuple(told))


def _word(words: Mapping[str, Json], name: str) -> str:
    return str(words.get(name, ""))
