"""Read one agreement: its state, and its particulars for those who may see them."""

from dataclasses import dataclass

from ledger.core.log.permissions import Action
from ledger.services.agreements.view import (
    AgreementView,
    Particulars,
    load_agreement,
    may_see_particulars,
    open_particulars,
)
from ledger.services.context import Act, Stores


@dataclass(frozen=True)
class AgreementRead:
    """The agreement; `particulars` is None for a reader whose grade does not reach personal data."""

    view: AgreementView
    particulars: Particulars | None


def read(stores: Stores, act: Act, agreement_id: str) -> AgreementRead:
    """Return the agreement; raise NotFound, NotAllowed."""
    view = stores.database.read(lambda tx: load_agreement(tx, act.principal, agreement_id, Action.AGREEMENT_READ))
    return AgreementRead(view, open_particulars(stores, view) if may_see_particulars(act.principal, view) else None)
