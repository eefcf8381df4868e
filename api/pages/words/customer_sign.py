"""Words of agreeing and signing: the consent, what is signed, the pens, and what can go wrong with them."""

from typing import Final

from api.pages.words.pair import pair

CONSENT: Final = {
    "consent.title": pair("Agree to sign electronically", "同意以电子方式签署"),
    "consent.lead": pair(
        "You may refuse, and sign on paper with {lender} instead. Refusing costs nothing.",
        "您可以不同意，改为在{lender}以纸质方式签署，不产生任何费用。",
    ),
    "consent.text": pair("What you agree to", "您同意的内容"),
    "consent.version": pair("Consent text {version}", "同意书文本 {version}"),
    "consent.code": pair("Reading code", "阅读码"),
    "consent.code-hint": pair(
        "It is printed in the contract above, in the box marked “阅读码 · Reading code” after the signatures. Entering it shows that you can open and read the file.",
        "印在上方合同签名处之后标有“阅读码”的方框内。输入该码表明您能够打开并阅读文件。",
    ),
    "consent.code-wrong": pair(
        "That is not the code in this contract. Look for the box marked “阅读码 · Reading code” again.",
        "与合同中的阅读码不符，请再次查看标有“阅读码”的方框。",
    ),
    "consent.code-locked": pair(
        "Too many wrong codes in this browser. Ask {lender} for a new link.",
        "本浏览器中错误次数过多，请向{lender}索取新链接。",
    ),
    "consent.tick": pair("I agree to all of this", "我同意以上全部内容"),
    "consent.tick-missing": pair(
        "Tick the box if you agree; otherwise choose “I do not want to sign”.", "如同意请勾选；否则请选择“我不想签署”。"
    ),
    "consent.submit": pair("I agree", "同意"),
    "consent.back": pair("Back to the contract", "返回合同"),
}

SIGNING: Final = {
    "sign.title": pair("Sign the contract", "签署合同"),
    "sign.lead": pair(
        "This is what your signature will say. Your key signs exactly this and nothing else.",
        "以下即您的签名所声明的内容。您的密钥只签署这些内容。",
    ),
    "sign.what": pair("What you sign", "您签署的内容"),
    "sign.as": pair("As", "签署身份"),
    "sign.until": pair("Valid until", "有效期至"),
    "sign.details": pair("Everything in the statement, in full", "声明全文"),
    "sign.exact": pair("The exact bytes that are signed", "被签署的确切字节"),
    "sign.digest": pair("Fingerprint of the statement", "声明指纹"),
    "fact.agreement": pair("Agreement", "合同标识"),
    "fact.chain_id": pair("Chain", "链 ID"),
    "fact.checkpoint": pair("Checkpoint as seen", "所见检查点"),
    "fact.consent_sha256": pair("Consent text", "同意书文本指纹"),
    "fact.document_bytes": pair("Length of the contract", "合同长度"),
    "fact.document_sha256": pair("Contract", "合同指纹"),
    "fact.expires_at": pair("Valid until", "有效期至"),
    "fact.head": pair("History as seen", "所见历史"),
    "fact.key_id": pair("Key", "密钥"),
    "fact.log": pair("Log", "日志"),
    "fact.nonce": pair("Used once", "一次性随机数"),
    "fact.role": pair("Role", "身份"),
    "fact.signer": pair("Signer", "签署人标识"),
    "fact.terms_sha256": pair("Terms", "条款指纹"),
    "pen.title": pair("Your pen", "签署方式"),
    "pen.needs-script": pair(
        "Signing needs JavaScript, because your key stays on this device and this page must reach it there. Turn it on and reload.",
        "签署需要 JavaScript：您的密钥保存在本设备上，须由本页在此调用。请启用后刷新。",
    ),
    "pen.checking": pair("Checking the contract on this device once more…", "正在本设备上再次核对合同…"),
    "pen.checked": pair(
        "The file on this device is the one that this statement names.", "本设备上的文件与声明所载一致。"
    ),
    "pen.passkey": pair("Sign with a passkey", "用通行密钥签署"),
    "pen.passkey-hint": pair(
        "Fingerprint, face or screen lock. The key never leaves your device; neither we nor {lender} can sign with it.",
        "使用指纹、面容或锁屏密码。密钥不会离开您的设备，我们与{lender}都无法代签。",
    ),
    "pen.make-passkey": pair("Make my signing key", "创建我的签署密钥"),
    "pen.passkey-first": pair(
        "First your device makes the key; nothing is signed by that. Then you see the statement in full, and sign it.",
        "首先由设备创建密钥，此步不产生签署。随后您可查看声明全文，再行签署。",
    ),
    "pen.others": pair("Other ways to sign", "其他签署方式"),
    "pen.wallet": pair("Sign with an Ethereum wallet", "用以太坊钱包签署"),
    "pen.wallet-hint": pair(
        "With the account that is yours in this contract. The wallet shows what you sign.",
        "使用本合同中属于您的账户。钱包会显示您所签署的内容。",
    ),
    "pen.one-time": pair("Sign with a one-time key", "用一次性密钥签署"),
    "pen.one-time-hint": pair(
        "Weaker: made in this browser for this one signature, and tied to you by the code alone. It is labelled as weaker in the file for good.",
        "效力较弱：仅为本次签署在浏览器中生成，只凭验证码与您关联。文件中将永久标注为较弱方式。",
    ),
    "pen.weaker": pair("weaker", "较弱"),
    "pen.waiting": pair("Waiting for your device…", "等待设备确认…"),
    "pen.sending": pair("Recording your signature…", "正在记录您的签名…"),
    "pen.cancelled": pair(
        "Nothing was signed: the prompt was closed or timed out. Try again when you are ready.",
        "未签署任何内容：提示已关闭或超时。准备好后请重试。",
    ),
    "pen.no-passkey": pair(
        "This browser has no passkeys. Use another browser or device, or another way below.",
        "此浏览器不支持通行密钥。请更换浏览器或设备，或使用下方其他方式。",
    ),
    "pen.no-wallet": pair("No wallet was found in this browser.", "此浏览器中未找到钱包。"),
    "pen.other-file": pair(
        "Refused: the file on this device is not the one that the statement names. Nothing was signed. Tell {lender}.",
        "已拒绝：本设备上的文件与声明所载不一致，未签署任何内容。请告知{lender}。",
    ),
    "pen.other-statement": pair(
        "Refused: what arrived to be signed is not what this page shows. Nothing was signed. Reload the page; if it happens again, tell {lender}.",
        "已拒绝：收到的待签内容与本页所示不符，未签署任何内容。请刷新本页；若再次发生，请告知{lender}。",
    ),
    "pen.unreachable": pair(
        "The service did not answer. Your signature may not have been recorded: reload this page to see.",
        "服务没有应答，签名可能尚未记录：请刷新本页查看。",
    ),
    "pen.insecure": pair(
        "Keys work only over https. Open this page by its https address.",
        "密钥仅可在 https 下使用。请以 https 地址打开本页。",
    ),
    "pen.failed": pair("That did not work, and nothing was signed. ", "操作未成功，未签署任何内容。"),
    "pen.lost": pair("I no longer have the device with my passkey", "我已没有保存通行密钥的设备"),
    "pen.lost-do": pair(
        "{lender} checks your identity papers again; then you make a new key here, and the old one is ended as lost.",
        "由{lender}重新核验您的身份证件；随后您可在此创建新密钥，旧密钥将作为遗失停用。",
    ),
    "pen.lost-papers": pair("Show my identity papers", "提交身份证件"),
    "pen.lost-waiting": pair(
        "{lender} is checking your papers. You are told when that is done.",
        "{lender}正在核验您的证件，完成后会通知您。",
    ),
    "pen.lost-look": pair("See whether it is done", "查看是否完成"),
    "pen.lost-proofed": pair(
        "Your papers were accepted. Make a new key on this device: the old one signs no more from then on.",
        "您的证件已通过核验。请在本设备创建新密钥：旧密钥自此不能再签署。",
    ),
    "pen.lost-make": pair("Make a new key, end the old one", "创建新密钥并停用旧密钥"),
    "pen.make-wallet": pair("Use my Ethereum wallet", "使用我的以太坊钱包"),
    "pen.make-wallet-hint": pair(
        "First your wallet shows that it holds its account; nothing is signed by that. Then you see the statement in full, and sign it.",
        "首先由钱包证明其持有该账户，此步不产生签署。随后您可查看声明全文，再行签署。",
    ),
}

