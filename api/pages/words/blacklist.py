"""Words of the page on which staff check an applicant against the shared blacklist."""

from typing import Final

from api.pages.words.pair import pair

CHECK: Final = {
    "check.title": pair("Blacklist check", "黑名单核查"),
    "check.lead": pair(
        "The number that you type stays in this browser. It is blinded here; no one, and this service neither, learns whom you check, nor the answer.",
        "您输入的号码仅留在本浏览器中，在此盲化后才发出；任何人（包括本系统）均不知道您核查的是谁，也不知道结果。",
    ),
    "check.needs-script": pair(
        "This page needs JavaScript, because nothing but your browser may see the number. Without it use `tally blacklist check`.",
        "本页需要 JavaScript：号码只能由您的浏览器处理。否则请使用命令 tally blacklist check。",
    ),
    "check.kind": pair("Kind of identifier", "证件或标识类型"),
    "check.kind-cn-id": pair("Identity number", "居民身份证号码"),
    "check.kind-cn-uscc": pair("Unified social credit code", "统一社会信用代码"),
    "check.kind-phone": pair("Telephone number", "电话号码"),
    "check.kind-passport": pair("Passport (state and number, CHN:E12345678)", "护照（签发国与号码，如 CHN:E12345678）"),
    "check.kind-bank-card": pair("Bank card number", "银行卡号"),
    "check.identifier": pair("Identifier", "号码"),
    "check.stays": pair(
        "It is not sent, not stored, and cleared after the check.", "不会发送、不会保存，核查后即清除。"
    ),
    "check.application": pair("Application number", "申请编号"),
    "check.consent": pair("Consent of the applicant (file, optional)", "申请人授权书（文件，可选）"),
    "check.consent-why": pair("Only its SHA-256 is used, and it is computed here.", "仅使用其 SHA-256，且在本机计算。"),
    "check.press": pair("Check", "核查"),
    "check.stretching": pair("Stretching and blinding the number in this browser …", "正在本浏览器中拉伸并盲化号码……"),
    "check.asking": pair("Asking the evaluators, checking their proofs …", "正在询问评估方并验证其证明……"),
    "check.result": pair("Result", "结果"),
    "check.listed": pair("Listed: the subject is on the list.", "已列入：该主体在名单中。"),
    "check.marked": pair(
        "Marked as a victim of impersonation: no accusation. Check with extra care who applies.",
        "已标记为被冒用人，并非指控；请格外仔细核实申请人身份。",
    ),
    "check.clean": pair("Not listed, and proved so.", "未列入，并有证明。"),
    "check.soft": pair(
        "A hint only: numbers like this change hands. A person must judge it.",
        "仅为线索：此类号码会易主，须由人工判断。",
    ),
    "check.not-whole": pair(
        "The registry shows other details than its list commits to. Check again; if it stays, tell the consortium.",
        "登记方所示详情与名单承诺不符，请重新核查；如仍不符，请告知联盟。",
    ),
    "check.unreadable": pair("Listed; the details cannot be read.", "已列入；详情无法读取。"),
    "check.unreachable": pair("The service does not answer. Try again.", "服务没有响应，请重试。"),
    "check.failed": pair("The check could not be made:", "无法完成核查："),
    "check.version": pair("Version of the list", "名单版本"),
    "check.evaluators": pair("Evaluators that answered and proved it", "已应答并给出证明的评估方"),
    "check.prefix": pair("Part of the list that was fetched", "所取的名单分段"),
    "check.co-located": pair(
        "The evaluators are run by one party: self-operated, not independent.", "评估方由同一方运行：自营，非独立。"
    ),
    "check.receipt": pair("Receipt", "核查凭证"),
    "check.opening": pair("Opening", "开示文件"),
    "check.files": pair(
        "The receipt names nobody and may be shown. The opening names the subject: keep it like the application itself. `tally verify` checks both.",
        "凭证不含主体，可以出示；开示文件含主体，请按申请材料保管。可用 tally verify 验证两者。",
    ),
    "check.limits": pair(
        "It does not prove that nobody looked again later, that the list was complete, or that the number is this person's.",
        "本结果不证明此后未再核查、名单完整，或该号码属于此人。",
    ),
    "check.fault-empty": pair("Type the number.", "请输入号码。"),
    "check.fault-too-long": pair("This is too long for such a number.", "号码过长。"),
    "check.fault-masked": pair("Parts of it are hidden: the whole number is needed.", "号码有遮盖，须填写完整号码。"),
    "check.fault-length": pair("It has too many or too few characters.", "位数不对。"),
    "check.fault-characters": pair("A character in it cannot stand there.", "含有不允许的字符。"),
    "check.fault-check-digit": pair(
        "The last character does not fit the others: one is mistyped.", "校验位不符，可能有误输。"
    ),
    "check.fault-date": pair(
        "The date of birth in it is in no calendar, or still to come.", "其中的出生日期不存在或尚未到来。"
    ),
    "check.fault-region": pair("The region in it is none of China's.", "其中的地区代码不存在。"),
    "check.fault-country": pair("The country before it is missing or unknown.", "缺少国家代码或国家未知。"),
    "check.fault-form": pair("It is not written as such a number is.", "格式不符。"),
    "check.fault-placeholder": pair('It stands for "none" and names nobody.', "该号码为占位符，不指任何主体。"),
    "check.reason-forged-identity": pair("Forged identity", "伪造身份"),
    "check.reason-forged-material": pair("Forged material", "伪造材料"),
    "check.reason-diverted-funds": pair("Diverted funds", "挪用贷款资金"),
    "check.reason-impersonation": pair("Impersonation", "冒名"),
    "check.reason-organised-fraud": pair("Organised fraud", "团伙欺诈"),
    "check.reason-victim-of-impersonation": pair(
        "No accusation: others use this person's papers", "并非指控：他人冒用此人证件"
    ),
    "check.state-proposed": pair("proposed by one institution", "由一家机构提出"),
    "check.state-confirmed": pair("confirmed by a second institution", "已由另一机构确认"),
    "check.state-disputed": pair("disputed", "争议中"),
}
