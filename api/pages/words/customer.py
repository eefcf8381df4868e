"""Words of the signing pages, up to the end of reading: invitation, code, identity, the contract and its key terms."""

from typing import Final

from api.pages.words.pair import pair

BEFORE: Final = {
    "step.label": pair("Steps of signing", "签署步骤"),
    "step.count": pair("Step {number} of {count}", "第 {number} 步，共 {count} 步"),
    "step.confirm": pair("Confirm", "核实"),
    "step.read": pair("Read", "阅读"),
    "step.agree": pair("Agree", "同意"),
    "step.sign": pair("Sign", "签署"),
    "step.keep": pair("Keep", "留存"),
    "step.done": pair("done", "已完成"),
    "step.now": pair("you are here", "当前"),
    "role.borrower": pair("Borrower", "借款人"),
    "role.co-borrower": pair("Co-borrower", "共同借款人"),
    "role.guarantor": pair("Guarantor", "保证人"),
    "role.lender": pair("Lender", "贷款人"),
    "role.officer": pair("Lender's officer", "贷款人经办人"),
    "role.witness": pair("Witness", "见证人"),
    "case.label": pair("This loan contract", "本借款合同"),
    "case.number": pair("Contract number", "合同编号"),
    "case.lender": pair("Lender", "贷款机构"),
    "case.you": pair("You", "您"),
    "case.help": pair(
        "Questions? Ask {lender}, by a telephone number that you already know, not one from a message.",
        "如有疑问，请通过您已知的电话联系{lender}，不要使用短信或邮件中的号码。",
    ),
    "case.footer": pair(
        "This page loads nothing from elsewhere. It keeps one cookie, for this signing only.",
        "本页不加载任何外部内容。仅为本次签署保存一个 Cookie。",
    ),
    "case.decline": pair("I do not want to sign", "我不想签署"),
    "open.title": pair("{lender} asks you to sign a loan contract", "{lender}请您签署一份借款合同"),
    "open.lead": pair(
        "Take your time: nothing is signed until you have read the contract and confirmed with your own key.",
        "请从容办理：在您读完合同并用自己的密钥确认之前，不会产生任何签署。",
    ),
    "open.what": pair("What will happen", "接下来的步骤"),
    "open.confirm": pair(
        "A code shows that this link reached you and nobody else.", "通过验证码确认此链接由您本人收到。"
    ),
    "open.read": pair(
        "You read the contract. This device checks that it is the very file you will sign.",
        "您阅读合同。本设备会核对它正是您将签署的文件。",
    ),
    "open.agree": pair("You agree to sign electronically, or you do not.", "您决定是否同意以电子方式签署。"),
    "open.sign": pair(
        "You sign with a key that only you hold: fingerprint, face or screen lock.",
        "您用只有本人持有的密钥签署：指纹、面容或锁屏密码。",
    ),
    "open.keep": pair("You get one file that carries its own proof.", "您将得到一份自带证明的文件。"),
    "open.nothing": pair(
        "Opening this link has given access to nothing. If you expected no contract, close this page and tell {lender}.",
        "打开此链接并未开放任何内容。若您并未等待合同，请关闭本页并告知{lender}。",
    ),
    "open.continue": pair("Send me the code", "发送验证码"),
    "open.resume": pair("Continue where I was", "继续上次的步骤"),
    "open.needs": pair(
        "You need: this phone or computer, ten minutes, and the phone or mailbox that this message came to.",
        "您需要：本手机或电脑、约十分钟，以及接收此消息的手机或邮箱。",
    ),
    "browser.title": pair("Open this in your browser", "请在浏览器中打开"),
    "browser.why": pair(
        "You are inside {app}. Apps like this cannot use your signing key. Open the same link in your browser; you go on where you are now.",
        "您正在{app}内打开。此类应用无法使用您的签署密钥。请在浏览器中打开同一链接，即可从当前步骤继续。",
    ),
    "browser.why-unknown": pair(
        "This browser offers no passkeys. Open the same link in Chrome, Safari, Edge or Firefox; you go on where you are now.",
        "此浏览器不支持通行密钥。请在 Chrome、Safari、Edge 或 Firefox 中打开同一链接，即可从当前步骤继续。",
    ),
    "browser.open": pair("Open in your browser", "在浏览器中打开"),
    "browser.go-on": pair("Go on in another browser", "在其他浏览器中继续"),
    "browser.lead": pair(
        "Open this link in the browser where you want to sign, within {minutes} minutes. It asks for a new code there; the steps you have taken are kept.",
        "请在 {minutes} 分钟内于您要签署的浏览器中打开此链接。届时将要求新的验证码，您已完成的步骤会保留。",
    ),
    "browser.menu": pair(
        "Or use the app's menu (⋯) and choose “Open in browser”, or copy the link:",
        "或使用应用菜单（⋯）选择“在浏览器打开”，或复制链接：",
    ),
    "browser.copy": pair("Copy the link", "复制链接"),
    "browser.copied": pair("Copied. Paste it into your browser's address line.", "已复制。请粘贴到浏览器的地址栏。"),
    "browser.not-copied": pair("Press and hold the link above to copy it.", "请长按上方链接进行复制。"),
    "browser.link": pair("Link", "链接"),
    "code.title": pair("Enter the code", "输入验证码"),
    "code.lead": pair("We sent {digits} digits to {contact}.", "{digits} 位验证码已发送至 {contact}。"),
    "code.lead-lost": pair(
        "{digits} digits confirm that this browser is yours.", "请用 {digits} 位验证码确认此浏览器由您本人使用。"
    ),
    "code.label": pair("Code", "验证码"),
    "code.hint": pair(
        "It works in this browser only and for {minutes} minutes. Nobody from {lender} will ask you for it.",
        "仅在本浏览器内有效，{minutes} 分钟内可用。{lender}的任何人都不会向您索要验证码。",
    ),
    "code.submit": pair("Continue", "继续"),
    "code.resend": pair("Send a new code", "重新发送验证码"),
    "code.by-email": pair("Send it by e-mail to {contact}", "改为发送至邮箱 {contact}"),
    "code.by-sms": pair("Send it by SMS to {contact}", "改为发送短信至 {contact}"),
    "code.resend-in": pair("You can ask for a new code in {seconds} s.", "{seconds} 秒后可重新发送。"),
    "code.sending": pair(
        "It is on its way. This page says so if it cannot be delivered.", "验证码正在发送；如无法送达，本页将提示。"
    ),
    "code.sent": pair(
        "A new code is on its way. The one before no longer works.", "新验证码已发出，之前的验证码已失效。"
    ),
    "code.undelivered": pair(
        "No code reached {contact}: the message was not sent. Ask for a new one now; if that fails too, ask {lender} whether the address "
        "is right.",
        "验证码未能发送至 {contact}。请立即重新获取；如再次失败，请向{lender}确认联系方式是否正确。",
    ),
    "code.wrong": pair(
        "That code is not right. Check it and try again; after five attempts a new code is needed.",
        "验证码不正确，请核对后重试；错误五次后须重新获取。",
    ),
    "code.expired": pair("That code no longer counts. Ask for a new one.", "验证码已失效，请重新获取。"),
    "code.too-often": pair(
        "A code was sent a moment ago. Wait a little, then ask again.", "刚刚已发送验证码，请稍后再试。"
    ),
    "code.no-channel": pair(
        "There is no address on record that a code could go to. Ask {lender}.",
        "没有可用于接收验证码的联系方式，请联系{lender}。",
    ),
    "code.locked": pair(
        "Too many wrong codes. Nothing was opened. Try again tomorrow, or ask {lender} to help.",
        "错误次数过多，未开放任何内容。请明天再试，或联系{lender}。",
    ),
    "identity.title": pair("Show who you are", "核实身份"),
    "identity.lead": pair(
        "{lender} has to know that {name} signs, and nobody else. A person there compares the photo with your details.",
        "{lender}需要确认签署人确为{name}本人，将由工作人员比对照片与您的资料。",
    ),
    "identity.kind": pair("Document", "证件类型"),
    "identity.id-card": pair("Identity card", "居民身份证"),
    "identity.passport": pair("Passport", "护照"),
    "identity.licence": pair("Driving licence", "驾驶证"),
    "identity.photo": pair("Photos of the document, both sides", "证件照片（正反面）"),
    "identity.photo-hint": pair(
        "JPEG, PNG or PDF, up to {megabytes} MB each, three at most. All four corners in the picture, no glare.",
        "JPEG、PNG 或 PDF，每个不超过 {megabytes} MB，最多三个。四角完整、无反光。",
    ),
    "identity.kept": pair(
        "It is stored encrypted, seen only by those who check it, and never written to the log or a chain. The log says only who checked, when, and the result.",
        "照片加密保存，仅供核验人员查看，不会写入日志或链上。日志只记载由谁、何时核验及结果。",
    ),
    "identity.too-large": pair(
        "{name} is larger than {megabytes} MB. Choose a smaller one.", "{name} 超过 {megabytes} MB，请选择较小的文件。"
    ),
    "identity.sending": pair("Sending… {percent} %", "正在上传… {percent}%"),
    "identity.not-sent": pair(
        "The connection broke before all was sent. Nothing was handed in: try again.",
        "连接中断，未提交任何内容，请重试。",
    ),
    "identity.submit": pair("Hand in the photo", "提交照片"),
    "identity.waiting-title": pair("Your document is being checked", "证件核验中"),
    "identity.waiting": pair(
        "A person at {lender} looks at it, usually within one working day. You can close this page: we tell you at {contact}, and the same link brings you back here.",
        "{lender}的工作人员正在核验，通常在一个工作日内完成。您可以关闭本页：结果将通知至 {contact}，同一链接可回到此处。",
    ),
    "identity.refused": pair(
        "The last photo could not be accepted. {lender} can tell you why; please hand in another.",
        "上次提交的照片未被接受，原因请咨询{lender}。请重新提交。",
    ),
    "identity.not-accepted": pair(
        "These files cannot be used. Hand in one to three of the whole document: JPEG, PNG, or PDF without password or "
        "scripts, up to 5 MB each.",
        "所选文件无法使用。请提交一至三个完整证件的文件：JPEG、PNG，或无密码、无脚本的 PDF，每个不超过 5 MB。",
    ),
    "identity.too-many": pair(
        "Papers were handed in often enough here. Talk to {lender}.", "提交次数已达上限，请联系{lender}。"
    ),
    "identity.updates": pair("This page updates by itself.", "本页会自动更新。"),
    "identity.look-again": pair("Look again", "刷新"),
}

