"""The ten answers of a verifier, and what they add up to (DESIGN section 8; docs/formats/answers.md).

Promises: ten separate answers, each with a stable reason code and the facts behind it, in English and Chinese; the exit
code is 0 only when every required answer is yes. There is no single green tick to show.
Leaves to others: finding the answers (verify_file), the words (answers_text).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Literal

from ledger.core.evidence.answers_text import ANSWER_TITLES, TEXTS
from signing.canonical import Json

Language = Literal["en", "zh"]
Fact = str | int

EXIT_PROVEN, EXIT_ALTERED, EXIT_UNDECIDED = 0, 1, 3  # 2, wrong use, is an error and never a report


class AnswerName(IntEnum):
    """The ten questions; the number is the one people see, the JSON name is in lower case with hyphens."""

    BYTES = 1
    SIGNATURES = 2
    LOG = 3
    APPEND_ONLY = 4
    WITNESSES = 5
    CHAIN = 6
    COMPLETE = 7
    APPROVED = 8
    ERASED = 9
    NOT_PROVED = 10

    @property
    def label(self) -> str:
        return self.name.lower().replace("_", "-")


class Verdict(StrEnum):
    YES = "yes"
    NO = "no"
    NOT_CHECKED = "not_checked"


_WORST_FIRST = (Verdict.NO, Verdict.NOT_CHECKED, Verdict.YES)


@dataclass(frozen=True)
class Reason:
    """Why a verdict is what it is: a stable code and the facts that its sentence names."""

    verdict: Verdict
    code: str
    facts: Mapping[str, Fact] = field(default_factory=dict)

    def text(self, language: Language) -> str:
        """Return the sentence for people; characters that could disguise text are shown as �."""
        shown = {name: _printable(fact) for name, fact in self.facts.items()}
        return TEXTS[self.code][language].format_map(shown)

    def to_json(self) -> dict[str, Json]:
        facts: dict[str, Json] = dict(self.facts)
        return {"code": self.code, "facts": facts, "en": self.text("en"), "zh": self.text("zh")}


@dataclass(frozen=True)
class Answer:
    """One of the ten; its verdict is that of its worst reason, its `because` the code of the first such reason."""

    name: AnswerName
    reasons: tuple[Reason, ...]

    @property
    def verdict(self) -> Verdict:
        return self.reasons[0].verdict

    @property
    def because(self) -> str:
        return self.reasons[0].code

    def title(self, language: Language) -> str:
        return ANSWER_TITLES[self.name.label][language]

    def to_json(self) -> dict[str, Json]:
        return {
            "number": int(self.name),
            "name": self.name.label,
            "title": {"en": self.title("en"), "zh": self.title("zh")},
            "verdict": str(self.verdict),
            "because": self.because,
            "reasons": [reason.to_json() for reason in self.reasons],
        }


@dataclass(frozen=True, kw_only=True)
class Report:
    """The ten answers in order, which of them the reader's trust policy requires, and the grade they amount to."""

    answers: tuple[Answer, ...]
    required: frozenset[AnswerName]
    grade: Reason
    self_operated: bool
    checked_at: str

    def __post_init__(self) -> None:
        if [answer.name for answer in self.answers] != list(AnswerName):
            raise ValueError("a report holds the ten answers once each, in order")

    def __getitem__(self, name: AnswerName) -> Answer:
        return self.answers[name - 1]

    @property
    def exit_code(self) -> int:
        """Return 1 when any answer is no (required or not: a contradiction is a contradiction), 0 when all required are yes, else 3."""
        if any(answer.verdict is Verdict.NO for answer in self.answers):
            return EXIT_ALTERED
        if self.required and all(self[name].verdict is Verdict.YES for name in self.required):
            return EXIT_PROVEN
        return EXIT_UNDECIDED

    def to_json(self) -> dict[str, Json]:
        return {
            "tag": "tally/report/v1",
            "checked_at": self.checked_at,
            "answers": [answer.to_json() for answer in self.answers],
            "required": [name.label for name in sorted(self.required)],
            "grade": self.grade.to_json(),
            "self_operated": self.self_operated,
            "exit_code": self.exit_code,
        }


def yes(code: str, **facts: Fact) -> Reason:
    return Reason(Verdict.YES, code, facts)


def no(code: str, **facts: Fact) -> Reason:
    return Reason(Verdict.NO, code, facts)


def not_checked(code: str, **facts: Fact) -> Reason:
    return Reason(Verdict.NOT_CHECKED, code, facts)


def answer(name: AnswerName, reasons: Iterable[Reason]) -> Answer:
    """Return the answer that these reasons give: the worst first, otherwise in the order found; no reason at all is a refusal."""
    found = tuple(sorted(dict.fromkeys(_hashable(reason) for reason in reasons), key=_rank))
    if not found:
        raise ValueError(f"answer {name.label} needs at least one reason")
    return Answer(name, tuple(Reason(verdict, code, dict(facts)) for verdict, code, facts in found))


def _hashable(reason: Reason) -> tuple[Verdict, str, tuple[tuple[str, Fact], ...]]:
    return reason.verdict, reason.code, tuple(reason.facts.items())


def _rank(reason: tuple[Verdict, str, object]) -> int:
    return _WORST_FIRST.index(reason[0])


def _printable(fact: Fact) -> Fact:
    if isinstance(fact, int):
        return fact
    return "".join(character if character.isprintable() else "�" for character in fact)
