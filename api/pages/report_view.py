"""A verifier's report as the page shows it: ten lines, what was checked, and the command that repeats the check."""

from collections.abc import Iterable
from dataclasses import dataclass

from api.pages.printable import shell_word, shown_name
from ledger.core.evidence.answers import (
    EXIT_ALTERED,
    EXIT_PROVEN,
    Answer,
    AnswerName,
    Fact,
    Language,
    Reason,
    Report,
    Verdict,
)
from ledger.core.evidence.package import Package
from ledger.core.evidence.verify_file import FileFacts

_OUTCOMES = {EXIT_PROVEN: "proven", EXIT_ALTERED: "altered"}
_PER_ENTRY = frozenset({"n", "index"})  # facts that only say which entry a reason is about


@dataclass(frozen=True, kw_only=True)
class Checked:
    """What the reader handed in; `file_name` is None where the browser kept the file, `trust_name` where ours was used."""

    file: FileFacts
    file_name: str | None
    receipt_name: str
    trust_name: str | None
    package: Package


@dataclass(frozen=True)
class Line:
    """One of the ten answers, in the reader's language; a group is the same reason for several entries."""

    number: int
    title: str
    verdict: str
    badge: str
    because: str
    groups: tuple[tuple[str, ...], ...]
    is_required: bool


@dataclass(frozen=True)
class ReportView:
    """Everything that report.html shows."""

    report: Report
    checked: Checked
    language: Language

    @property
    def outcome(self) -> str:
        return _OUTCOMES.get(self.report.exit_code, "undecided")

    @property
    def lines(self) -> tuple[Line, ...]:
        return tuple(self._line(answer) for answer in self.report.answers)

    @property
    def counts(self) -> dict[str, int]:
        """Return how many answers are yes, no and open; the tenth is a list of limits and counts as none."""
        verdicts = [answer.verdict for answer in self.report.answers if answer.name is not AnswerName.NOT_PROVED]
        return {
            "yes": verdicts.count(Verdict.YES),
            "no": verdicts.count(Verdict.NO),
            "open": verdicts.count(Verdict.NOT_CHECKED),
        }

    @property
    def grade(self) -> str:
        return self.report.grade.text(self.language)

    @property
    def checked_at(self) -> str:
        return f"{self.report.checked_at[:19].replace('T', ' ')} UTC"

    @property
    def file_name(self) -> str | None:
        return None if self.checked.file_name is None else shown_name(self.checked.file_name)

    @property
    def receipt_name(self) -> str:
        return shown_name(self.checked.receipt_name)

    @property
    def trust_name(self) -> str | None:
        return None if self.checked.trust_name is None else shown_name(self.checked.trust_name)

    @property
    def agreement(self) -> str:
        return shown_name(self.checked.package.agreement)

    @property
    def command_file(self) -> str:
        return shell_word(self.checked.file_name, "FILE.pdf")

    @property
    def command_receipt(self) -> str:
        return shell_word(self.checked.receipt_name, "FILE.evidence.json")

    @property
    def command_trust(self) -> str:
        return shell_word(self.checked.trust_name, "trust.json")

    def _line(self, answer: Answer) -> Line:
        limits = answer.name is AnswerName.NOT_PROVED
        return Line(
            number=int(answer.name),
            title=answer.title(self.language),
            verdict=str(answer.verdict),
            badge="limits" if limits else str(answer.verdict),
            because=answer.because,
            groups=_groups(answer.reasons, self.language),
            is_required=answer.name in self.report.required,
        )


def _groups(reasons: Iterable[Reason], language: Language) -> tuple[tuple[str, ...], ...]:
    """Return the sentences, those that say the same of several entries together, in the order of the first of each."""
    groups: dict[tuple[str, tuple[tuple[str, Fact], ...]], list[str]] = {}
    for reason in reasons:
        facts = tuple((name, fact) for name, fact in reason.facts.items() if name not in _PER_ENTRY)
        groups.setdefault((reason.code, facts), []).append(reason.text(language))
    return tuple(tuple(group) for group in groups.values())
