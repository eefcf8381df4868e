"""What the shipped policies name, in words: products, paths, attachments and the like. What only a lender's own policy names is shown as it is."""

from typing import Final

from api.pages.words.pair import pair

SHIPPED: Final = {
    "product.personal-instalment": pair("Personal instalment loan", "个人分期借款"),
    "product.small-business": pair("Small business loan", "小微企业借款"),
    "path.automatic": pair("decided by rules", "规则自动审批"),
    "path.two": pair("two decisions", "两级审批"),
    "path.three": pair("three decisions", "三级审批"),
    "path.committee": pair("committee", "审批委员会"),
    "policy.default": pair("shipped policy", "默认政策"),
    "policy.default-without-check": pair("shipped policy, without blacklist checks", "默认政策（不查黑名单）"),
    "channel.counter": pair("at the counter", "柜面"),
    "channel.online": pair("online", "线上"),
    "channel.partner": pair("through a partner", "合作方"),
    "attachment.identity": pair("identity document", "身份证件"),
    "attachment.income": pair("proof of income", "收入证明"),
    "attachment.bank-statement": pair("bank statement", "银行流水"),
    "attachment.business-licence": pair("business licence", "营业执照"),
    "attachment.collateral": pair("papers of the collateral", "押品资料"),
    "attachment.consent": pair("consent", "授权书"),
    "source.credit-report": pair("credit report", "征信报告"),
    "collateral.real-estate": pair("real estate", "不动产"),
    "collateral.vehicle": pair("vehicle", "车辆"),
    "collateral.equipment": pair("equipment", "设备"),
    "collateral.receivables": pair("receivables", "应收账款"),
    "collateral.deposit": pair("deposit", "存单"),
    "collateral.other": pair("other", "其他"),
    "lack.attachment": pair("an attachment: {name}", "附件：{name}"),
    "lack.third-party": pair("{name}, not older than {age} days", "{name}，须在 {age} 天以内"),
    "lack.check": pair(
        "a blacklist check of applicant {name} with its receipt, not older than {age} minutes",
        "申请人 {name} 的黑名单查询及其回执，须在 {age} 分钟以内",
    ),
}
