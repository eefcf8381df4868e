"""Words of the overview and of the auditor's page."""

from typing import Final

from api.pages.words.pair import pair

HOME: Final = {
    "home.title": pair("Loan contracts on record", "借款合同存证"),
    "home.lead": pair(
        "Each contract here is hashed, signed and written to a log that can only grow, and the log is anchored on a chain. "
        "Whoever holds a contract and its receipt can find out whether it was altered, without trusting us.",
        "每份合同都经过哈希、签署，并写入只增不改的日志，日志再锚定到链上。持有合同及其回执的任何人都能查明其是否被改动，而无需信任我们。",
    ),
    "home.verify": pair("Verify a file", "核验文件"),
    "home.institutions": pair("Institutions", "机构"),
    "home.institution-none": pair("No institution has been opened yet.", "尚未开立机构。"),
    "home.logs": pair("Logs", "日志"),
    "home.logs-none": pair("No log has been opened yet.", "尚未开立日志。"),
    "home.kind-main": pair("Contracts and approvals", "合同与审批"),
    "home.kind-access": pair("Who read personal data", "个人信息查阅记录"),
    "home.entries": pair("Entries", "记录数"),
    "home.checkpoint": pair("Newest checkpoint", "最新检查点"),
    "home.checkpoint-none": pair("none yet", "暂无"),
    "home.anchored": pair("Anchored", "已锚定"),
    "home.anchored-none": pair("not yet", "尚未"),
    "home.anchor-final": pair("final in block {block}", "已在区块 {block} 终局"),
    "home.anchor-mined": pair("mined in block {block}", "已打包进区块 {block}"),
    "home.stopped": pair("Stopped: takes no entries", "已停止：不再接收记录"),
    "home.chain": pair("Chain", "链"),
    "home.chain-embedded": pair("inside this installation", "内置于本系统"),
    "home.chain-outside": pair("outside this installation", "位于本系统之外"),
    "home.chain-where": pair("Run", "运行位置"),
    "home.chain-id": pair("Chain id", "链 ID"),
    "home.registry": pair("Registry contract", "登记合约"),
    "home.registry-none": pair("not deployed yet", "尚未部署"),
    "home.receipt": pair("How to get a receipt", "如何取得回执"),
    "home.receipt-party": pair(
        "As a borrower or guarantor: ask the lender for the evidence package of your contract, a file that ends in .evidence.json. Keep it with the PDF.",
        "借款人或保证人：向贷款机构索取合同的证据包（以 .evidence.json 结尾的文件），并与 PDF 一同保存。",
    ),
    "home.receipt-staff": pair(
        "As a lender's employee: the command tally receipt, or GET /v1/agreements/{{id}}/evidence with your API key.",
        "贷款机构员工：使用命令 tally receipt，或以您的 API 密钥请求 GET /v1/agreements/{{id}}/evidence。",
    ),
    "home.receipt-later": pair(
        "A newer receipt of the same contract is stronger: it may carry an anchor that was still pending in an older one.",
        "同一合同的较新回执更有力：旧回执中待定的锚定，可能已在新回执中完成。",
    ),
    "home.programs": pair("For programs and auditors", "供程序与审计人员使用"),
    "home.link-logs": pair("List of logs and their keys", "日志列表及其密钥"),
    "home.link-trust": pair("This installation's own trust policy", "本系统自述的信任策略"),
    "home.link-api": pair("OpenAPI description", "OpenAPI 接口说明"),
    "home.link-ready": pair("State of the service", "服务状态"),
}

