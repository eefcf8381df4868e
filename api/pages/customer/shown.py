"""What the signing pages show, as values that templates read: the case, the steps, the contract, the people.

Promises: nothing here decides; where a signer stands is told to it.
"""

from dataclasses import dataclass

STEPS = ("confirm", "agree", "read", "sign", "keep")


@dataclass(frozen=True, kw_only=True)
class Case:
    """Which contract, and who reads; before the code nothing but the lender is shown."""

    lender: str
    number: str | None = None
    name: str | None = None
    role: str | None = None


@dataclass(frozen=True)
class StepShown:
    """One step of the indicator; `state` is done, now or later."""

    name: str
    state: str


@dataclass(frozen=True)
class Progress:
    """The step indicator: where the reader is."""

    steps: tuple[StepShown, ...]
    number: int

    @property
    def count(self) -> int:
        return len(self.steps)


def progress(step: str) -> Progress:
    """Return the indicator with everything before `step` done."""
    at = STEPS.index(step)
    states = ("done" if place < at else "now" if place == at else "later" for place in range(len(STEPS)))
    return Progress(tuple(StepShown(name, state) for name, state in zip(STEPS, states, strict=True)), at + 1)


@dataclass(frozen=True, kw_only=True)
class ContractShown:
    """The contract's file: where it lies, its fingerprint and length, as the statement will name them."""

    address: str
    sha256: str
    byte_length: int
    pages: int
    lender: str
    agreement: str
    terms_sha256: str

    @property
    def size(self) -> str:
        return shown_size(self.byte_length)


@dataclass(frozen=True)
class PersonShown:
    """One of those who sign."""

    name: str
    role: str
    signed: bool
    is_reader: bool


@dataclass(frozen=True)
class FileShown:
    """A file to keep; `kind` picks the words."""

    kind: str
    address: str
    name: str


@dataclass(frozen=True)
class TextLine:
    """One line of a text that is in both languages."""

    language: str
    text: str


_KIB = 1024


def shown_size(count: int) -> str:
    """Return a length as people read it."""
    if count < _KIB:
        return f"{count} B"
    kib = count / _KIB
    return f"{kib:,.0f} KB" if kib < _KIB else f"{kib / _KIB:,.1f} MB"


def consent_lines(text: str) -> tuple[TextLine, ...]:
    """Return the consent text as one paragraph per language, without the line that names the version."""
    lines = [line.strip() for line in text.strip().split("\n")[1:]]
    english = [line for line in lines if line.isascii()]
    chinese = [line for line in lines if not line.isascii()]
    return TextLine("en", " ".join(english).strip()), TextLine("zh-Hans", "".join(chinese))
