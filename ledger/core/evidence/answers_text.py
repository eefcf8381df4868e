"""What a verifier says to people, in English and Chinese, by reason code (docs/formats/answers.md lists the codes).

Promises: every code has both languages, with the same facts in each.
Leaves to others: which code applies (verify_file) and which facts it carries.
"""

from collections.abc import Mapping
from typing import Final

from ledger.core.evidence.answers_text_approvals import APPROVAL_TEXTS
from ledger.core.evidence.answers_text_keys import KEY_TEXTS
from ledger.core.evidence.answers_text_seals import SEAL_TEXTS, Words, words

ANSWER_TITLES: Final[Mapping[str, Words]] = {
    "bytes": words("Bytes identical to what was recorded", "文件字节与登记时一致"),
    "signatures": words("Signatures valid, and whose", "签名有效，以及签名人"),
    "log": words("In the log", "已载入日志"),
    "append-only": words("The log only ever grew", "日志只增不改"),
    "witnesses": words("Cosigned by independent institutions", "独立机构会签"),
    "chain": words("On the chain, final", "已上链且已终局"),
    "complete": words("Complete: all events of this agreement", "完整：本合同的全部事件"),
    "approved": words("Approved under the policy then in force", "按当时有效的政策审批"),
    "erased": words("Every part shown or declared erased", "各部分均已出示或已声明删除"),
    "not-proved": words("What this does not prove", "本验证不能证明的事项"),
}

_BYTES: Mapping[str, Words] = {
    "bytes.identical": words(
        "SHA-256 {sha256} and {bytes} bytes, as recorded in entry {n}.",
        "SHA-256 为 {sha256}，共 {bytes} 字节，与第 {n} 条记录一致。",
    ),
    "bytes.altered": words(
        "Entry {n} recorded SHA-256 {expected_sha256} and {expected_bytes} bytes; this file has {found_sha256} and"
        " {found_bytes} bytes. It is not the recorded file.",
        "第 {n} 条记录登记的 SHA-256 为 {expected_sha256}，共 {expected_bytes} 字节；本文件为 {found_sha256}，共 {found_bytes} 字节。"
        "本文件不是所登记的文件。",
    ),
    "bytes.opening-differs": words(
        "The document named for entry {n} is not the one that the entry commits to.",
        "为第 {n} 条记录出示的文件信息与该记录的承诺不符。",
    ),
    "bytes.malformed": words(
        "Entry {n} commits to document facts that cannot be read.", "第 {n} 条记录所承诺的文件信息无法读取。"
    ),
    "bytes.not-opened": words("No entry at hand shows which document it is about.", "现有记录均未出示所涉文件的信息。"),
    "bytes.record-unproven": words(
        "Entry {n} names exactly these bytes, but that entry is not proven to be in a log you trust.",
        "第 {n} 条记录所列正是这些字节，但该记录未被证明存在于您信任的日志中。",
    ),
}

