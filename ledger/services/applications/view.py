"""An application as the record has it, read in one snapshot; what the services of this wing look at before they decide."""

from dataclasses import dataclass

from ledger.core.applications.application import Application, parse_application
from ledger.core.applications.states import State
from ledger.core.log.permissions import Action, Grade, Principal, Resource, require
from ledger.errors import NotFound, VerificationFailed
from ledger.services.context import Stores
from ledger.services.opening import open_fields
from ledger.storage import applications as rows
from ledger.storage.database import Connection
from ledger.storage.logs import LogRow, log_of_institution
from ledger.storage.vault_fields import VaultRow, fields_of_entry

KIND = "application"


@dataclass(frozen=True, kw_only=True)
class ApplicationView:
    """One application with everything that is stored in clear about it, and the sealed fields of its current version."""

    row: rows.ApplicationRow
    state: rows.StateRow
    versions: tuple[rows.VersionRow, ...]
    decisions: tuple[rows.DecisionRow, ...]
    sittings: tuple[rows.SittingRow, ...]
    log: LogRow
    content_fields: tuple[VaultRow, ...]

    @property
    def version(self) -> rows.VersionRow:
        """The current version."""
        return self.versions[-1]

    @property
    def own(self) -> frozenset[str]:
        """The people who entered or corrected it: they do not decide on it."""
        return frozenset({self.row.author_id, *(version.author_id for version in self.versions)})

    @property
    def is_open(self) -> bool:
        return self.state.state == State.IN_REVIEW


def load_application(tx: Connection, principal: Principal, application_id: str, action: Action) -> ApplicationView:
    """Return the application if `principal` may do `action` on it.

    Raises NotFound("application.unknown") when there is none, or none of the principal's own institution; NotAllowed when it
    is there but the principal's roles do not reach.
    """
    row = rows.application_by_id(tx, application_id)
    if row is None or row.institution_id != principal.institution_id:
        raise NotFound("application.unknown", "there is no such application in your institution; check its id")
    require(principal, action, Resource(row.institution_id, Grade.COMMERCIAL))
    return read_view(tx, row)


def read_view(tx: Connection, row: rows.ApplicationRow) -> ApplicationView:
    """Return the view of a row; raise VerificationFailed("application.rows-missing")."""
    state, versions = rows.state_of(tx, row.id), rows.versions_of(tx, row.id)
    log = log_of_institution(tx, row.institution_id)
    if state is None or not versions or log is None:
        raise VerificationFailed(
            "application.rows-missing", "rows of this application are missing; the operator should run `tally audit`"
        )
    return ApplicationView(
        row=row,
        state=state,
        versions=tuple(versions),
        decisions=tuple(rows.decisions_of(tx, row.id)),
        sittings=tuple(rows.sittings_of(tx, row.id)),
        log=log,
        content_fields=tuple(fields_of_entry(tx, versions[-1].entry_id)),
    )


def open_content(stores: Stores, view: ApplicationView, keys: dict[str, bytes] | None = None) -> Application:
    """Return the current content, opened with `keys` where they are at hand; the people behind it stay closed.

    Raises NotFound("application.erased"), VerificationFailed("application.altered").
    """
    opened = open_fields(stores, view.content_fields, {"application"}, keys)
    if "application" not in opened:
        raise NotFound("application.erased", "the content of this application was erased; its proofs still hold")
    content = parse_application(opened["application"].value)
    if content.sha256() != view.version.content_sha256:
        raise VerificationFailed(
            "application.altered",
            "the stored content is not the recorded version; the operator should run `tally audit`",
        )
    return content
