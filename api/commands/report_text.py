"""A verifier's report for people: ten lines, what they amount to, and what to do next, in English or Chinese.

Promises: each answer stands on its own line with its reasons; there is no single green tick.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from api.commands.tables import GAP, WIDTH, facts, fold, pad
from ledger.core.evidence.answers import (
    EXIT_ALTERED,
    EXIT_PROVEN,
    Answer,
    Language,
    Reason,
    Report,
    Verdict,
)

VERDICTS: Final[dict[Language, dict[Verdict, str]]] = {
    "en": {Verdict.YES: "yes", Verdict.NO: "NO", Verdict.NOT_CHECKED: "not checked"},
    "zh": {Verdict.YES: "是", Verdict.NO: "否", Verdict.NOT_CHECKED: "未检查"},
}
_WORDS: Final[dict[Language, dict[str, str]]] = {
    "en": {
        "required": "required",
        "likewise": "Likewise entries {numbers}.",
        "grade": "Grade",
        "self": "Operated",
        "self_operated": "Self-operated, not independent: log, chain and time stamps are run by one party.",
        "result": "Result",
        "next": "Next",
        "proven": "Every required answer is yes.",
        "altered": "Does not hold: answer {numbers} is no.",
        "undecided": "Undecided: required answer {numbers} is not checked.",
    },
    "zh": {
        "required": "必需",
        "likewise": "第 {numbers} 条记录同此。",
        "grade": "等级",
        "self": "运营",
        "self_operated": "自营，非独立：日志、链与时间戳由同一方运行。",
        "result": "结论",
        "next": "下一步",
        "proven": "各项必需回答均为“是”。",
        "altered": "不成立：第 {numbers} 项回答为“否”。",
        "undecided": "未定：必需的第 {numbers} 项未检查。",
    },
}
# What to do about an answer that is not yes, by the code of its first reason; the default stands under its verdict.
_NEXT: Final[dict[Language, dict[str, str]]] = {
    "en": {
        "proven": "Keep the file and its evidence together: whoever has both can repeat this without asking anybody.",
        "no": "Do not rely on this file. Ask its sender for the original and for fresh evidence, and keep both copies as they are.",
        "bytes.altered": "Do not rely on this file: it is not the one on record. Ask its sender for the original, and keep this copy as it is.",
        "not_checked": "Ask the lender for newer evidence (tally receipt get), or check your trust policy (tally trust show).",
        "chain.none": "The checkpoint is not anchored yet: fetch the evidence again in a few minutes (tally receipt get).",
        "chain.no-proof": "The anchor is not final yet: fetch the evidence again in a few minutes (tally receipt get).",
        "chain.not-final": "The block is not final yet: check again in a few minutes.",
        "chain.header-unconfirmed": "Ask a node that you trust (--rpc URL), or get a newer trust policy that pins this block.",
        "append.nothing-to-compare": "Ask a node that you trust (--rpc URL), or get a newer trust policy that pins this checkpoint.",
        "signatures.incomplete": "Not all parties have signed: fetch the evidence again when they have (tally receipt get).",
        "receipt.unknown-log": "Your trust policy does not name this log: get the lender's policy by a way that you trust.",
    },
    "zh": {
        "proven": "请将文件与其证据一并保存：持有两者的任何人都可独立重复本验证。",
        "no": "请勿依赖本文件。请向发送方索取原件与新的证据，并原样保留两份副本。",
        "bytes.altered": "请勿依赖本文件：它不是所登记的文件。请向发送方索取原件，并原样保留本副本。",
        "not_checked": "请向贷款机构索取较新的证据（tally receipt get），或检查您的信任策略（tally trust show）。",
        "chain.none": "检查点尚未锚定：请几分钟后重新获取证据（tally receipt get）。",
        "chain.no-proof": "锚定尚未终局：请几分钟后重新获取证据（tally receipt get）。",
        "chain.not-final": "区块尚未终局：请几分钟后再次验证。",
        "chain.header-unconfirmed": "请询问您信任的节点（--rpc URL），或获取固定了该区块的较新信任策略。",
        "append.nothing-to-compare": "请询问您信任的节点（--rpc URL），或获取固定了该检查点的较新信任策略。",
        "signatures.incomplete": "尚有当事人未签署：待其签署后重新获取证据（tally receipt get）。",
        "receipt.unknown-log": "您的信任策略未列明该日志：请以您信任的途径获取该机构的策略。",
    },
}
_TITLE_CELLS = 48
_OF_ONE_ENTRY = "n"


def report_text(report: Report, language: Language) -> str:
    """Return the whole report as a page of text."""
    words = _WORDS[language]
    lines = [line for answer in report.answers for line in _answer_lines(answer, report, language)]
    ends = [(words["grade"], report.grade.text(language))]
    if report.self_operated:
        ends.append((words["self"], words["self_operated"]))
    ends += [(words["result"], _result(report, language)), (words["next"], _next(report, language))]
    return "\n".join([*lines, "", facts(ends)])


def _answer_lines(answer: Answer, report: Report, language: Language) -> Iterator[str]:
    words, verdicts = _WORDS[language], VERDICTS[language]
    mark = words["required"] if answer.name in report.required else ""
    title = pad(answer.title(language), _TITLE_CELLS)
    yield f"{int(answer.name):>2}{GAP}{pad(verdicts[answer.verdict], 11)}{GAP}{title}{mark}".rstrip()
    lead = " " * 17
    for alike in _alike(answer.reasons):
        text = alike[0].text(language)
        if len(alike) > 1:
            text += " " + words["likewise"].format(numbers=", ".join(str(reason.facts["n"]) for reason in alike[1:]))
        yield from (lead + line for line in fold(text, WIDTH - len(lead)))


def _alike(reasons: Sequence[Reason]) -> list[list[Reason]]:
    """Return the reasons in order, those together that say the same of several entries."""
    groups: dict[object, list[Reason]] = {}
    for reason in reasons:
        about = tuple((name, fact) for name, fact in reason.facts.items() if name != _OF_ONE_ENTRY)
        key = (reason.code, about) if "n" in reason.facts else (reason.code, id(reason))
        groups.setdefault(key, []).append(reason)
    return list(groups.values())


def _result(report: Report, language: Language) -> str:
    words = _WORDS[language]
    if report.exit_code == EXIT_PROVEN:
        return words["proven"]
    kind = "altered" if report.exit_code == EXIT_ALTERED else "undecided"
    return words[kind].format(numbers=", ".join(str(int(answer.name)) for answer in _decisive(report)))


def _next(report: Report, language: Language) -> str:
    texts = _NEXT[language]
    if report.exit_code == EXIT_PROVEN:
        return texts["proven"]
    first = _decisive(report)[0]
    default = texts["no" if first.verdict is Verdict.NO else "not_checked"]
    return texts.get(first.because, default)


def _decisive(report: Report) -> list[Answer]:
    """Return the answers that keep the report from being proven: those that are no, else the required ones not checked."""
    refused = [answer for answer in report.answers if answer.verdict is Verdict.NO]
    return refused or [report[name] for name in sorted(report.required) if report[name].verdict is not Verdict.YES]