FORM: Final = {
    "verify.title": pair("Verify a file", "核验文件"),
    "verify.lead": pair(
        "Find out whether a loan contract is the one that was recorded, who signed it, and since when it stands. You get ten separate answers, each with its reason.",
        "查明一份借款合同是否就是当初登记的那一份、由谁签署、自何时起存在。您将得到十项独立的回答，每项均附理由。",
    ),
    "verify.upload-title": pair("Your file will be sent to this service", "您的文件将发送到本服务"),
    "verify.upload": pair(
        "This browser computes nothing here, so the service computes the file's SHA-256. It does not keep the file. "
        "To keep the file on your device, turn on JavaScript (over https), or use the command below.",
        "由于浏览器未在本页运行脚本，文件的 SHA-256 由本服务计算；本服务不保存该文件。若不希望文件离开设备，请启用 JavaScript（经 https 访问），或使用下方命令。",
    ),
    "verify.local-title": pair("Your file stays on this device", "您的文件不会离开本设备"),
    "verify.local": pair(
        "Its SHA-256 is computed in this browser. Only that, the file's length and the receipt are sent; the receipt may name the parties.",
        "文件的 SHA-256 在本浏览器中计算。只发送该值、文件长度与回执；回执中可能载有当事人姓名。",
    ),
    "verify.file": pair("File", "文件"),
    "verify.file-hint": pair(
        "The very file that you received, usually a PDF. Saving it again in another program makes it a different file. Up to {megabytes} MB.",
        "您收到的原始文件，通常为 PDF。用其他程序另存会使其成为不同的文件。不超过 {megabytes} MB。",
    ),
    "verify.receipt": pair("Receipt or evidence package", "回执或证据包"),
    "verify.receipt-hint": pair(
        "A file that ends in .receipt.json or .evidence.json. The lender hands it out.",
        "以 .receipt.json 或 .evidence.json 结尾的文件，由贷款机构提供。",
    ),
    "verify.why-receipt": pair("Why is a receipt needed?", "为什么需要回执？"),
    "verify.why-receipt-text": pair(
        "Without one, anybody could ask whether we know a document, and so who has a loan. This page therefore answers only for a file whose receipt you hold. "
        "The receipt is also what makes the check independent: it carries the proof, so that you need not take our word. Lost it? Ask the lender for the evidence package again.",
        "若无需回执，任何人都能探问我们是否存有某份文件，从而得知谁有借款。因此本页只对您持有回执的文件作答。"
        "回执也使核验具有独立性：证明就在其中，您不必听信我们的说法。遗失了？请向贷款机构再次索取证据包。",
    ),
    "verify.trust": pair("Your own trust policy (optional)", "您自己的信任策略（可选）"),
    "verify.trust-hint": pair(
        "Says which logs, witnesses and chain you believe. Without it the policy of this installation is used: the operator's word about itself.",
        "载明您信任哪些日志、见证机构与链。若不提供，则使用本系统自己的策略，即运营方的自述。",
    ),
    "verify.submit": pair("Check this file", "开始核验"),
    "verify.again": pair("Check another file", "核验另一份文件"),
    "verify.offline": pair("Without us, without a network", "不经由我们，也不联网"),
    "verify.offline-text": pair(
        "The same check runs on your own machine and asks nobody:",
        "同样的核验可在您自己的计算机上运行，不向任何人询问：",
    ),
    "verify.reading": pair("Computing the SHA-256 on this device…", "正在本设备上计算 SHA-256…"),
    "verify.asking": pair("Checking the receipt…", "正在核验回执…"),
    "verify.done": pair("The answers are below.", "核验结果见下方。"),
    "verify.too-large": pair(
        "This file is larger than the {megabytes} MB that this page reads. Use the command tally verify instead.",
        "该文件超过本页可读取的 {megabytes} MB。请改用命令 tally verify。",
    ),
    "verify.empty": pair("This file is empty. Choose the file that you received.", "该文件为空。请选择您收到的文件。"),
    "verify.unreadable": pair(
        "The file could not be read. Choose it again; it may have been moved or changed.",
        "无法读取该文件。请重新选择；它可能已被移动或更改。",
    ),
    "verify.unreachable": pair(
        "The service did not answer. Nothing was decided. Check the connection and try again.",
        "服务没有应答，未得出任何结论。请检查网络连接后重试。",
    ),
}