_SIGNATURES: Mapping[str, Words] = {
    "signatures.valid": words(
        "{name} ({role}) signed with key {key_id}; recorded at {at} by the log's own clock.",
        "{name}（{role}）以密钥 {key_id} 签署；日志自身时钟记录的时间为 {at}。",
    ),
    "signatures.lenders-word": words(
        "That key {key_id} belongs to {name} is the lender's word ({institution}).",
        "密钥 {key_id} 属于 {name}，系贷款机构（{institution}）单方声明。",
    ),
    "signatures.pinned-key": words(
        "Your trust policy pins key {key_id} for {signer}.", "您的信任策略已为 {signer} 固定密钥 {key_id}。"
    ),
    "signatures.key-not-pinned": words(
        "Key {key_id} is none of those that your trust policy pins for {signer}.",
        "密钥 {key_id} 不在您的信任策略为 {signer} 固定的密钥之列。",
    ),
    "signatures.none": words("No signature is at hand.", "没有可供核验的签名。"),
    "signatures.ended": words(
        "Entry {n} ended this agreement before it was complete.", "第 {n} 条记录在本合同完成之前将其终止。"
    ),
    "signatures.not-opened": words(
        "Entry {n} records a signature, but {fields} is not shown.", "第 {n} 条记录载有签名，但未出示 {fields}。"
    ),
    "signatures.opening-differs": words(
        "What is shown as {field} of entry {n} is not what the entry commits to.",
        "为第 {n} 条记录出示的 {field} 与该记录的承诺不符。",
    ),
    "signatures.parties-not-opened": words(
        "The entry that names the parties and their keys is not shown, so no key can be tied to a party.",
        "未出示载明当事人及其密钥的记录，无法将密钥对应到当事人。",
    ),
    "signatures.parties-malformed": words(
        "Entry {n} commits to parties that cannot be read.", "第 {n} 条记录所承诺的当事人信息无法读取。"
    ),
    "signatures.terms-not-opened": words(
        "The terms are not shown: the signatures bind the terms with hash {terms_sha256}, whatever these say.",
        "未出示合同条款：签名所约束的是哈希为 {terms_sha256} 的条款，内容未核对。",
    ),
    "signatures.incomplete": words(
        "Signatures of {missing} are not among the entries at hand.", "现有记录中没有 {missing} 的签名。"
    ),
    "signatures.record-unproven": words(
        "The signature of entry {n} holds, but the entries that tie it to a person are not proven to be in a log you trust.",
        "第 {n} 条记录中的签名成立，但将其对应到个人的记录未被证明存在于您信任的日志中。",
    ),
    "signatures.chain-not-pinned": words(
        "The statement names chain {chain_id}; your trust policy names none to compare.",
        "签署声明所列链为 {chain_id}；您的信任策略未列明用于比对的链。",
    ),
    "signatures.twice": words(
        "{name} appears to have signed more than once (entry {n}).", "{name} 似乎签署了不止一次（第 {n} 条记录）。"
    ),
    "signatures.nonce-reused": words(
        "The statement of entry {n} has the nonce of another: one of them is a copy.",
        "第 {n} 条记录的签署声明使用了另一声明的随机数：其中之一为复制。",
    ),
    "signatures.head-differs": words(
        "The signer of entry {n} had seen another history than the entries at hand show.",
        "第 {n} 条记录的签名人当时所见的历史与现有记录不符。",
    ),
    "signatures.checkpoint-differs": words(
        "The signer of entry {n} had seen another log of {size} entries than this one.",
        "第 {n} 条记录的签名人所见的 {size} 条日志与本日志不同。",
    ),
    "signatures.signer-differs": words(
        "Entry {n} was recorded for another signer or role than its statement names.",
        "第 {n} 条记录所登记的签名人或身份与签署声明不符。",
    ),
    "signatures.refused": words(
        "The signature of entry {n} is refused ({cause}).", "第 {n} 条记录的签名未通过核验（{cause}）。"
    ),
    "signature.invalid": words(
        "The signature of entry {n} was not made by the recorded key over this statement.",
        "第 {n} 条记录的签名并非由登记的密钥对该声明所作。",
    ),
    "signature.wrong-key": words(
        "The signature of entry {n} is by another key than the recorded one.",
        "第 {n} 条记录的签名由登记之外的密钥所作。",
    ),
    "statement.wrong-agreement": words(
        "The statement of entry {n} is about another agreement.", "第 {n} 条记录的签署声明涉及另一份合同。"
    ),
    "statement.wrong-document": words(
        "The statement of entry {n} is about other document bytes.", "第 {n} 条记录的签署声明涉及另一份文件。"
    ),
    "statement.wrong-terms": words(
        "The statement of entry {n} is about other terms.", "第 {n} 条记录的签署声明涉及不同的条款。"
    ),
    "statement.wrong-consent": words(
        "The statement of entry {n} is about another consent text.", "第 {n} 条记录的签署声明涉及不同的同意书。"
    ),
    "statement.wrong-chain": words(
        "The statement of entry {n} names another chain than your trust policy.",
        "第 {n} 条记录的签署声明所列的链与您的信任策略不同。",
    ),
    "statement.wrong-log": words(
        "The statement of entry {n} names another log than the one that recorded it.",
        "第 {n} 条记录的签署声明所列的日志并非载入它的日志。",
    ),
    "statement.wrong-signer": words(
        "The statement of entry {n} names a signer, role or key that the agreement does not have.",
        "第 {n} 条记录的签署声明所列的签名人、身份或密钥不属于本合同。",
    ),
    "statement.expired": words(
        "The statement of entry {n} had expired before it was recorded.", "第 {n} 条记录的签署声明在登记之前已过期。"
    ),
    "statement.too-long": words(
        "The statement of entry {n} was valid for longer than the rules allow.",
        "第 {n} 条记录的签署声明有效期超过规则允许的上限。",
    ),
}

