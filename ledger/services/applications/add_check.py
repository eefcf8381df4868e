"""Record a look-up in the shared blacklist with its receipt: verified, and bound to an applicant of this application (DESIGN sections 6 and 7)."""

from dataclasses import dataclass
from datetime import timedelta

from ledger.core.applications.application import BlacklistCheck
from ledger.core.blacklist.checks import applicant_commitment
from ledger.core.blacklist.judging import CheckPolicy, CheckVerdict, check_age, judge_check
from ledger.core.blacklist.receipts import CheckOpening, parse_check_opening, parse_check_receipt
from ledger.core.log.permissions import Action, Grade, Resource, require
from ledger.errors import InvalidInput, VerificationFailed
from ledger.services.applications.adding_evidence import NewEvidence, add_evidence
from ledger.services.applications.people import applicant_id
from ledger.services.applications.view import ApplicationView, load_application, open_content
from ledger.services.context import Act, Stores, Written
from ledger.services.once import find_earlier
from signing.canonical import decode

MAX_BYTES = 64 * 1024  # one subject's receipt is some 10 KB; a batch is split before it is attached
OLDEST = timedelta(days=1)  # how fresh an approval wants it, the policy says


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
    verdict = judge_check(receipt, opening, new.policy)
    applicant = _bound(stores, act, view, opening, verdict)
    check = BlacklistCheck(
        applicant=applicant,
        listed=verdict.listed,
        receipt_sha256=receipt.sha256,
        checked_at=verdict.facts.answered_at,
    )
    evidence = NewEvidence(
        type="application.checked",
        kind="check",
        private={"check": check.to_json(), "receipt": decode(new.receipt), "opening": decode(new.opening)},
        action=Action.EVIDENCE_ADD,
    )
    return add_evidence(stores, act, application_id, evidence)


def _bound(stores: Stores, act: Act, view: ApplicationView, opening: CheckOpening, verdict: CheckVerdict) -> str:
    """Return the applicant whom a check is about; raise VerificationFailed unless it was made for this application, by us, lately."""
    if verdict.facts.institution != view.row.institution_id:
        raise VerificationFailed("check.other-institution", "the check was made by another institution")
    if opening.application not in {view.row.number, view.row.id}:
        raise VerificationFailed("check.other-applicant", "the check was made for another applicant or application")
    commitment = applicant_commitment(opening.application, verdict.identifier.to_bytes(), opening.salt)
    check_age(verdict, applicant=commitment, now=act.now, max_age=OLDEST)
    found = applicant_id(stores, view.row.institution_id, str(verdict.identifier.kind), verdict.identifier.value)
    if found not in {applicant.id for applicant in open_content(stores, view).applicants}:
        raise VerificationFailed("check.other-applicant", "the check was made for another applicant or application")
    return found
