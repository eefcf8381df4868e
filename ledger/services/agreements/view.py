"""An agreement as the record has it, read in one snapshot; what the services of this wing look at before they decide."""

from dataclasses import dataclass, replace

from ledger.core.agreements.parties import Signer, read_signers
from ledger.core.agreements.states import State
from ledger.core.agreements.terms import Terms, parse_terms
from ledger.core.log.permissions import Action, Grade, Principal, Resource, allowed, require
from ledger.errors import NotFound, VerificationFailed
from ledger.services.context import Stores
from ledger.services.opening import open_fields, unseal_opening
from ledger.storage import agreements as rows
from ledger.storage.ceremony import SeatRow, SentRow, seats_of, sent_of
from ledger.storage.database import Connection
from ledger.storage.logs import LogRow, log_of_institution
from ledger.storage.vault_fields import VaultRow, fields_of_entry


@dataclass(frozen=True, kw_only=True)
class AgreementView:
    """One agreement with everything that is stored in clear about it."""

    row: rows.AgreementRow
    document: rows.DocumentRow
    state: State
    changed_entry: str
    signers: tuple[rows.SignerRow, ...]  # who has to sign; whoever was replaced is not among them
    signatures: tuple[rows.SignatureRow, ...]
    seats: tuple[SeatRow, ...]  # all of them, replaced ones too; none for an agreement from before there were seats
    sent: SentRow | None
    log: LogRow
    created_fields: tuple[VaultRow, ...]  # `parties` as they are now

    @property
    def latest_entry(self) -> str:
        """The id of the newest entry that moved this agreement on."""
        return self.changed_entry


@dataclass(frozen=True, kw_only=True)
class Particulars:
    """What only the parties and the lender may read: the terms and who signs."""

    terms: Terms
    signers: tuple[Signer, ...]


def load_agreement(tx: Connection, principal: Principal, agreement_id: str, action: Action) -> AgreementView:
    """Return the agreement if `principal` may do `action` on it.

    Raises NotFound("agreement.unknown") when there is none, or none of the principal's own institution, so that nobody can
    ask which ids exist elsewhere; NotAllowed when it is there but the principal's roles do not reach.
    """
    row = rows.agreement_by_id(tx, agreement_id)
    if row is None or row.institution_id != principal.institution_id:
        raise NotFound("agreement.unknown", "there is no such agreement in your institution; check its id")
    grade = Grade.COMMERCIAL if action is Action.AGREEMENT_READ else Grade.PERSONAL
    resource = Resource(row.institution_id, grade, agreement_id)
    require(principal, action, resource)
    return _view(tx, row)


def view_of(tx: Connection, agreement_id: str) -> AgreementView:
    """Return an agreement for the worker, who acts for nobody; raise NotFound("agreement.unknown")."""
    row = rows.agreement_by_id(tx, agreement_id)
    if row is None:
        raise NotFound("agreement.unknown", "there is no such agreement in your institution; check its id")
    return _view(tx, row)


def _view(tx: Connection, row: rows.AgreementRow) -> AgreementView:
    document, state = rows.document_by_id(tx, row.document_id), rows.state_of(tx, row.id)
    log = log_of_institution(tx, row.institution_id)
    if document is None or state is None or log is None:
        raise _incomplete()
    seats, signers = tuple(seats_of(tx, row.id)), tuple(rows.signers_of(tx, row.id))
    if seats and {seat.signer_id for seat in seats} != {signer.signer_id for signer in signers}:
        raise _incomplete()
    return AgreementView(
        row=row,
        document=document,
        state=State(state.state),
        changed_entry=state.changed_entry,
        signers=_active(signers, seats),
        signatures=tuple(rows.signatures_of(tx, row.id)),
        seats=seats,
        sent=sent_of(tx, row.id),
        log=log,
        created_fields=_created_fields(tx, row, seats),
    )


def _incomplete() -> VerificationFailed:
    return VerificationFailed(
        "agreement.incomplete", "rows of this agreement are missing; the operator should run `tally audit`"
    )


def _active(signers: tuple[rows.SignerRow, ...], seats: tuple[SeatRow, ...]) -> tuple[rows.SignerRow, ...]:
    replaced = {seat.signer_id for seat in seats if seat.replaced_entry is not None}
    return tuple(signer for signer in signers if signer.signer_id not in replaced)


def _created_fields(tx: Connection, row: rows.AgreementRow, seats: tuple[SeatRow, ...]) -> tuple[VaultRow, ...]:
    """Return the fields of the creation; where somebody was replaced since, `parties` come from the newest replacement."""
    fields = fields_of_entry(tx, row.created_entry)
    newest = max((seat.seated_entry for seat in seats), default=row.created_entry)
    if newest != row.created_entry:
        fields = [field for field in fields if field.field != "parties"]
        fields += [field for field in fields_of_entry(tx, newest) if field.field == "parties"]
    return tuple(fields)


def seen_again(tx: Connection, view: AgreementView) -> AgreementView:
    """Return the view with what may have changed since: state, seats, signatures. Everything else in it is written once."""
    state, seats = rows.state_of(tx, view.row.id), tuple(seats_of(tx, view.row.id))
    return replace(
        view,
        state=State(state.state) if state else view.state,
        changed_entry=state.changed_entry if state else view.changed_entry,
        signers=view.signers if seats == view.seats else _active(tuple(rows.signers_of(tx, view.row.id)), seats),
        signatures=tuple(rows.signatures_of(tx, view.row.id)),
        seats=seats,
        sent=sent_of(tx, view.row.id),
    )


def open_particulars(stores: Stores, view: AgreementView) -> Particulars:
    """Return the opened terms and parties; raise NotFound("agreement.erased") when they were erased."""
    opened = open_fields(stores, view.created_fields)
    if "terms" not in opened or "parties" not in opened:
        raise _erased()
    return Particulars(terms=parse_terms(opened["terms"].value), signers=read_signers(opened["parties"].value))


def open_signers(key: bytes, view: AgreementView) -> tuple[Signer, ...]:
    """Return who signs, opened with the record's key; raise NotFound("agreement.erased") when that was erased."""
    parties = next((row for row in view.created_fields if row.field == "parties"), None)
    if parties is None:
        raise _erased()
    return read_signers(unseal_opening(key, parties).value)


def _erased() -> NotFound:
    return NotFound("agreement.erased", "the particulars of this agreement were erased; its proofs still hold")


def may_see_particulars(principal: Principal, view: AgreementView) -> bool:
    return allowed(principal, Action.AGREEMENT_READ, Resource(view.row.institution_id, Grade.PERSONAL, view.row.id))
