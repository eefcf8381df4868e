"""What an applicant is told by mail when their application was given back: what is needed, until when (DESIGN section 6).

Promises: a mail names the application number, the day and what was asked for in the decider's own words; never an amount, a person or a
reason. Leaves to others: the address, the sending.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ledger.core.applications.states import State


@dataclass(frozen=True)
class Mail:
    subject: str
    body: str


_RETURNED: Mapping[str, tuple[str, str, str]] = {
    "zh": (
        "贷款申请 {number}：请补充材料",
        "{lender}需要您为贷款申请 {number} 补充材料，请在 {until} 当日或之前提交：",
        "如需了解详情，请以您已知的电话联系{lender}。我们不会在邮件中索要密码或验证码。",
    ),
    "en": (
        "Loan application {number}: more material is needed",
        "{lender} needs more material for your loan application {number}. Please hand it in on or before {until}:",
        "If anything is unclear, call {lender} by a number that you already know. We never ask for a password or a code by mail.",
    ),
}
_COUNTERED: Mapping[str, tuple[str, str, str]] = {
    "zh": (
        "贷款申请 {number}：请答复我们的方案",
        "{lender}就贷款申请 {number} 提出了另一方案，请在 {until} 当日或之前答复。方案内容请向您的客户经理了解。",
        "请以您已知的电话联系{lender}。我们不会在邮件中索要密码或验证码。",
    ),
    "en": (
        "Loan application {number}: please answer our offer",
        "{lender} has made you another offer on loan application {number}. Please answer on or before {until}; your adviser tells you what it says.",
        "Call {lender} by a number that you already know. We never ask for a password or a code by mail.",
    ),
}
LANGUAGES = frozenset(_RETURNED)


@dataclass(frozen=True, kw_only=True)
class GivenBack:
    """An application that waits for its applicant: returned for what is `needed`, or with another offer, until a day."""

    state: State
    number: str
    lender: str
    until: str
    needed: Sequence[str] = ()


def applicant_mail(given: GivenBack, language: str) -> Mail:
    """Return the mail about an application; `needed` is told of a returned one only."""
    returned = given.state is State.RETURNED
    subject, opening, closing = (
        text.format(number=given.number, lender=given.lender, until=given.until)
        for text in (_RETURNED if returned else _COUNTERED)[language]
    )
    listed = "\n".join(f"- {line}" for line in given.needed) if returned else ""
    return Mail(subject, "\n\n".join(part for part in (opening, listed, closing) if part) + "\n")
