"""Words of waiting, of the sealed file, of declining, and of links and contracts that have come to an end."""

from typing import Final

from api.pages.words.pair import pair

AFTER: Final = {
    "wait.title": pair("You have signed", "您已签署"),
    "wait.lead": pair(
        "Your signature was recorded on {at}. The others sign next; there is nothing more for you to do.",
        "您的签名已于 {at} 记录。接下来由其他人签署，您无需再做什么。",
    ),
    "wait.not-yet-title": pair("It is not your turn yet", "尚未轮到您签署"),
    "wait.not-yet": pair(
        "Others sign before you. We tell you at {contact} when it is your turn; the same link brings you back here.",
        "其他人须先签署。轮到您时我们将通知至 {contact}，同一链接可回到此处。",
    ),
    "wait.who": pair("Who signs", "签署人"),
    "wait.signed": pair("signed", "已签署"),
    "wait.open": pair("not yet", "尚未"),
    "wait.you": pair("you", "您"),
    "wait.close": pair(
        "You can close this page. The finished file comes to {contact}, and the same link brings you back.",
        "您可以关闭本页。最终文件将发送至 {contact}，同一链接可回到此处。",
    ),
    "seal.title": pair("All have signed. The file is being sealed", "全部签署完成，正在封存文件"),
    "seal.lead": pair(
        "The signatures and their proof are put into the contract, and a time-stamp authority is asked for the time. This takes seconds; if the authority is away, it is tried again until it answers.",
        "正将签名与证明写入合同，并向时间戳机构取得时间。通常只需数秒；若机构暂不可用，将持续重试。",
    ),
    "seal.waits": pair(
        "Sealing waits: {reason}. It is tried again by itself; nothing is lost.",
        "封存等待中：{reason}。系统会自动重试，不会丢失任何内容。",
    ),
    "seal.reason-time-stamp": pair("the time-stamp authority does not answer", "时间戳机构暂无应答"),
    "seal.reason-certificate": pair(
        "the authority behind the seal's certificate does not answer", "签发封存证书的机构暂无应答"
    ),
    "seal.reason-other": pair("a technical fault that the lender sees", "技术故障，贷款机构已可见"),
    "seal.not-complete": pair("The contract counts as complete only when it is sealed.", "只有封存后，合同才算完成。"),
    "done.title": pair("Your contract is complete", "合同已完成"),
    "done.lead": pair(
        "All have signed, and the file was sealed on {at}. Keep both files below: together they prove everything without us.",
        "全部签署完成，文件已于 {at} 封存。请保存以下两个文件：二者合在一起，无需我们即可证明一切。",
    ),
    "done.sealed": pair("Sealed contract (PDF)", "已封存的合同（PDF）"),
    "done.sealed-hint": pair(
        "Contract, signatures, seal and time stamp in one file.", "合同、签名、封印与时间戳合为一个文件。"
    ),
    "done.openings": pair("Your evidence package", "您的证据包"),
    "done.openings-hint": pair(
        "Opens your own details, and nobody else's, in the proof inside the PDF. Keep it private.",
        "用于开示 PDF 内证明中您本人的信息，不含他人信息。请妥善保管。",
    ),
    "done.verify": pair("How to check it yourself", "如何自行核验"),
    "done.verify-page": pair(
        "Drop the file on the verify page; it does not leave your device.", "将文件放到核验页面，文件不会离开您的设备。"
    ),
    "done.verify-command": pair("Or without us and without a network:", "或不经由我们，也不联网："),
    "done.prefix": pair(
        "The first {bytes} bytes of the sealed file are the contract exactly as you read it:",
        "封存文件的前 {bytes} 字节就是您所阅读的合同：",
    ),
    "done.again": pair(
        "Lost them? Ask {lender} for a new link; after your identity is confirmed again it gives you another copy.",
        "遗失了？请向{lender}索取新链接，重新核实身份后即可再次取得。",
    ),
    "done.demo-seal": pair(
        "The seal and the time stamp come from a demonstration authority of this installation. They are not independent.",
        "封印与时间戳由本系统的演示机构签发，并非独立机构。",
    ),
    "again.title": pair("Fetch your copy again", "再次取得合同"),
    "again.lead": pair(
        "The contract is complete. A code alone opens nothing, because telephone numbers change hands: confirm your identity as well.",
        "合同已完成。号码可能易主，仅凭验证码无法开启：还须重新核实身份。",
    ),
    "again.passkey": pair("Confirm with my passkey", "用通行密钥确认"),
    "again.document": pair("Hand in my identity document again", "重新提交身份证件"),
}