REPORT: Final = {
    "report.proven": pair("Every answer that the trust policy requires is yes", "信任策略要求的各项回答均为“是”"),
    "report.altered": pair("Something here contradicts the record", "有内容与记录相矛盾"),
    "report.undecided": pair("Not everything required could be checked", "部分必需事项未能核验"),
    "report.counts": pair("{yes} yes · {no} no · {open} not checked", "{yes} 项是 · {no} 项否 · {open} 项未核验"),
    "report.altered-do": pair(
        "Do not rely on this file for what is answered “no” below. Make sure it is the file as you received it, then ask the lender for its evidence again and compare.",
        "对下列回答为“否”的事项，请勿依赖本文件。请确认这是您收到的原始文件，再向贷款机构重新索取证据并比对。",
    ),
    "report.undecided-do": pair(
        "Nothing contradicts the record, yet a required answer is open. Its line says what is missing; a newer receipt may carry it.",
        "没有与记录相矛盾之处，但仍有必需事项待定。相应条目说明缺少什么；较新的回执可能已包含。",
    ),
    "report.proven-do": pair(
        "Read each line for what it rests on, and line 10 for what no check can show.",
        "请逐条阅读各项所依据的内容，并阅读第 10 项：任何核验都无法证明的事项。",
    ),
    "report.answers": pair("The ten answers", "十项回答"),
    "report.yes": pair("Yes", "是"),
    "report.no": pair("No", "否"),
    "report.not_checked": pair("Not checked", "未核验"),
    "report.limits": pair("Limits", "界限"),
    "report.required": pair("required", "必需"),
    "report.because": pair("because", "理由代码"),
    "report.same": pair("The same for {count} more entries", "另有 {count} 条记录结论相同"),
    "report.grade": pair("Grade of the evidence", "证据等级"),
    "report.checked": pair("What was checked", "核验对象"),
    "report.file": pair("File", "文件"),
    "report.file-unnamed": pair("(its name stayed on the device)", "（文件名未离开设备）"),
    "report.bytes": pair("{count} bytes", "{count} 字节"),
    "report.receipt": pair("Receipt", "回执"),
    "report.receipts": pair("{name}, {count} entries", "{name}，{count} 条记录"),
    "report.agreement": pair("Agreement", "合同"),
    "report.trust": pair("Trust policy", "信任策略"),
    "report.trust-ours": pair("this installation's own word", "本系统的自述"),
    "report.at": pair("Checked at", "核验时间"),
    "report.steps": pair("How it was checked", "核验步骤"),
    "report.step-local": pair(
        "Your browser computed the SHA-256 of the file; the file was not sent.",
        "您的浏览器计算了文件的 SHA-256；文件未被发送。",
    ),
    "report.step-upload": pair(
        "This service computed the SHA-256 of the file that you sent, and dropped the file.",
        "本服务计算了您所发送文件的 SHA-256，随后丢弃该文件。",
    ),
    "report.step-open": pair(
        "The receipt was read strictly: {count} entries of one agreement. At this point nothing in it is believed.",
        "严格读取回执：同一合同的 {count} 条记录。此时其中任何内容都不被采信。",
    ),
    "report.step-bytes": pair(
        "Each shown field was hashed with its salt and compared with the entry's commitment; hash and length of the file were compared with the recorded document. (1, 9)",
        "将每个出示的字段连同其盐值计算哈希，与记录中的承诺比对；再将文件的哈希与长度同所登记的文件比对。（1、9）",
    ),
    "report.step-signatures": pair(
        "Each person's statement was rebuilt, and its signature checked with the key that the agreement names for that person. (2)",
        "重建每位签署人的声明，并用合同为其载明的密钥核验签名。（2）",
    ),
    "report.step-log": pair(
        "Each entry was hashed up the tree (RFC 6962) to the root of the checkpoint, whose signature was checked with the log key of the trust policy. (3)",
        "将每条记录沿默克尔树（RFC 6962）逐级哈希至检查点的根，并用信任策略中的日志密钥核验检查点签名。（3）",
    ),
    "report.step-growth": pair(
        "The checkpoint was compared with those that the trust policy and the chain already hold, and witnesses' cosignatures were counted. (4, 5)",
        "将检查点与信任策略及链上已有的检查点比对，并统计见证机构的会签。（4、5）",
    ),
    "report.step-chain": pair(
        "The state proof of the registry contract was checked up to the header of its block, and the header against the trust policy and this service's node. (6)",
        "核验登记合约的状态证明直至其区块头，并将区块头与信任策略及本服务的节点比对。（6）",
    ),
    "report.repeat": pair("Repeat it without us", "不经由我们重复核验"),
    "report.repeat-text": pair(
        "Put the files into one folder and run this. It needs no network and asks nobody; a block counts there only when the trust policy pins it.",
        "将各文件放入同一文件夹并运行以下命令。无需网络，也不向任何人询问；其中区块只有被信任策略固定时才算数。",
    ),
    "report.repeat-trust": pair(
        "Download this installation's trust policy as trust.json", "下载本系统的信任策略（trust.json）"
    ),
    "report.repeat-trust-note": pair(
        "It is the operator's own word: compare its keys with a copy that you had by another way.",
        "这是运营方的自述：请将其中的密钥与您经其他途径取得的副本比对。",
    ),
    "report.print": pair("Print this page to keep the report.", "如需留存，请打印本页。"),
}
