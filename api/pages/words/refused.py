"""What a staff form is refused for, by the code of the refusal; {detail} is the service's own sentence, in English, where only that says which place is meant."""

from typing import Final

from api.pages.words.pair import pair

REFUSED: Final = {
    "refused.idempotency.other-body": pair(
        "This form was handed in already; load the page again for another one.",
        "此表单已提交过；如需另行提交，请重新打开页面。",
    ),
    "refused.application.invalid": pair("A part of the application does not fit: {detail}", "申请内容有误：{detail}"),
    "refused.application.people": pair("An applicant does not fit: {detail}", "申请人信息有误：{detail}"),
    "refused.application.incomplete": pair("Something is still missing: {detail}", "尚缺材料：{detail}"),
    "refused.policy.none": pair(
        "No policy is in force for this branch. Have one proposed and published.",
        "该网点尚无生效的审批政策，请先提出并发布。",
    ),
    "refused.policy.currency": pair("The policy in force decides on another currency.", "生效的政策不适用于此币种。"),
    "refused.policy.no-rule-set": pair(
        "The policy has rules decide on this loan, and none are in force for its currency.",
        "政策规定由规则集审批，但该币种尚无生效的规则集。",
    ),
    "refused.attachment.exists": pair("This file was handed in already.", "该文件已提交。"),
    "refused.permission.denied": pair(
        "Your roles do not allow this. Ask an administrator of your institution.",
        "您的角色无权执行此操作，请联系本机构管理员。",
    ),
    "refused.form.amount": pair("Write the amount as 120,000.00.", "请按 120,000.00 的格式填写金额。"),
    "refused.form.birth-date": pair("The date of birth is missing. {detail}", "缺少出生日期。{detail}"),
    "refused.form.no-key": pair(
        "There is no passkey to sign with yet: make one under My keys first.",
        "尚无用于签署的通行密钥：请先在“我的密钥”中创建。",
    ),
    "refused.countersign.tick": pair(
        "Tick that you have read the contract, then sign.", "请先勾选“我已阅读本合同”，再签署。"
    ),
    "refused.person.roles": pair("Choose at least one role.", "请至少选择一个角色。"),
    "refused.person.name": pair("Write a name without spaces at its ends.", "请填写姓名，首尾不得有空格或不可见字符。"),
    "refused.person.email": pair(
        "Write an e-mail address such as lin@example.com.", "请填写有效的电子邮箱，如 lin@example.com。"
    ),
    "refused.person.unknown": pair("There is no such colleague here.", "本机构没有此人。"),
    "refused.identity.decided": pair("Somebody decided about these papers before you.", "这些证件已由他人作出决定。"),
    "refused.reason.malformed": pair("Write a reason, in one line.", "请填写理由（单行文字）。"),
    "refused.agreement.unknown": pair("There is no such contract here.", "本机构没有此合同。"),
    "refused.agreement.wrong-state": pair(
        "The contract stands elsewhere by now; the page shows where.", "合同状态已变化，请以本页所示为准。"
    ),
    "refused.agreement.moved-on": pair(
        "The contract moved on meanwhile. Look again, then repeat it if it is still wanted.",
        "合同已被他人更新。请查看后再决定是否重试。",
    ),
    "refused.agreement.not-open": pair("This contract takes no more signatures.", "此合同不再接受签署。"),
    "refused.agreement.ended": pair("This contract has ended.", "此合同已终止。"),
    "refused.agreement.needs-approval": pair(
        "A policy is in force: hand the contract in for approval first, under an approved application.",
        "审批政策已生效：请先提交审批，须有已批准的贷款申请。",
    ),
    "refused.agreement.not-approved": pair(
        "The application is not approved yet; the contract can be sent once it is.",
        "贷款申请尚未批准，批准后方可发送合同。",
    ),
    "refused.agreement.approval-used": pair(
        "Another contract was sent on this approval. Withdraw that one first, or apply anew.",
        "该批准已用于另一份合同。请先撤回该合同，或重新申请。",
    ),
    "refused.agreement.other-terms": pair(
        "Other terms were approved than this contract has. Correct the application and have it decided, or make the contract from the approved terms.",
        "已批准的条款与本合同不同。请更正申请并重新审批，或按已批准的条款制作合同。",
    ),
    "refused.agreement.other-amount": pair(
        "Another amount was approved than this contract has.", "已批准的金额与本合同不同。"
    ),
    "refused.signer.unknown": pair("There is no such party in this contract.", "合同中没有此当事人。"),
    "refused.signer.replaced": pair("Another person signs in this place by now.", "该位置的签署人已更换。"),
    "refused.signer.not-your-turn": pair("Others sign before this person.", "尚未轮到此人签署。"),
    "refused.signature.exists": pair("This person has signed already.", "此人已签署。"),
    "refused.signers.invalid": pair("The parties do not fit: {detail}", "当事人信息有误：{detail}"),
    "refused.draft.invalid": pair("The lender or the language does not fit: {detail}", "贷款机构或语言有误：{detail}"),
    "refused.terms.invalid": pair("The terms do not fit: {detail}", "条款有误：{detail}"),
    "refused.terms.incomplete": pair("A term is missing: {detail}", "条款不完整：{detail}"),
    "refused.terms.past": pair("The loan is paid out today or later.", "放款日不得早于今天。"),
    "refused.terms.schedule": pair(
        "These terms make no repayment schedule: {detail}", "按这些条款无法生成还款计划：{detail}"
    ),
    "refused.template.unknown": pair("There is no such template.", "没有此模板。"),
    "refused.template.misfit": pair("That does not fit the template: {detail}", "与模板不符：{detail}"),
    "refused.pdf.empty": pair("Choose a PDF first.", "请先选择 PDF 文件。"),
    "refused.pdf.not-a-pdf": pair("The file is no PDF.", "该文件不是 PDF。"),
    "refused.pdf.missing-glyph": pair(
        "The contract's fonts lack a character: {detail}", "合同字体缺少某个字符：{detail}"
    ),
    "refused.application.unknown": pair("There is no such application here.", "本机构没有此申请。"),
    "refused.application.moved-on": pair(
        "The application moved on meanwhile. Look again, then repeat it if it is still wanted.",
        "申请已被他人更新。请查看后再决定是否重试。",
    ),
    "refused.application.not-open": pair(
        "The application stands elsewhere by now; the page shows where.", "申请状态已变化，请以本页所示为准。"
    ),
    "refused.application.no-address": pair(
        "No applicant gave a mail address. Tell them another way and record how.",
        "申请人未提供电子邮箱，请以其他方式通知并记录。",
    ),
    "refused.application.until": pair("Choose today or a later day.", "请选择今天或以后的日期。"),
}
