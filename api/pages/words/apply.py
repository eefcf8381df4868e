"""Words of the staff's pages of applications: the list, the form to enter or correct one, and what is done with it for the applicant."""

from typing import Final

from api.pages.words.pair import pair

APPLY: Final = {
    "enter.nav": pair("Applications", "贷款申请"),
    "enter.new": pair("New application", "新建申请"),
    "enter.correct": pair("Correct application {number}", "更正申请 {number}"),
    "enter.lead": pair(
        "It is put on record as a draft. Hand it in for decision on the page that follows.",
        "登记后为草稿，可在随后的页面提交审批。",
    ),
    "enter.correct-lead": pair(
        "A new version is put on record, to be handed in and decided anew. People, collateral and papers stay; new files are added.",
        "将登记一个新版本，须重新提交审批。申请人、押品与已有附件不变，新文件将一并加入。",
    ),
    "enter.none": pair("No application matches.", "没有符合条件的申请。"),
    "enter.exact": pair(
        "Exactly. A search for a person is noted in the access log.", "须完全一致。查找个人将记入访问日志。"
    ),
    "enter.by-number": pair("application number", "申请编号"),
    "enter.by-name": pair("name of an applicant", "申请人姓名"),
    "enter.by-phone": pair("telephone of an applicant", "申请人电话"),
    "enter.waits": pair("Waits for", "等待"),
    "enter.loan": pair("The loan", "贷款"),
    "enter.amount": pair("Amount", "金额"),
    "enter.months": pair("Term in months", "期限（月）"),
    "enter.grade": pair("Risk grade", "风险等级"),
    "enter.standard": pair("Grading standard", "评级标准"),
    "enter.standard-hint": pair("Which rules the grade follows, such as 2026-1.", "评级所依据的规则，如 2026-1。"),
    "enter.terms": pair("Terms to be approved", "待审批的条款"),
    "enter.terms-hint": pair(
        "The number of the draft contract, or the SHA-256 of its terms. Only a contract with exactly these terms can be sent on the approval.",
        "填写合同草稿编号，或其条款的 SHA-256。批准后只有条款完全一致的合同才能发送。",
    ),
    "enter.person": pair("Applicant {number}", "申请人 {number}"),
    "enter.identity": pair("Document", "证件"),
    "enter.identity-number": pair("Number", "号码"),
    "enter.email-hint": pair("Where what is needed or offered is mailed to.", "用于通知需补充的材料或反要约。"),
    "enter.optional": pair("May be left empty.", "可留空。"),
    "enter.collateral-value": pair("Value", "价值"),
    "enter.collateral-kind": pair("Kind", "种类"),
    "enter.no-collateral": pair("none", "无"),
    "enter.papers": pair("Papers", "附件"),
    "enter.papers-hint": pair(
        "JPEG, PNG or PDF, at most 10 MiB each. Choose them again if the form comes back.",
        "JPEG、PNG 或 PDF，每个不超过 10 MiB。若表单被退回，请重新选择。",
    ),
    "enter.file-kind": pair("What it is", "文件种类"),
    "enter.file": pair("File", "文件"),
    "enter.press": pair("Put on record", "登记"),
    "enter.faults": pair("Nothing was recorded yet. Correct what is marked below.", "尚未登记。请更正下方标出的内容。"),
    "enter.fault-empty": pair("Fill this in.", "此项必填。"),
    "enter.fault-amount": pair("Write an amount above 0, such as 120,000.00.", "请填写大于 0 的金额，如 120,000.00。"),
    "enter.fault-currency": pair("Write a currency such as CNY.", "请填写币种，如 CNY。"),
    "enter.fault-months": pair("Write a number of months from 1 to 600.", "请填写 1 至 600 的月数。"),
    "enter.fault-grade": pair("Write a grade such as B.", "请填写等级，如 B。"),
    "enter.fault-terms": pair(
        "There is no contract of this number here, and it is no SHA-256.", "本机构没有此编号的合同，也不是 SHA-256。"
    ),
    "enter.fault-email": pair(
        "Write an e-mail address such as lin@example.com.", "请填写有效的电子邮箱，如 lin@example.com。"
    ),
    "enter.fault-file": pair(
        "Choose a JPEG, PNG or PDF of at most 10 MiB.", "请选择不超过 10 MiB 的 JPEG、PNG 或 PDF。"
    ),
    "enter.start": pair("Apply for its approval", "申请审批"),
    "enter.next": pair("For the applicant", "申请办理"),
    "enter.submit": pair("Hand in for decision", "提交审批"),
    "enter.correct-way": pair("Correct it", "更正"),
    "enter.withdraw": pair("Withdraw it for the applicant", "代申请人撤回"),
    "enter.withdraw-hint": pair("That ends the application; it cannot be undone.", "撤回后申请即告终止，不可恢复。"),
    "enter.withdraw-tick": pair("The applicant wants this", "系申请人本人意愿"),
    "enter.accept": pair("Take the counter-offer for the applicant", "代申请人接受反要约"),
    "enter.accept-hint": pair(
        "A new version with the offered terms is put on record, to be handed in and decided anew.",
        "将按反要约登记一个新版本，须重新提交审批。",
    ),
    "enter.accept-tick": pair("The applicant takes the offer", "申请人接受该反要约"),
    "enter.ground": pair("Why", "原因"),
    "enter.evidence": pair("What shows it (letter, mail, note)", "证明文件（信函、邮件或记录）"),
    "enter.evidence-hint": pair(
        "Its SHA-256 goes on record, the file does not: keep it with your papers.",
        "仅登记其 SHA-256，不保存文件：请自行归档。",
    ),
    "enter.tick-missing": pair("Tick that the applicant wants this.", "请先勾选申请人的意愿。"),
    "enter.evidence-missing": pair("Choose the file that shows it.", "请选择证明文件。"),
}
