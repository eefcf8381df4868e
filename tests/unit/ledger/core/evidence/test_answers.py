"""The ten answers, their order, their words and the exit code they add up to."""

import re
import string
from pathlib import Path

import pytest

from ledger.core.evidence import answers_text
from ledger.core.evidence.answers import (
    Answer,
    AnswerName,
    Reason,
    Report,
    Verdict,
    answer,
    no,
    not_checked,
    yes,
)
from ledger.core.evidence.answers_text import ANSWER_TITLES, TEXTS
from ledger.core.evidence.answers_text_seals import Words

YES = yes("erased.all-shown")
NO = no("append.equivocation")
OPEN = not_checked("signatures.none")


def a_report(changed: dict[AnswerName, Reason], *required: AnswerName) -> Report:
    return Report(
        answers=tuple(answer(name, [changed.get(name, YES)]) for name in AnswerName),
        required=frozenset(required),
        grade=not_checked("grade.none"),
        self_operated=True,
        checked_at="2026-11-23T15:04:05.123Z",
    )


def placeholders(text: str) -> set[str | None]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({}, 0),
        ({AnswerName.COMPLETE: OPEN}, 0),
        ({AnswerName.BYTES: OPEN}, 3),
        ({AnswerName.BYTES: NO}, 1),
        ({AnswerName.COMPLETE: NO}, 1),
        ({AnswerName.BYTES: OPEN, AnswerName.LOG: NO}, 1),
    ],
)
def test_exit_code_follows_the_worst_that_counts(changed: dict[AnswerName, Reason], code: int) -> None:
    assert a_report(changed, AnswerName.BYTES, AnswerName.LOG).exit_code == code


def test_report_that_requires_nothing_proves_nothing() -> None:
    assert a_report({}).exit_code == 3


def test_report_is_read_by_the_name_of_its_answers() -> None:
    report = a_report({AnswerName.CHAIN: NO}, AnswerName.BYTES)
    assert report[AnswerName.CHAIN].because == "append.equivocation"
    assert report[AnswerName.NOT_PROVED].name is AnswerName.NOT_PROVED


@pytest.mark.parametrize("cut", [slice(0, 9), slice(1, 10), slice(None, None, -1)])
def test_report_without_all_ten_answers_in_order_is_refused(cut: slice) -> None:
    complete = a_report({}, AnswerName.BYTES)
    with pytest.raises(ValueError, match="ten answers"):
        Report(
            answers=complete.answers[cut],
            required=complete.required,
            grade=complete.grade,
            self_operated=False,
            checked_at="",
        )


def test_answer_leads_with_its_worst_reason_and_keeps_the_others_in_order() -> None:
    given = answer(AnswerName.BYTES, [YES, OPEN, yes("grade.none"), NO, OPEN])
    assert (given.verdict, given.because) == (Verdict.NO, "append.equivocation")
    assert [reason.code for reason in given.reasons] == [
        "append.equivocation",
        "signatures.none",
        "erased.all-shown",
        "grade.none",
    ]


def test_answer_without_a_reason_is_refused() -> None:
    with pytest.raises(ValueError, match="needs at least one reason"):
        answer(AnswerName.BYTES, [])


def test_report_says_the_same_in_json() -> None:
    value = a_report({AnswerName.LOG: OPEN}, AnswerName.LOG, AnswerName.BYTES).to_json()
    assert value["tag"] == "tally/report/v1"
    assert value["required"] == ["bytes", "log"]
    assert (value["exit_code"], value["self_operated"]) == (3, True)
    answers = value["answers"]
    assert isinstance(answers, list)
    assert answers[2] == {
        "number": 3,
        "name": "log",
        "title": {"en": "In the log", "zh": "已载入日志"},
        "verdict": "not_checked",
        "because": "signatures.none",
        "reasons": [{"code": "signatures.none", "facts": {}, "en": "No signature is at hand.", "zh": "没有可供核验的签名。"}],
    }  # fmt: skip


def test_answer_numbers_and_names_are_those_of_the_design() -> None:
    assert [(int(name), name.label) for name in AnswerName] == [
        (1, "bytes"),
        (2, "signatures"),
        (3, "log"),
        (4, "append-only"),
        (5, "witnesses"),
        (6, "chain"),
        (7, "complete"),
        (8, "approved"),
        (9, "erased"),
        (10, "not-proved"),
    ]
    assert {name.label for name in AnswerName} == set(ANSWER_TITLES)


@pytest.mark.parametrize(("code", "words"), TEXTS.items())
def test_every_code_has_both_languages_with_the_same_facts(code: str, words: Words) -> None:
    facts = {str(name): 7 for name in placeholders(words["en"])}
    assert placeholders(words["en"]) == placeholders(words["zh"])
    reason = Reason(Verdict.YES, code, facts)
    assert any("一" <= character <= "鿿" for character in reason.text("zh"))
    assert reason.text("en")[-1] in ".)"


def test_codes_in_the_source_are_those_that_have_words() -> None:
    folder = Path(str(answers_text.__file__)).parent
    sources = "".join(path.read_text() for path in folder.glob("*.py") if path.name != "answers_text.py")
    families = "|".join(
        sorted({code.partition(".")[0] for code in TEXTS} - {"statement", "signature", "chain", "limits"})
    )
    used = set(re.findall(rf'"((?:{families})\.[a-z-]+)"', sources))
    used |= set(re.findall(r'(?:no|not_checked|yes)\(\s*"(chain\.[a-z-]+)"', sources)) | {
        "chain.final",
        "chain.not-final",
    }
    own = {code for code in TEXTS if code.partition(".")[0] not in {"statement", "signature", "limits"}}
    errors = {"trust.malformed", "trust.unknown-version", "evidence.malformed"}  # raised, never a reason
    assert used - errors == own


def test_text_that_could_disguise_itself_is_shown_as_a_mark() -> None:
    reason = yes("signatures.pinned-key", key_id="a\u202eb\nc\x1b[2J", signer="王\u200b{key_id}")
    assert reason.text("en") == "Your trust policy pins key a�b�c�[2J for 王�{key_id}."


def test_answer_equals_one_of_the_same_reasons() -> None:
    assert answer(AnswerName.LOG, [yes("bytes.not-opened", n=1)]) == Answer(
        AnswerName.LOG, (yes("bytes.not-opened", n=1),)
    )
