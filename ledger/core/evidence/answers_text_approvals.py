"""What a verifier says to people about approvals, in English and Chinese, by reason code (docs/formats/answers.md)."""

from collections.abc import Mapping
from typing import Final

from ledger.core.evidence.answers_text_seals import Words, words

APPROVAL_TEXTS: Final[Mapping[str, Words]] = {
    "approved.replayed": words(
        "Application {number} was approved before this agreement was sent: {decisions} signed decision(s) taken again under policy"
        " “{policy}”, with the roles and keys of the log.",
        "贷款申请 {number} 在本合同发送之前已获批准：按政策“{policy}”及日志中的角色与密钥重放了 {decisions} 项已签名的决定。",
    ),
    "approved.finding": words(
        "Taken again, the approval does not hold at index {index} ({finding}): expected {expected}, found {found}.",
        "重放审批时，序号 {index} 处不成立（{finding}）：应为 {expected}，实为 {found}。",
    ),
    "approved.not-recorded": words(
        "No approval entry is at hand for this agreement.", "现有记录中没有本合同的审批记录。"
    ),
    "approved.not-shown": words(
        "This agreement was sent on an approval that is not, or not wholly, shown here; the lender's auditor can fetch evidence with it.",
        "本合同依据某项审批发送，但此处未出示或未完整出示；贷款机构的审计人员可获取包含该审批的证据。",
    ),
    "approved.gap": words(
        "Entry {n} of the application is not shown: what it says could change the outcome.",
        "未出示贷款申请的第 {n} 条记录：其内容可能改变结论。",
    ),
    "approved.broken-chain": words(
        "Entry {n} of the application does not follow the one before it.", "贷款申请的第 {n} 条记录与前一条不相衔接。"
    ),
    "approved.not-in-log": words(
        "The entry {kind}, said to be at index {index}, is not in a log that you trust.",
        "所称序号为 {index} 的记录 {kind} 不在您信任的日志中。",
    ),
    "approved.unproven": words(
        "The entry {kind} at index {index} is not proven yet.", "序号 {index} 的记录 {kind} 尚未得到证明。"
    ),
    "approved.opening-differs": words(
        "What is shown as {fields} of the entry {kind} at index {index} is not what the entry commits to.",
        "为序号 {index} 的记录 {kind} 出示的 {fields} 与该记录的承诺不符。",
    ),
    "approved.other-log": words(
        "The entry {kind} at index {index} is of another log than the agreement.",
        "序号 {index} 的记录 {kind} 与本合同不属于同一日志。",
    ),
    "approved.bad-signature": words(
        "The entry {kind} at index {index} does not carry the institution's signature ({cause}).",
        "序号 {index} 的记录 {kind} 未带有机构的有效签名（{cause}）。",
    ),
    "limits.approval": words(
        "That the entries shown for the approval are all there are: a role taken back, another policy or a linked loan that nobody"
        " shows is not seen here.",
        "为审批出示的记录即为全部：未出示的角色撤销、其他政策或关联贷款在此无从得知。",
    ),
}
