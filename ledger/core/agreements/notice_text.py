"""The words of messages to parties, 中文 and English (DESIGN section 9).

Promises: a message names the contract number and what to do, never an amount, an id number or another party. Leaves to
others: the link's token and the sending.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Notice(StrEnum):
    """What a party is told."""

    INVITATION = "invitation"
    REMINDER = "reminder"
    LINK = "link"
    COMPLETE = "complete"
    DECLINED = "declined"
    EXPIRED = "expired"
    VOIDED = "voided"
    REPLACED = "replaced"
    OPENED = "opened"
    CONSENTED = "consented"
    SIGNED = "signed"
    PROGRESS = "progress"
    AUTHORITY = "authority"
    RENEWED = "renewed"
    IDENTITY_ACCEPTED = "identity-accepted"
    IDENTITY_REFUSED = "identity-refused"


WITH_LINK = frozenset(
    {
        Notice.INVITATION,
        Notice.REMINDER,
        Notice.LINK,
        Notice.COMPLETE,
        Notice.RENEWED,
        Notice.IDENTITY_ACCEPTED,
        Notice.IDENTITY_REFUSED,
    }
)


@dataclass(frozen=True)
class Words:
    subject: str
    body: str


_ZH: Mapping[Notice, Words] = {
    Notice.INVITATION: Words(
        "请签署借款合同 {number}", "借款合同 {number} 等待您签署。请在 {deadline} 前打开下面的链接："
    ),
    Notice.REMINDER: Words(
        "提醒：借款合同 {number} 等待您签署", "借款合同 {number} 仍在等待您签署，截止时间 {deadline}。请打开："
    ),
    Notice.LINK: Words("借款合同 {number} 的新链接", "您要求的新链接如下，之前的链接已失效："),
    Notice.COMPLETE: Words(
        "借款合同 {number} 已完成", "借款合同 {number} 已由各方签署并盖章。您可以在此取得您的副本："
    ),
    Notice.DECLINED: Words(
        "借款合同 {number} 已被拒签", "借款合同 {number} 的一方拒绝签署，合同不再生效，您无需再做任何操作。"
    ),
    Notice.EXPIRED: Words(
        "借款合同 {number} 已过期", "借款合同 {number} 未在期限内签署完毕，已经过期。如仍需要，请联系贷款机构。"
    ),
    Notice.VOIDED: Words("借款合同 {number} 已作废", "贷款机构已将借款合同 {number} 作废，您无需再做任何操作。"),
    Notice.REPLACED: Words(
        "借款合同 {number} 不再需要您签署", "借款合同 {number} 现由他人代替您签署，您之前收到的链接已失效。"
    ),
    Notice.OPENED: Words(
        "借款合同 {number} 已打开",
        "您的借款合同 {number} 已在一台设备上凭验证码打开。如非您本人操作，请立即以您已知的电话联系贷款机构。",
    ),
    Notice.CONSENTED: Words(
        "借款合同 {number}：您已同意电子签署",
        "您已同意以电子方式签署借款合同 {number}。如非您本人操作，请立即以您已知的电话联系贷款机构。",
    ),
    Notice.SIGNED: Words(
        "您已签署借款合同 {number}",
        "您对借款合同 {number} 的签名已记录。如非您本人操作，请立即以您已知的电话联系贷款机构。",
    ),
    Notice.PROGRESS: Words(
        "借款合同 {number} 又有一方签署", "借款合同 {number} 的另一方已签署。全部签署并封存后会再通知您。"
    ),
    Notice.AUTHORITY: Words(
        "借款合同 {number}：已附授权委托书", "贷款机构已为您签署借款合同 {number} 附上授权委托书。您无需再做任何操作。"
    ),
    Notice.RENEWED: Words(
        "借款合同 {number} 的封存已续期", "借款合同 {number} 的时间戳已续期，内容不变。您可在此取得新的副本："
    ),
    Notice.IDENTITY_ACCEPTED: Words("借款合同 {number}：身份核验通过", "您的身份材料已核验通过，请继续："),
    Notice.IDENTITY_REFUSED: Words("借款合同 {number}：身份材料未通过", "您提交的身份材料未通过核验，请重新提交："),
}
_EN: Mapping[Notice, Words] = {
    Notice.INVITATION: Words(
        "Please sign loan contract {number}", "Loan contract {number} waits for your signature until {deadline}. Open:"
    ),
    Notice.REMINDER: Words(
        "Reminder: loan contract {number} waits for you",
        "Loan contract {number} still waits for your signature, until {deadline}. Open:",
    ),
    Notice.LINK: Words(
        "Your new link for loan contract {number}", "Here is the link that was asked for. Earlier ones no longer work:"
    ),
    Notice.COMPLETE: Words(
        "Loan contract {number} is complete", "All parties have signed loan contract {number}. Your copy is here:"
    ),
    Notice.DECLINED: Words(
        "Loan contract {number} was declined",
        "A party declined to sign loan contract {number}. It will not take effect; you need do nothing more.",
    ),
    Notice.EXPIRED: Words(
        "Loan contract {number} has expired",
        "Loan contract {number} was not signed in time. If it is still wanted, ask the lender.",
    ),
    Notice.VOIDED: Words(
        "Loan contract {number} was voided", "The lender voided loan contract {number}. You need do nothing more."
    ),
    Notice.REPLACED: Words(
        "Loan contract {number} no longer needs you",
        "Somebody else signs loan contract {number} in your place. Links you received no longer work.",
    ),
    Notice.OPENED: Words(
        "Loan contract {number} was opened",
        "Your loan contract {number} was opened on a device with the code we sent. If that was not you, call the lender at once by a number "
        "that you already know.",
    ),
    Notice.CONSENTED: Words(
        "Loan contract {number}: you agreed to sign electronically",
        "You agreed to sign loan contract {number} electronically. If that was not you, call the lender at once by a number that you "
        "already know.",
    ),
    Notice.SIGNED: Words(
        "You have signed loan contract {number}",
        "Your signature on loan contract {number} is on record. If that was not you, call the lender at once by a number that you already "
        "know.",
    ),
    Notice.PROGRESS: Words(
        "Another party signed loan contract {number}",
        "Another party has signed loan contract {number}. You are told again when all have signed and it is sealed.",
    ),
    Notice.AUTHORITY: Words(
        "Loan contract {number}: a power of attorney was attached",
        "The lender attached the power of attorney under which you sign loan contract {number}. You need do nothing more.",
    ),
    Notice.RENEWED: Words(
        "The seal of loan contract {number} was renewed",
        "The time stamp of loan contract {number} was renewed; what it says has not changed. Your new copy is here:",
    ),
    Notice.IDENTITY_ACCEPTED: Words(
        "Loan contract {number}: your papers were accepted", "Your identity papers were accepted. Go on here:"
    ),
    Notice.IDENTITY_REFUSED: Words(
        "Loan contract {number}: your papers were not accepted",
        "Your identity papers were not accepted. Please hand them in again here:",
    ),
}
_CLOSING = {
    "zh": "打开链接后，我们会另行发送验证码。请勿转发此链接或验证码。",
    "en": "Once you open the link we send a code. Do not forward the link or the code.",
}
_CODE = {
    "zh": Words(
        "验证码：借款合同 {number}",
        "您的验证码是 {code}，10 分钟内有效，仅用于借款合同 {number}。我们不会向您索要此验证码。",
    ),
    "en": Words(
        "Code for loan contract {number}",
        "Your code is {code}. It is valid for 10 minutes, for loan contract {number} only. We never ask you for it.",
    ),
}
TEXTS: Mapping[str, Mapping[Notice, Words]] = {"zh": _ZH, "en": _EN}


def notice_text(kind: Notice, language: str, *, number: str, deadline: str, link: str | None) -> Words:
    """Return subject and body of a notice; `link` stands on a line of its own where the notice has one."""
    words = TEXTS[language][kind]
    body = words.body.format(number=number, deadline=deadline)
    if link is not None:
        body = f"{body}\n\n{link}\n\n{_CLOSING[language]}"
    return Words(words.subject.format(number=number), f"{body}\n")


def code_text(language: str, *, number: str, code: str) -> Words:
    """Return subject and body of the message that brings a one-time code."""
    words = _CODE[language]
    return Words(words.subject.format(number=number), words.body.format(number=number, code=code))


def masked(address: str) -> str:
    """Return an address as it may be shown to whoever opened the link: enough to know which one it is, not to learn it."""
    name, at, host = address.partition("@")
    if at:
        return f"{name[:1]}…@{host}"
    return f"{address[:3]}…{address[-2:]}"