REFUSALS: Final = {
    "refusal.agreement.not-open": pair(
        "This contract takes no more signatures. Reload the page to see why.",
        "此合同不再接受签名。请刷新页面查看原因。",
    ),
    "refusal.signature.exists": pair("You have signed already. Reload the page.", "您已经签署。请刷新页面。"),
    "refusal.signer.not-your-turn": pair(
        "Others sign before you. You are told when it is your turn.", "其他人须先签署，轮到您时会收到通知。"
    ),
    "refusal.signer.step-missing": pair(
        "A step before this one is missing. Reload the page.", "尚有步骤未完成。请刷新页面。"
    ),
    "refusal.signer.pen": pair(
        "The lender does not accept this way of signing here. Choose another.",
        "贷款机构不接受此签署方式，请选择其他方式。",
    ),
    "refusal.signer.no-key": pair("Make your signing key first.", "请先创建您的签署密钥。"),
    "refusal.signer.under-age": pair(
        "By the details in this contract you are too young to sign it. Ask the lender.",
        "根据合同所载信息，您未达到签署年龄。请咨询贷款机构。",
    ),
    "refusal.authority": pair(
        "The power of attorney under which you sign has ended, or does not cover this contract. Ask the lender to attach another.",
        "您签署所依据的授权委托书已失效或不涵盖此合同。请贷款机构附上新的委托书。",
    ),
    "refusal.statement.expired": pair(
        "This page was open for too long. Reload it and sign again.", "页面打开时间过长。请刷新后重新签署。"
    ),
    "refusal.key.enrolled": pair(
        "This key belongs to somebody already. Make another, on another device if need be.",
        "此密钥已被登记。请另行创建，必要时更换设备。",
    ),
    "refusal.key.not-proofed": pair(
        "Your identity has to be checked again first. Show your papers.", "须先重新核验身份。请提交证件。"
    ),
    "refusal.wallet.not-held": pair(
        "The wallet signed with another account than it named. Choose the account and try again.",
        "钱包所用账户与其告知的不一致。请选择该账户后重试。",
    ),
    "refusal.key.revoked": pair("This key was ended. Make a new one.", "此密钥已停用，请创建新密钥。"),
    "refusal.passkey.wrong-rp": pair(
        "This key was made for another site. Open the link from your message again.",
        "此密钥属于其他网站。请重新打开消息中的链接。",
    ),
    "refusal.passkey.not-verified": pair(
        "Your device did not check that it is you. Turn on its screen lock, then try again.",
        "设备未核实是您本人。请先启用锁屏密码，然后重试。",
    ),
    "refusal.session.ended": pair(
        "This browser's session has ended. Open the link from your message again.",
        "本浏览器的会话已结束。请重新打开消息中的链接。",
    ),
}
