"""Record a look-up in the shared blacklist with its receipt: verified, and bound to an applicant of this application (DESIGN sections 6 and 7)."""

from dataclasses import dataclass

from ledger.core.blacklist.judging import CheckPolicy
from ledger.core.blacklist.receipts import parse_check_opening, parse_check_receipt
from ledger.core.log.permissions import Action, Grade, Resource, require
from ledger.errors import InvalidInput
from ledger.services.applications.adding_evidence import NewEvidence, add_evidence
from ledger.services.applications.proving import About, prove_check
from ledger.services.applications.view import load_application, open_content
from ledger.services.context import Act, Stores, Written
from ledger.services.once import find_earlier
from signing.canonical import decode

MAX_BYTES = 64 * 1024  # one subject's receipt is some 10 KB; a batch is split before it is attached


@dataclass(frozen=True, kw_only=True)
class NewCheck:
    """The exact bytes of a receipt and its opening, and whom this institution believes."""

    receipt: bytes
    opening: bytes
    policy: CheckPolicy


def add_check(stores: Stores, act: Act, application_id: str, new: NewCheck) -> Written:
    """Queue `application.checked`.

    Raises NotFound, NotAllowed, InvalidInput("check-receipt.malformed" | "check-opening.malformed" | "check-receipt.too-large"),
    VerificationFailed("check.…"), Conflict("application.not-open").
    """
    require(act.principal, Action.EVIDENCE_ADD, Resource(act.principal.institution_id, Grade.COMMERCIAL))
    if earlier := find_earlier(stores, act):
        return earlier
    if max(len(new.receipt), len(new.opening)) > MAX_BYTES:
        raise InvalidInput(
            "check-receipt.too-large",
            f"expected the receipt of one subject, at most {MAX_BYTES} bytes",
            field="receipt",
        )
    receipt, opening = parse_check_receipt(new.receipt), parse_check_opening(new.opening)
    view = stores.database.read(lambda tx: load_application(tx, act.principal, application_id, Action.EVIDENCE_ADD))
    about = About(
        application=view.row.id, institution=view.row.institution_id, content=open_content(stores, view), at=act.now
    )
    check = prove_check(stores, about, receipt, opening, new.policy)
    evidence = NewEvidence(
        type="application.checked",
        kind="check",
        private={"check": check.to_json(), "receipt": decode(new.receipt), "opening": decode(new.opening)},
        action=Action.EVIDENCE_ADD,
    )
    return add_evidence(stores, act, application_id, evidence)
