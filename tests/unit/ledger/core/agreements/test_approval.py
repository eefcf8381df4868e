"""An agreement is sent on its very terms and amount, or not at all."""

from dataclasses import replace

import pytest

from ledger.core.agreements.approval import Approval, check_approval
from ledger.core.agreements.terms import parse_terms
from ledger.errors import NotAllowed
from support.loan_terms import FULL_TERMS as TERMS

LOAN = parse_terms(TERMS)
APPROVED = Approval(
    application="a-1",
    entry="e-1",
    content_sha256=b"\x01" * 32,
    terms_sha256=LOAN.sha256(),
    currency=LOAN.amount.currency,
    amount=LOAN.amount.minor,
)


def test_approved_terms_and_amount_may_be_sent() -> None:
    check_approval(LOAN, APPROVED)
    assert APPROVED.to_json() == {"application": "a-1", "entry": "e-1", "content_sha256": "01" * 32}


@pytest.mark.parametrize(
    ("approval", "code"),
    [
        (replace(APPROVED, terms_sha256=b"\x02" * 32), "agreement.other-terms"),
        (replace(APPROVED, amount=APPROVED.amount - 1), "agreement.other-amount"),
        (replace(APPROVED, currency="USD"), "agreement.other-amount"),
    ],
)
def test_what_was_not_approved_may_not(approval: Approval, code: str) -> None:
    with pytest.raises(NotAllowed) as refused:
        check_approval(LOAN, approval)
    assert refused.value.code == code
