"""What an integrity audit says: findings (something differs), notes (worth knowing, nothing wrong), and the report.

Promises: a finding names record, field, what was expected and what was found, and never shows a personal value (what is shown:
`audit_shown`). Codes: docs/audit.md. DESIGN section 8.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from ledger.core.log.audit_shown import show
from signing.canonical import Json

MAX_FINDINGS = 10_000  # kept whole; beyond that they are counted: a report must fit memory and a screen


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that differs. `index` is the place in the log of the entry that says what was expected."""

    code: str
    kind: str
    id: str
    field: str
    expected: str
    found: str
    log: str | None = None
    index: int | None = None
    first_bad_checkpoint: int | None = None

    def to_json(self) -> dict[str, Json]:
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


@dataclass(frozen=True)
class Note:
    """Something worth knowing that is no alteration."""

    code: str
    kind: str
    id: str
    text: str

    def to_json(self) -> dict[str, Json]:
        return {"code": self.code, "kind": self.kind, "id": self.id, "text": self.text}


@dataclass(frozen=True, kw_only=True)
class CheckedLog:
    """How far one log was checked: its newest checkpoint, entries in all, and the first checkpoint that does not hold."""

    origin: str
    size: int
    root: bytes
    entries: int
    checkpoints: int
    first_bad_checkpoint: int | None

    def to_json(self) -> dict[str, Json]:
        return {
            "origin": self.origin,
            "size": self.size,
            "root": self.root.hex(),
            "entries": self.entries,
            "checkpoints": self.checkpoints,
            "first_bad_checkpoint": self.first_bad_checkpoint,
        }


@dataclass
class Gathered:
    """What one part of an audit gathers; parts add up."""

    findings: list[Finding] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    left_out: int = 0

    def find(self, finding: Finding) -> None:
        if len(self.findings) < MAX_FINDINGS:
            self.findings.append(finding)
        else:
            self.left_out += 1

    def note(self, note: Note) -> None:
        self.counts[f"note:{note.code}"] += 1
        if len(self.notes) < MAX_FINDINGS:
            self.notes.append(note)

    def add(self, other: "Gathered") -> None:
        for finding in other.findings:
            self.find(finding)
        self.left_out += other.left_out
        self.notes += other.notes[: MAX_FINDINGS - len(self.notes)]
        self.counts.update(other.counts)


@dataclass(frozen=True, kw_only=True)
class AuditReport:
    """The result of one audit. It is clean when `total` is 0; `total` counts findings that were left out, too."""

    findings: tuple[Finding, ...]
    total: int
    notes: tuple[Note, ...]
    counts: Mapping[str, int]
    logs: tuple[CheckedLog, ...]
    chain_checked: bool

    @property
    def is_clean(self) -> bool:
        return self.total == 0

    def to_json(self) -> dict[str, Json]:
        return {
            "tag": "tally/audit-report/v1",
            "findings": [finding.to_json() for finding in self.findings],
            "total": self.total,
            "notes": [note.to_json() for note in self.notes],
            "counts": dict(sorted(self.counts.items())),
            "logs": [log.to_json() for log in self.logs],
            "chain_checked": self.chain_checked,
        }


def name_of(parts: Iterable[object]) -> str:
    """Return the id of a row in a report: the values of its key, as far as they may be shown."""
    return "/".join(show("key", part) for part in parts)


def with_checkpoint(finding: Finding, size: int | None) -> Finding:
    return finding if finding.first_bad_checkpoint is not None else replace(finding, first_bad_checkpoint=size)
