"""What a receipt and its opening prove about an application: shared by the service that takes a check in and by the replay that asks again."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from ledger.core.applications.application import Application, BlacklistCheck
from ledger.core.blacklist.checks import applicant_commitment
from ledger.core.blacklist.judging import CheckPolicy, check_age, judge_check
from ledger.core.blacklist.receipts import CheckOpening, CheckReceipt
from ledger.errors import VerificationFailed
from ledger.services.applications.people import applicant_id
from ledger.services.context import Stores

OLDEST = timedelta(days=1)  # how fresh an approval wants it, the policy says


@dataclass(frozen=True, kw_only=True)
class About:
    """The application that a check is to be about, whose it is, and when the check was handed in."""

    application: str
    institution: str
    content: Application
    at: datetime


def prove_check(
    stores: Stores, about: About, receipt: CheckReceipt, opening: CheckOpening, policy: CheckPolicy
) -> BlacklistCheck:
    """Return what receipt and opening prove; raise VerificationFailed unless they are about an applicant here, made by us, lately."""
    verdict = judge_check(receipt, opening, policy)
    if verdict.facts.institution != about.institution:
        raise VerificationFailed("check.other-institution", "the check was made by another institution")
    if opening.application not in {about.content.number, about.application}:
        raise VerificationFailed("check.other-applicant", "the check was made for another applicant or application")
    commitment = applicant_commitment(opening.application, verdict.identifier.to_bytes(), opening.salt)
    check_age(verdict, applicant=commitment, now=about.at, max_age=OLDEST)
    found = applicant_id(stores, about.institution, str(verdict.identifier.kind), verdict.identifier.value)
    if found not in {applicant.id for applicant in about.content.applicants}:
        raise VerificationFailed("check.other-applicant", "the check was made for another applicant or application")
    return BlacklistCheck(
        applicant=found,
        listed=verdict.listed,
        receipt_sha256=receipt.sha256,
        checked_at=verdict.facts.answered_at,
    )
