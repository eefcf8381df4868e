"""Read one application; its people only for who works on it or audits, and that reading is an entry of the access log."""

from dataclasses import dataclass

from ledger.core.applications.application import Application
from ledger.core.applications.evidence import AtHand
from ledger.core.applications.grades import Purpose, purpose_of
from ledger.core.applications.states import State
from ledger.core.log.permissions import Action, Grade
from ledger.services.applications.at_hand import gathered, said
from ledger.services.applications.decided import Said, said_in
from ledger.services.applications.reading import note_reading
from ledger.services.applications.seeing import seen_grade
from ledger.services.applications.standing import standing_of
from ledger.services.applications.view import ApplicationView, load_application, open_content
from ledger.services.context import Act, Stores
from ledger.services.opening import open_fields
from ledger.storage.applications import fulfilled_of
from ledger.storage.conditions import reports_of
from ledger.storage.database import Connection
from ledger.storage.evidence import AttachmentRow, EvidenceRow, attachments_of, evidence_of
from ledger.storage.vault_fields import fields_of_entry
from signing.canonical import Json


@dataclass(frozen=True)
class ConditionRead:
    """One condition of an approval: its words, who brought the newest evidence, and whether it was checked."""

    text: str
    reported_by: str | None
    is_met: bool


@dataclass(frozen=True, kw_only=True)
class ToldEvidence:
    """What was recorded about an application: of which kind, by whom, when, and what it says."""

    row: EvidenceRow
    said: Json


@dataclass(frozen=True, kw_only=True)
class ApplicationRead:
    """The application; `people` is None for a reader whose grade does not reach personal data."""

    view: ApplicationView
    content: Application
    people: Json
    decisions: tuple[Said, ...]
    attachments: tuple[AttachmentRow, ...]
    evidence: tuple[ToldEvidence, ...]
    conditions: tuple[ConditionRead, ...]

    @property
    def at_hand(self) -> AtHand:
        """What counts beside the content."""
        return gathered(self.attachments, [(one.row.kind, one.said) for one in self.evidence])


def read(stores: Stores, act: Act, application_id: str, purpose: Purpose | None = None) -> ApplicationRead:
    """Return the application; `purpose` says why its people are read. Raises NotFound, NotAllowed (also "permission.purpose")."""
    view = stores.database.read(lambda tx: load_application(tx, act.principal, application_id, Action.APPLICATION_READ))
    content = open_content(stores, view)
    reaches = stores.database.read(lambda tx: seen_grade(tx, act, view)) is Grade.PERSONAL
    people = _people(stores, act, view, purpose_of(act.principal, purpose)) if reaches else None
    attachments, evidence = stores.database.read(lambda tx: _beside(tx, stores, application_id))
    conditions = stores.database.read(lambda tx: _conditions(tx, stores, view))
    decisions = stores.database.read(lambda tx: tuple(said_in(tx, stores, row) for row in view.decisions))
    return ApplicationRead(
        view=view,
        content=content,
        people=people,
        decisions=decisions,
        attachments=attachments,
        evidence=evidence,
        conditions=conditions,
    )


def _conditions(tx: Connection, stores: Stores, view: ApplicationView) -> tuple[ConditionRead, ...]:
    """Return the conditions of an approval in the order in which they are counted."""
    if view.state.state not in {State.APPROVED, State.CONDITIONAL}:
        return ()
    reporters = {row.place: row.reporter_id for row in reports_of(tx, view.row.id)}
    met = {row.place for row in fulfilled_of(tx, view.row.id)}
    conditions = standing_of(tx, stores, view).progress.conditions
    return tuple(ConditionRead(text, reporters.get(place), place in met) for place, text in enumerate(conditions))


def _beside(
    tx: Connection, stores: Stores, application_id: str
) -> tuple[tuple[AttachmentRow, ...], tuple[ToldEvidence, ...]]:
    told = (ToldEvidence(row=row, said=said(tx, stores, row)) for row in evidence_of(tx, application_id))
    return tuple(attachments_of(tx, application_id)), tuple(told)


def _people(stores: Stores, act: Act, view: ApplicationView, purpose: Purpose) -> Json:
    opened = open_fields(stores, stores.database.read(lambda tx: fields_of_entry(tx, view.row.created_entry)))
    stores.database.write(lambda tx: note_reading(tx, stores, act, view, purpose))
    return opened["people"].value if "people" in opened else None
