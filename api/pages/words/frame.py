"""Words around every page, and the words of refusals."""

from typing import Final

from api.pages.words.pair import pair

FRAME: Final = {
    "frame.skip": pair("Skip to content", "跳到正文"),
    "frame.navigation": pair("Pages", "页面"),
    "frame.home": pair("Overview", "概览"),
    "frame.verify": pair("Verify a file", "核验文件"),
    "frame.verify-short": pair("Verify", "核验"),
    "frame.tagline": pair("A record of loan contracts that anyone can check", "人人可核验的借款合同存证"),
    "frame.self-operated": pair("Self-operated, not independent", "自营，非独立"),
    "frame.self-operated-why": pair(
        "What should watch over the log (its cosigner, its time stamps, an embedded chain) is run by the same party. A copy of the evidence kept elsewhere, or an independent witness, is what adds trust.",
        "本应监督日志的各方（会签、时间戳、内置链）与日志由同一方运行。只有另存于他处的证据副本或独立见证机构，才能增加可信度。",
    ),
    "frame.footer": pair(
        "This page loads nothing from elsewhere, sets no cookie and keeps no file.",
        "本页不加载任何外部内容，不设置 Cookie，也不保存文件。",
    ),
}

PROBLEM: Final = {
    "problem.code": pair("Code", "代码"),
    "problem.detail": pair("Detail", "详情"),
    "problem.not-decided": pair("Nothing was decided about your file.", "未就您的文件得出任何结论。"),
    "problem.home": pair("Go to the overview", "前往概览"),
    "problem.back": pair("Back to the form", "返回表单"),
    "problem.404": pair("There is nothing at this address", "此地址没有内容"),
    "problem.404-do": pair(
        "Check the address for a typing mistake. To check a loan contract, go to the verify page.",
        "请检查地址是否有误。如需核验借款合同，请前往核验页面。",
    ),
    "problem.staff-back": pair("Back to your work", "返回工作页面"),
    "problem.staff-404": pair("There is no such record in your institution", "本机构没有此记录"),
    "problem.staff-404-do": pair(
        "It was entered by another institution, or the address is mistyped. Search for it by its number.",
        "可能属于其他机构，或地址有误。请按编号查找。",
    ),
    "problem.401": pair("This address is for programs", "此地址供程序使用"),
    "problem.401-do": pair(
        "It needs an API key in the Authorization header.", "需要在 Authorization 请求头中提供 API 密钥。"
    ),
    "problem.403": pair("Not allowed", "不允许"),
    "problem.403-do": pair(
        "Ask the institution's administrator for the role that this needs.", "请向机构管理员申请所需角色。"
    ),
    "problem.405": pair("This address works in another way", "此地址的使用方式不同"),
    "problem.405-do": pair(
        "Open the page from its link instead of repeating this request.", "请从链接打开页面，而不要重复此请求。"
    ),
    "problem.413": pair("Too large to be sent", "文件过大，无法发送"),
    "problem.413-do": pair(
        "Send a smaller file. To check a file of any size, the verify page with JavaScript sends nothing; nor does tally verify.",
        "请发送较小的文件。如需核验任意大小的文件，启用 JavaScript 的核验页面与命令 tally verify 均不会发送文件。",
    ),
    "problem.422": pair("This cannot be used as it is", "内容无法使用"),
    "problem.422-do": pair(
        "The detail below says what was expected. Correct it and try again.", "下方详情说明了所需内容。请更正后重试。"
    ),
    "problem.503": pair("Not available at the moment", "暂时不可用"),
    "problem.503-do": pair("Try again in a few seconds. Nothing was lost.", "请数秒后重试。没有任何数据丢失。"),
    "problem.other": pair("That did not work", "操作未成功"),
    "problem.other-do": pair(
        "Try again. If it happens again, tell the operator the code and the time.",
        "请重试。若再次发生，请将代码与时间告知运营方。",
    ),
    "problem.needs-file": pair("Choose the file to check", "请选择要核验的文件"),
    "problem.needs-file-do": pair(
        "Without it there is nothing to compare with the record.", "没有文件便无法与记录比对。"
    ),
    "problem.needs-receipt": pair("Choose the receipt too", "请同时选择回执"),
    "problem.needs-receipt-do": pair(
        "Without a receipt anybody could ask whether we know a document. Ask the lender for the evidence package, a file that ends in .evidence.json.",
        "若无需回执，任何人都能探问我们是否存有某份文件。请向贷款机构索取证据包，即以 .evidence.json 结尾的文件。",
    ),
    "problem.receipt": pair("The receipt cannot be read", "回执无法读取"),
    "problem.receipt-do": pair(
        "Choose the receipt or evidence package exactly as you received it (a file that ends in .receipt.json or .evidence.json), not the PDF and not a copy that an editor saved.",
        "请选择您收到的原始回执或证据包（以 .receipt.json 或 .evidence.json 结尾），而不是 PDF，也不是经编辑器另存的副本。",
    ),
    "problem.trust": pair("The trust policy cannot be read", "信任策略无法读取"),
    "problem.trust-do": pair(
        "Choose a file made by the command tally trust export, unchanged; or leave the field empty to use this installation's own.",
        "请选择由命令 tally trust export 生成且未经改动的文件；或留空以使用本系统自己的策略。",
    ),
}
