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
from ledger.storage.database import Connection
from ledger.storage.logs import LogRow, log_of_institution
from ledger.storage.vault_fields import VaultRow, fields_of_entry


@dataclass(frozen=True, kw_only=True)
class AgreementView:
    """One agreement with everything that is stored in clear about it."""

    row: rows.AgreementRow
    document: rows.DocumentRow
    state: State
    signers: tuple[rows.SignerRow, ...]
    signatures: tuple[rows.SignatureRow, ...]
    log: LogRow
    created_fields: tuple[VaultRow, ...]

    @property
    def latest_entry(self) -> str:
        """The id of the newest entry of this agreement."""
        return self.signatures[-1].entry_id if self.signatures else self.row.created_entry


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
    resource = Resource(row.institution_id, Grade.COMMERCIAL if action is Action.AGREEMENT_READ else Grade.PERSONAL)
    require(principal, action, resource)
    return _view(tx, row)


def _view(tx: Connection, row: rows.AgreementRow) -> AgreementView:
    document, state = rows.document_by_id(tx, row.document_id), rows.state_of(tx, row.id)
    log = log_of_institution(tx, row.institution_id)
    if document is None or state is None or log is None:
        raise VerificationFailed(
            "agreement.incomplete", "rows of this agreement are missing; the operator should run `tally audit`"
        )
    return AgreementView(
        row=row,
        document=document,
        state=State(state.state),
        signers=tuple(rows.signers_of(tx, row.id)),
        signatures=tuple(rows.signatures_of(tx, row.id)),
        log=log,
        created_fields=tuple(fields_of_entry(tx, row.created_entry)),
    )


def seen_again(tx: Connection, view: AgreementView) -> AgreementView:
    """Return the view with what may have changed since: state and signatures. Everything else in it is written once."""
    state = rows.state_of(tx, view.row.id)
    return replace(
        view,
        state=State(state.state) if state else view.state,
        signatures=tuple(rows.signatures_of(tx, view.row.id)),
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
    return allowed(principal, Action.AGREEMENT_READ, Resource(view.row.institution_id, Grade.PERSONAL))