READING: Final = {
    "read.title": pair("Read the contract", "阅读合同"),
    "read.lead": pair(
        "These are the key terms. The contract below is what counts.", "以下为主要条款，以下方合同全文为准。"
    ),
    "read.terms": pair("Key terms", "主要条款"),
    "read.document": pair("The contract", "合同全文"),
    "read.pages": pair("Pages: {count}", "共 {count} 页"),
    "read.page-of": pair("Page {page} of {count}", "第 {page} 页，共 {count} 页"),
    "read.checking": pair("Checking the file on this device…", "正在本设备上核对文件…"),
    "read.same": pair(
        "This device computed the fingerprint of the file shown here. It is the one that your signature will name.",
        "本设备已计算此处所示文件的指纹，与您的签名将载明的一致。",
    ),
    "read.fingerprint": pair("Fingerprint (SHA-256)", "指纹（SHA-256）"),
    "read.other": pair(
        "The file that arrived is not the one you are asked to sign. Nothing can be signed here. Do not go on, and tell {lender}.",
        "收到的文件不是请您签署的文件，此处无法签署。请勿继续，并告知{lender}。",
    ),
    "read.not-loaded": pair(
        "The contract could not be loaded. Check the connection and reload this page; nothing is lost.",
        "合同未能加载。请检查网络后刷新本页，不会丢失任何内容。",
    ),
    "read.not-drawn": pair(
        "The file is the right one, but this browser cannot draw it. Open this page in another browser.",
        "文件正确，但此浏览器无法显示。请换用其他浏览器打开本页。",
    ),
    "read.progress": pair("{seen} of {count} pages seen", "已阅 {seen} / {count} 页"),
    "read.plain": pair(
        "This page draws the contract only with JavaScript. Without it, download the file and read it; the fingerprint is below.",
        "未启用 JavaScript 时本页无法显示合同。请下载文件阅读，指纹见下方。",
    ),
    "read.download": pair("Download the contract (PDF, {size})", "下载合同（PDF，{size}）"),
    "read.text": pair("Read as plain text", "以纯文本阅读"),
    "read.text-hint": pair(
        "The same pages as text, for screen readers and small screens. The PDF is what counts.",
        "相同内容的文本版，便于读屏软件与小屏幕使用，以 PDF 为准。",
    ),
    "read.larger": pair("Larger", "放大"),
    "read.smaller": pair("Smaller", "缩小"),
    "read.go-on": pair("I have read the contract", "我已阅读合同"),
    "read.to-the-end": pair("The way on opens when the last page was in view.", "显示过末页后即可继续。"),
    "read.incomplete": pair(
        "The last page was not in view yet. Go through the contract to its end; without JavaScript this page cannot show it.",
        "尚未显示末页。请浏览至合同末尾；未启用 JavaScript 时本页无法显示合同。",
    ),
    "read.go-on-hint": pair(
        "You can go back to the contract at any time before you sign.", "签署之前，您可随时返回查看合同。"
    ),
    "terms.amount": pair("Amount", "借款金额"),
    "terms.term": pair("Term", "借款期限"),
    "terms.months": pair("{count} months", "{count} 个月"),
    "terms.rate": pair("Interest per year", "年利率"),
    "terms.repayment": pair("Repayment", "还款方式"),
    "terms.equal-instalment": pair("Equal instalments", "等额本息"),
    "terms.equal-principal": pair("Equal principal", "等额本金"),
    "terms.interest-only": pair("Interest monthly, principal at the end", "按期付息，到期还本"),
    "terms.bullet": pair("All at the end", "到期一次还本付息"),
    "terms.instalment": pair("First instalment", "首期还款额"),
    "terms.first-due": pair("First due date", "首期还款日"),
    "terms.last-due": pair("Last due date", "末期还款日"),
    "terms.interest": pair("Interest in all", "利息合计"),
    "terms.last-instalment": pair("Last instalment", "末期还款额"),
    "terms.effective-rate": pair("Effective rate per year, with fees", "年化综合成本（含费用）"),
    "terms.all-fees": pair("Fees in all", "费用合计"),
    "terms.fee-arrangement": pair("Arrangement fee", "手续费"),
    "terms.fee-service": pair("Service fee", "服务费"),
    "terms.fee-appraisal": pair("Appraisal fee", "评估费"),
    "terms.fee-registration": pair("Registration fee", "登记费"),
    "terms.fee-insurance": pair("Insurance", "保险费"),
    "terms.fee-other": pair("Other fee", "其他费用"),
    "terms.total": pair("To be repaid in all", "还款总额"),
    "terms.at-drawdown": pair("once, at the beginning", "放款时一次性收取"),
    "terms.each-instalment": pair("with each instalment", "随每期收取"),
    "terms.late-rate": pair("Interest on late payment, per year", "逾期年利率"),
    "terms.collateral": pair("Collateral", "担保物"),
    "terms.purpose": pair("Purpose", "借款用途"),
    "terms.product": pair("Product", "产品"),
    "terms.personal-instalment": pair("Personal instalment loan", "个人分期借款"),
    "terms.small-business": pair("Small-business loan", "小微企业借款"),
}
