"""Read one agreement: its state, and its particulars for those who may see them."""

from dataclasses import dataclass

from ledger.core.log.permissions import Action
from ledger.services.agreements.reading import open_for
from ledger.services.agreements.view import AgreementView, Particulars, load_agreement
from ledger.services.context import Act, Stores
from ledger.storage.database import Connection
from ledger.storage.seals import JobRow, VersionRow, job_of, versions_of


@dataclass(frozen=True)
class SealStatus:
    """Where the seal stands: the job that makes it, if there is one, and the sealed versions so far."""

    job: JobRow | None
    versions: tuple[VersionRow, ...]


@dataclass(frozen=True)
class AgreementRead:
    """The agreement; `particulars` is None for a reader whose grade does not reach personal data."""

    view: AgreementView
    particulars: Particulars | None
    seal: SealStatus


def read(stores: Stores, act: Act, agreement_id: str) -> AgreementRead:
    """Return the agreement, and note in the access log that staff read its particulars; raise NotFound, NotAllowed."""
    view, seal = stores.database.read(lambda tx: _look(tx, act, agreement_id))
    return AgreementRead(view, open_for(stores, act, view), seal)


def _look(tx: Connection, act: Act, agreement_id: str) -> tuple[AgreementView, SealStatus]:
    view = load_agreement(tx, act.principal, agreement_id, Action.AGREEMENT_READ)
    return view, SealStatus(job_of(tx, agreement_id), tuple(versions_of(tx, agreement_id)))