_LOG: Mapping[str, Words] = {
    "log.included": words(
        "Entry {n} is number {index} of the {size} entries of {origin}.",
        "第 {n} 条记录是日志 {origin} 共 {size} 条中的第 {index} 条。",
    ),
    "receipt.unknown-log": words(
        "The receipt is of the log {origin}, which your trust policy does not name.",
        "回执出自日志 {origin}，您的信任策略未列明该日志。",
    ),
    "log.checkpoint-refused": words(
        "The checkpoint over entry {n} is not one that the log's key signed ({cause}).",
        "第 {n} 条记录所在的检查点并非由该日志的密钥签署（{cause}）。",
    ),
    "log.not-included": words(
        "Entry {n} is not in the log where the receipt says ({cause}).",
        "第 {n} 条记录不在回执所称的日志位置（{cause}）。",
    ),
    "log.other-subject": words(
        "Entry {n} is about another agreement than this evidence.", "第 {n} 条记录涉及本证据之外的另一份合同。"
    ),
    "log.order-differs": words(
        "Entry {n} does not follow the entry before it: number, hash or place in the log differ.",
        "第 {n} 条记录与其前一条不衔接：序号、哈希或日志位置不符。",
    ),
    "log.entry-from-future": words(
        "Entry {n} says {at}, which is later than now ({now}); one of the two clocks is wrong.",
        "第 {n} 条记录的时间为 {at}，晚于当前时间（{now}）；两个时钟必有一误。",
    ),
}

_APPEND_ONLY: Mapping[str, Words] = {
    "append.anchored": words(
        "The registry on the chain accepted {size} entries after checking that its history only grew.",
        "链上登记合约在核验历史只增不改之后接受了 {size} 条记录。",
    ),
    "append.pinned": words(
        "Your trust policy pins this very checkpoint of {size} entries.",
        "您的信任策略固定的正是这个含 {size} 条记录的检查点。",
    ),
    "append.consistent": words(
        "The log of {size} entries agrees with the {known_size} entries that you already believe.",
        "含 {size} 条记录的日志与您已信任的 {known_size} 条一致。",
    ),
    "append.split-view": words(
        "Two checkpoints of {size} entries differ: the log has shown different histories.",
        "存在两个同为 {size} 条记录但内容不同的检查点：该日志出示过不同的历史。",
    ),
    "append.inconsistent": words(
        "The proof that {size} entries agree with {known_size} does not hold ({cause}).",
        "关于 {size} 条与 {known_size} 条记录一致的证明不成立（{cause}）。",
    ),
    "append.equivocation": words(
        "The registry on the chain carries the permanent mark that this log signed two histories.",
        "链上登记合约对本日志带有永久标记：该日志签署过两种历史。",
    ),
    "append.nothing-to-compare": words(
        "There is nothing to compare the checkpoint of {size} entries with: no confirmed anchor, no pinned checkpoint.",
        "含 {size} 条记录的检查点没有可比对的对象：既无已确认的锚定，也无固定的检查点。",
    ),
    "append.log-unproven": words(
        "The checkpoint over entry {n} is not one you can believe.", "第 {n} 条记录所在的检查点不可信。"
    ),
}

_WITNESSES: Mapping[str, Words] = {
    "witnesses.quorum": words(
        "{count} independent organisations cosigned, {quorum} are required: {organisations}.",
        "{count} 家独立机构会签，要求 {quorum} 家：{organisations}。",
    ),
    "witnesses.too-few": words(
        "{count} of the organisations that you trust cosigned; your trust policy asks for {quorum}.",
        "您信任的机构中有 {count} 家会签；您的信任策略要求 {quorum} 家。",
    ),
    "witnesses.none-trusted": words("Your trust policy names no witness.", "您的信任策略未列明任何见证机构。"),
    "witnesses.bad-signature": words(
        "A cosignature under the name of a witness that you trust does not hold ({cause}).",
        "以您信任的见证机构名义所作的会签不成立（{cause}）。",
    ),
}

_CHAIN: Mapping[str, Words] = {
    "chain.final": words(
        "{size} entries are in the registry on chain {chain_id} as of block {number} ({hash}), which is final.",
        "截至链 {chain_id} 的区块 {number}（{hash}），登记合约中已有 {size} 条记录；该区块已终局。",
    ),
    "chain.not-final": words(
        "{size} entries are in the registry on chain {chain_id} as of block {number} ({hash}), which can still be undone.",
        "截至链 {chain_id} 的区块 {number}（{hash}），登记合约中已有 {size} 条记录；该区块仍可能被撤销。",
    ),
    "chain.none": words(
        "The checkpoint over entry {n} is not anchored yet.", "第 {n} 条记录所在的检查点尚未锚定上链。"
    ),
    "chain.none-trusted": words("Your trust policy names no chain.", "您的信任策略未列明任何链。"),
    "chain.log-not-pinned": words(
        "Your trust policy does not say which id the log {origin} has on the chain.",
        "您的信任策略未列明日志 {origin} 在链上的标识。",
    ),
    "chain.wrong-chain": words(
        "The anchor is on chain {found}; your trust policy names chain {expected}.",
        "锚定所在的链为 {found}；您的信任策略列明的链为 {expected}。",
    ),
    "chain.wrong-registry": words(
        "The anchor is in another contract ({found}) than the registry of your trust policy ({expected}).",
        "锚定所在的合约（{found}）并非您的信任策略中的登记合约（{expected}）。",
    ),
    "chain.wrong-log-id": words(
        "The anchor is under another log id ({found}) than that of your trust policy ({expected}).",
        "锚定所用的日志标识（{found}）与您的信任策略（{expected}）不同。",
    ),
    "chain.checkpoint-differs": words(
        "The anchor is of {found} entries; the receipt's checkpoint has {expected}.",
        "锚定含 {found} 条记录；回执的检查点含 {expected} 条。",
    ),
    "chain.no-proof": words(
        "The receipt says block {number}, but carries no proof yet.", "回执称已载入区块 {number}，但尚未附有证明。"
    ),
    "chain.proof-refused": words(
        "The proof of what the registry holds does not hold ({cause}).", "关于登记合约内容的证明不成立（{cause}）。"
    ),
    "chain.header-unconfirmed": words(
        "The proof holds for block {number} ({hash}), but nothing you trust says that this block is on the chain.",
        "证明对区块 {number}（{hash}）成立，但您信任的任何来源均未确认该区块在链上。",
    ),
    "chain.header-differs": words(
        "The proof is for block {number} with hash {found}; the chain's block {number} is {expected}.",
        "证明对应区块 {number}，哈希为 {found}；而链上区块 {number} 的哈希为 {expected}。",
    ),
}

