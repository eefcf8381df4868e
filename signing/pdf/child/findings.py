"""What the child process has found against one PDF: reason codes, each with a short detail, in the order they were found.

Promises: one detail per code, the first; details are short printable ASCII, for a hostile file wrote them.
Leaves to others: what a code means (signing.pdf.reasons).
"""

from dataclasses import dataclass, field

# What makes every further look at a file too expensive.
TOO_MUCH = frozenset({"pdf.inflates", "pdf.too-many-pixels", "pdf.page-size"})
_MAX_DETAIL = 160


class Refused(Exception):
    """A reason that makes every further check meaningless."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail


@dataclass(frozen=True)
class Findings:
    found: dict[str, str] = field(default_factory=dict)

    def add(self, code: str, detail: object = "") -> None:
        self.found.setdefault(code, printable(str(detail)))

    def codes(self) -> set[str]:
        return set(self.found)

    def as_list(self) -> list[list[str]]:
        return [[code, detail] for code, detail in self.found.items()]


def printable(text: str) -> str:
    """Return a short line of plain ASCII: what a hostile file wrote must not write into a terminal or a log."""
    return "".join(character if " " <= character <= "~" else "?" for character in text[:_MAX_DETAIL])
