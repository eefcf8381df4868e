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
    "refused.application.listing-found": pair(
        "A check made since found a listing. Return the application, so that it goes the way the policy has for that.",
        "之后的查询命中黑名单。请退回申请，以便按政策规定的路径审批。",
    ),
    "refused.decision.closed": pair(
        "It has been decided, returned or countered already.", "该申请已有结论、已退回或已反要约。"
    ),
    "refused.decision.outdated": pair(
        "The application was corrected since. Load the page again and decide on what it says now.",
        "申请已更正。请重新打开页面，按当前内容审批。",
    ),
    "refused.decision.own": pair(
        "Nobody decides on an application that they entered or that is their own.", "不得审批本人录入或本人的申请。"
    ),
    "refused.decision.role": pair("Another role or department decides this step.", "此环节由其他角色或部门审批。"),
    "refused.decision.twice": pair(
        "You, or whom you decide for, have decided on it already; each step needs another person.",
        "您或您所代理的人已作出决定；每个环节须由不同的人审批。",
    ),
    "refused.decision.recused": pair(
        "You withdrew from this application for a conflict of interest.", "您已因利益冲突回避此申请。"
    ),
    "refused.decision.delegation-expired": pair("The delegation you decide under has ended.", "您所依据的委托已到期。"),
    "refused.decision.delegation-limit": pair(
        "The delegation does not reach to this amount; linked applications count together.",
        "委托额度不足；关联申请合并计算。",
    ),
    "refused.decision.offer": pair(
        "Offer an amount, a term, or both, in the application's currency.", "请按申请币种填写反要约的金额、期限或两者。"
    ),
    "refused.decision.conditions": pair(
        "Conditions go with an approval or a return, one a line.", "仅批准或退回可附条件，每行一项。"
    ),
    "refused.decision.vote": pair(
        "A committee's members approve, decline or withdraw.", "委员只能投赞成票、反对票或回避。"
    ),
    "refused.decision.not-member": pair(
        "Only members of the committee named for it vote.", "仅该申请审批委员会的委员可以表决。"
    ),
    "refused.decision.not-chair": pair("Only the chair closes the vote.", "仅主席可以结束表决。"),
    "refused.decision.no-quorum": pair("Too few members have voted yet.", "参加表决的委员尚不足法定人数。"),
    "refused.decision.no-sitting": pair("The committee has not been named yet.", "尚未组成审批委员会。"),
    "refused.decision.sitting-named": pair("The committee has been named already.", "审批委员会已组成。"),
    "refused.decision.sitting-conflict": pair(
        "A member entered the application, is behind it, withdrew from it or decided an earlier step. Name another.",
        "有委员与此申请相关（录入、申请人、已回避或已审批先前环节），请另选。",
    ),
    "refused.statement.nonce-used": pair(
        "This was signed and counted already. Load the page again.", "此内容已签署并生效，请重新打开页面。"
    ),
    "refused.statement.expired": pair(
        "It took too long. Press Show me what I sign again.", "已超时，请重新点击“显示我将签署的内容”。"
    ),
    "refused.application.until": pair("Choose today or a later day.", "请选择今天或以后的日期。"),
}