_REST: Mapping[str, Words] = {
    "complete.not-replayed": words(
        "No institution has replayed this log: further events of this agreement may exist that are not shown.",
        "尚无机构重放过本日志：本合同可能另有未出示的事件。",
    ),
    "erased.all-shown": words("All committed parts are shown.", "所承诺的各部分均已出示。"),
    "erased.not-shown": words(
        "{fields} of entry {n}: not shown to you, and no erasure is declared.",
        "第 {n} 条记录的 {fields}：未向您出示，也没有删除声明。",
    ),
    "erased.opening-differs": words(
        "What is shown as {fields} of entry {n} is not what the entry commits to.",
        "为第 {n} 条记录出示的 {fields} 与该记录的承诺不符。",
    ),
    "limits.truth": words(
        "That what was recorded is true: a log proves what was written down, not that it is so.",
        "所记录的内容属实：日志只证明写下了什么，不证明事实如此。",
    ),
    "limits.later": words("What happened after the newest entry at hand.", "现有最新记录之后发生的事情。"),
    "limits.identity": words(
        "Who a person is: names and keys rest on the lender's enrolment.",
        "签名人的真实身份：姓名与密钥以贷款机构的登记为据。",
    ),
    "limits.display": words(
        "What the signer's screen showed: a hostile page or device could obtain a signature.",
        "签名人屏幕上的显示内容：恶意页面或设备可能骗取签名。",
    ),
    "limits.time": words(
        "The exact time: an entry's time is the log's own claim; only the block bounds it.",
        "确切时间：记录的时间为日志自身的声明，仅由区块时间限定。",
    ),
    "limits.chain": words(
        "That the chain's own rules held; a chain run by few can be rewritten by these few.",
        "链自身的规则得到遵守；由少数人运行的链可被这些人改写。",
    ),
    "limits.self-operated": words(
        "Independence: log, chain and time stamps are run by one party (self-operated, not independent).",
        "独立性：日志、链与时间戳由同一方运行（自营，非独立）。",
    ),
}

_GRADES: Mapping[str, Words] = {
    "grade.none": words(
        "No grade: nothing here is proven to be in a log you trust.", "无等级：未证明任何内容存在于您信任的日志中。"
    ),
    "grade.logged": words(
        "Logged. Does not prove that everybody is shown the same log, nor that it was not rewritten before you saw it.",
        "已载入日志。不能证明所有人看到的是同一日志，也不能证明日志在您看到之前未被改写。",
    ),
    "grade.cosigned": words(
        "Cosigned by {count} of {quorum}. Does not prove that these witnesses do not collude with the operator.",
        "已会签 {count}/{quorum}。不能证明会签机构未与运营方串通。",
    ),
    "grade.mined": words(
        "Mined in block {number}. Does not prove that the block will stay: a reorganisation can still undo it.",
        "已打包进区块 {number}。不能证明该区块会保留：链重组仍可能将其撤销。",
    ),
    "grade.final": words(
        "Final in block {number}. Does not prove that the content was true, only that it has stood unchanged since.",
        "已在区块 {number} 终局。不能证明内容属实，只证明此后未被更改。",
    ),
}

TEXTS: Final[Mapping[str, Words]] = {
    **_BYTES,
    **_SIGNATURES,
    **KEY_TEXTS,
    **_LOG,
    **_APPEND_ONLY,
    **_WITNESSES,
    **_CHAIN,
    **_REST,
    **APPROVAL_TEXTS,
    **_GRADES,
    **SEAL_TEXTS,
}