ENDS: Final = {
    "decline.title": pair("Decline to sign", "拒绝签署"),
    "decline.lead": pair(
        "The contract then ends for everybody who was to sign it. {lender} and the others are told that you declined.",
        "合同将对所有签署人终止。{lender}及其他签署人会收到您已拒绝的通知。",
    ),
    "decline.reason": pair("Your reason", "您的理由"),
    "decline.reason-hint": pair(
        "Only {lender} reads it. It is stored encrypted and can be erased.", "仅{lender}可见，加密保存，可以删除。"
    ),
    "decline.terms": pair("The terms are not what was agreed", "条款与商定的不一致"),
    "decline.details": pair("My details are wrong", "我的信息有误"),
    "decline.not-me": pair("This contract is not for me", "这份合同与我无关"),
    "decline.changed-mind": pair("I no longer want the loan", "我不再需要这笔借款"),
    "decline.other": pair("Another reason", "其他理由"),
    "decline.note": pair("Anything to add (optional)", "补充说明（可选）"),
    "decline.missing": pair("Choose a reason.", "请选择理由。"),
    "decline.sure": pair("Yes, end this contract for everybody", "是的，请终止这份合同"),
    "decline.sure-missing": pair("Tick the box to confirm, or go back.", "请勾选确认，或返回。"),
    "decline.submit": pair("Decline to sign", "拒绝签署"),
    "decline.back": pair("Go back, I have not decided", "返回，我尚未决定"),
    "end.declined-by-you": pair("You declined to sign", "您已拒绝签署"),
    "end.declined-by-you-do": pair(
        "Nothing is signed by you, and the contract has ended. If that was a mistake, ask {lender} for a new one.",
        "您未签署任何内容，合同已终止。若属误操作，请向{lender}索取新的合同。",
    ),
    "end.declined": pair("This contract was declined", "合同已被拒绝"),
    "end.declined-do": pair(
        "One of those who were to sign declined. What you signed binds nobody now. {lender} can make a new contract.",
        "有签署人拒绝签署。您已作的签名不再约束任何人。{lender}可另行拟定合同。",
    ),
    "end.expired": pair("The time to sign is over", "签署期限已过"),
    "end.expired-do": pair(
        "Not everybody signed before {at}, so the contract has ended. Ask {lender} whether to make a new one.",
        "未能在 {at} 之前全部签署，合同已终止。请询问{lender}是否另行拟定。",
    ),
    "end.voided": pair("The lender withdrew this contract", "贷款机构已撤回合同"),
    "end.voided-do": pair(
        "It binds nobody. {lender} tells you what comes next. Sign nothing else under this number.",
        "该合同不约束任何人。后续事宜请听取{lender}的说明，请勿再签署此编号的其他文件。",
    ),
    "end.link-used": pair("This link was used in another browser", "链接已在另一浏览器使用"),
    "end.link-used-do": pair(
        "A link works in one browser only. If it was you, go on there. If it was not you, or that browser is gone, ask {lender} for a new link: the old one ends at once.",
        "每个链接仅在一个浏览器中有效。若是您本人，请在那里继续；若不是您，或该浏览器已不可用，请向{lender}索取新链接，旧链接随即失效。",
    ),
    "end.link-expired": pair("This link is too old", "链接已过期"),
    "end.link-expired-do": pair("Ask {lender} for a new link.", "请向{lender}索取新链接。"),
    "end.link-replaced": pair("This link was replaced by a newer one", "此链接已被新链接取代"),
    "end.link-replaced-do": pair(
        "Use the newest message from {lender}. If none came, ask for it.",
        "请使用{lender}发送的最新消息。如未收到，请索取。",
    ),
    "end.link-unknown": pair("This link leads nowhere", "链接无效"),
    "end.link-unknown-do": pair(
        "Copy it once more from the message, whole, or ask {lender} for a new one.",
        "请从消息中完整复制链接，或向{lender}索取新链接。",
    ),
    "problem.sign-back": pair("Go on with your contract", "返回您的合同"),
    "problem.sign-session": pair("This browser is no longer signed in here", "本浏览器的会话已结束"),
    "problem.sign-session-do": pair(
        "Nothing is lost. Open the link from your message again and enter a new code.",
        "没有任何内容丢失。请重新打开消息中的链接并输入新的验证码。",
    ),
    "problem.sign-403": pair("Not done", "未执行"),
    "problem.sign-403-do": pair(
        "Nothing was changed. Go on with your contract here, and do it there.",
        "没有任何更改。请返回您的合同页面后再操作。",
    ),
    "problem.sign-404": pair("This is not there yet", "暂无此内容"),
    "problem.sign-404-do": pair(
        "Go on with your contract: its page shows what comes next.", "请返回您的合同，页面会显示下一步。"
    ),
    "problem.sign-413": pair("The files are too large", "文件过大"),
    "problem.sign-413-do": pair(
        "Nothing was kept. Take smaller photos, or hand in fewer, and try again.",
        "未保存任何内容。请拍摄较小的照片或减少数量后重试。",
    ),
    "problem.sign-422": pair("Something in the form is missing", "表单内容不完整"),
    "problem.sign-422-do": pair(
        "Nothing was kept. Go back, fill in the form once more and send it.", "未保存任何内容。请返回重新填写后提交。"
    ),
    "problem.sign-503": pair("Not available at the moment", "暂时不可用"),
    "problem.sign-503-do": pair(
        "Try again in a minute. The steps you have taken are kept.", "请一分钟后重试。您已完成的步骤均已保留。"
    ),
    "problem.sign-other": pair("That did not work", "操作未成功"),
    "problem.sign-other-do": pair(
        "Go on with your contract and try again. If it happens again, call the lender by a number that you already know, and say the code.",
        "请返回您的合同后重试。若再次发生，请以您已知的电话联系贷款机构并告知代码。",
    ),
    "end.session": pair("This browser is no longer signed in here", "本浏览器的会话已结束"),
    "end.session-do": pair(
        "Nothing is lost. Open the link from your message again and enter a new code.",
        "没有任何内容丢失。请重新打开消息中的链接并输入新的验证码。",
    ),
    "end.under-age": pair("This contract cannot be signed by you", "您不能签署此合同"),
    "end.under-age-do": pair(
        "By the details in it you are too young to sign it. Ask {lender} to correct them if they are wrong.",
        "根据合同所载信息，您未达到签署年龄。若信息有误，请联系{lender}更正。",
    ),
    "end.authority": pair("Your authority to sign has ended", "您的授权已失效"),
    "end.authority-do": pair(
        "The power of attorney named in this contract does not cover today. Ask {lender} what to hand in.",
        "合同所载授权委托书今日不在有效范围内。请向{lender}咨询须补交的材料。",
    ),
    "end.ended": pair("This contract is closed", "此合同已结束"),
    "end.ended-do": pair(
        "It was declined, withdrawn, or its time ran out. There is nothing more to do here. {lender} knows more.",
        "该合同已被拒绝、撤回或已过期，此处无需再做任何操作。详情请咨询{lender}。",
    ),
    "end.link-sent": pair("Look at your messages", "请查看您的消息"),
    "end.link-sent-do": pair(
        "If this link was yours, a new one is on its way to the address that {lender} has. Use that one.",
        "若此链接属于您，新链接将发送至{lender}所登记的联系方式，请使用新链接。",
    ),
    "end.renew": pair("Send me a new link", "给我发送新链接"),
    "end.renew-hint": pair(
        "It goes to the address on record, whoever asks for it.", "无论由谁请求，新链接只会发送至登记的联系方式。"
    ),
    "end.lender": pair("the lender", "贷款机构"),
    "end.what": pair("What you can do", "您可以"),
}
