"""What members of staff are told by mail: that something waits for them, and where (DESIGN sections 5, 6 and 9).

Promises: a mail names a number and a page, never a customer, an amount or an address; it grants nothing, since the page asks to sign in.
Leaves to others: who is told (services/staff_news), and the sending.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class News(StrEnum):
    """What waits."""

    COUNTERSIGN = "countersign"
    IDENTITY = "identity"
    DECISION = "decision"
    SITTING = "sitting"
    VOID = "void"


@dataclass(frozen=True)
class Mail:
    subject: str
    body: str


_WORDS: Mapping[News, tuple[str, str]] = {
    News.COUNTERSIGN: ("借款合同 {number} 等待贷款机构签署", "Loan contract {number} waits for the lender's signature"),
    News.IDENTITY: (
        "借款合同 {number} 有身份材料待核验",
        "Identity papers wait to be checked for loan contract {number}",
    ),
    News.DECISION: ("贷款申请 {number} 等待您审批", "Loan application {number} waits for your decision"),
    News.SITTING: (
        "贷款申请 {number} 等待指定审议委员会",
        "Loan application {number} waits for its committee to be named",
    ),
    News.VOID: (
        "借款合同 {number} 的作废提议等待第二名人员确认",
        "A proposal to withdraw loan contract {number} waits for a second officer",
    ),
}
_PAGES: Mapping[News, str] = {
    News.COUNTERSIGN: "/staff/agreements/{subject}",
    News.IDENTITY: "/staff/identity",
    News.DECISION: "/staff/applications/{subject}",
    News.VOID: "/staff/agreements/{subject}",
    News.SITTING: "/staff/applications/{subject}",
}
_CLOSING = (
    "请登录后办理。如已由同事处理，无需再操作。\nSign in to do it. If a colleague was first, nothing is left to do."
)


def page_of(news: News, subject_id: str) -> str:
    """Return the path of the page on which it is done."""
    return _PAGES[news].format(subject=subject_id)


def staff_mail(news: News, *, number: str, address: str) -> Mail:
    """Return the mail about one thing that waits; `address` is the page's. Both languages: staff of one desk share neither."""
    subject = " · ".join(words.format(number=number) for words in _WORDS[news])
    body = "\n".join(words.format(number=number) for words in _WORDS[news])
    return Mail(subject, f"{body}\n\n{address}\n\n{_CLOSING}\n")
