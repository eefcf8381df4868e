"""Screening a portfolio from a CSV file: lines in, lines out, the bad ones named, the rest done, resumable.

Promises: no identifier is written to the result; a line that is in the result already is not asked about again, and a result is never
taken for that of another portfolio.
"""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from api.commands.files import hash_file, read_file
from ledger.core.blacklist.identifiers import Identifier, parse_identifier
from ledger.core.blacklist.receipts import parse_check_opening
from ledger.errors import InvalidInput
from ledger.partner.checking import NO_CONSENT, Result, Subject

MAX_OPENING_BYTES = 64 * 1024
MAX_CSV_BYTES = 256 * 1024 * 1024  # some five million lines
COLUMNS = ("line", "result", "code", "message", "listings", "receipt", "item")
CHUNK = 500
_NEEDED, _KNOWN = {"kind", "identifier"}, {"kind", "identifier", "application", "consent"}


@dataclass(frozen=True)
class Line:
    """One line of the file: its number, and its subject or what is wrong with it."""

    number: int
    subject: Subject | None
    error: InvalidInput | None


def read_lines(path: Path, today: date) -> Iterator[Line]:
    """Yield the lines of a CSV file with the columns kind and identifier; raise InvalidInput("csv.columns" | "csv.encoding")."""
    try:
        text = read_file(path, most=MAX_CSV_BYTES).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInput("csv.encoding", f"{path}: expected text in UTF-8; save the table as “CSV UTF-8”") from error
    reader = csv.DictReader(io.StringIO(text, newline=""))
    names = set(reader.fieldnames or ())
    if not names >= _NEEDED or names - _KNOWN:
        raise InvalidInput(
            "csv.columns",
            f"{path}: expected a first line of the columns kind, identifier, and perhaps application, consent, with commas between",
        )
    for number, row in enumerate(reader, 2):  # the first line has the names
        yield _line(number, row, today)


def _line(number: int, row: dict[str, str | None], today: date) -> Line:
    try:
        if None in row or any(value is None for value in row.values()):
            raise InvalidInput("csv.cells", "expected as many cells as columns")  # noqa: TRY301  # told like the others
        identifier = parse_identifier(str(row["kind"]).strip(), str(row["identifier"]), today)
        return Line(number, _subject(row, identifier, f"line {number}"), None)
    except InvalidInput as error:
        return Line(number, None, error)


def _subject(row: dict[str, str | None], identifier: Identifier, otherwise: str) -> Subject:
    consent = (row.get("consent") or "").strip().lower()
    if consent and (len(consent) != 64 or set(consent) - set("0123456789abcdef")):  # noqa: PLR2004  # of a SHA-256
        raise InvalidInput("csv.consent", "expected the SHA-256 of the consent: 64 hexadecimal digits")
    return Subject(
        identifier,
        (row.get("application") or "").strip() or otherwise,
        bytes.fromhex(consent) if consent else NO_CONSENT,
    )


@dataclass(frozen=True)
class ResultFile:
    """The result: one CSV beside a folder of receipts and openings."""

    path: Path

    @property
    def folder(self) -> Path:
        return self.path.with_suffix(".receipts")

    def resume(self, lines: Sequence[Line]) -> dict[int, str]:
        """Return the lines that an earlier run checked, and its answers; forget those that failed, which are tried again.

        Raises InvalidInput("csv.other-portfolio") where the result is about others than these lines.
        """
        if not self.path.is_file():
            return {}
        with self.path.open(newline="", encoding="utf-8") as file:
            rows = [row for row in csv.DictReader(file) if row["result"] in {"listed", "clear"} and row["item"]]
        subjects = {line.number: line.subject for line in lines}
        for row in rows:
            self._require_same(row, subjects.get(int(row["line"])))
        fresh = self.path.with_suffix(".new")
        with fresh.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, COLUMNS, restval="")
            writer.writeheader()
            writer.writerows(rows)
        fresh.replace(self.path)
        return {int(row["line"]): row["result"] for row in rows}

    def _require_same(self, row: dict[str, str], subject: Subject | None) -> None:
        name = f"{row['receipt'].split('.')[0]}.{row['item']}.opening.json"
        known = parse_check_opening(read_file(self.folder / name, most=MAX_OPENING_BYTES))
        was = (known.identifier_kind, known.identifier, known.application, known.consent_sha256)
        if subject is None or was != (*_told(subject.identifier), subject.application, subject.consent_sha256):
            raise InvalidInput(
                "csv.other-portfolio",
                f"line {row['line']} was checked before and is another now: put it back, add new lines at the end only, "
                "or name another result",
            )

    def append(self, rows: list[dict[str, object]]) -> None:
        """Write lines at the end; whole lines, so that a run can be broken off anywhere."""
        fresh = not self.path.is_file()
        with self.path.open("a", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, COLUMNS, restval="")
            if fresh:
                writer.writeheader()
            writer.writerows(rows)

    def keep(self, results: list[Result]) -> dict[int, tuple[str, int]]:
        """Keep receipts and openings (only their owner may read them); return for each result its receipt's name and item."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        places: dict[int, tuple[str, int]] = {}
        for place, result in enumerate(results):
            name = result.receipt.sha256.hex()[:16]
            file = self.folder / f"{name}.receipt.json"
            if not file.is_file():
                file.write_bytes(result.receipt.to_bytes())
            opening = self.folder / f"{name}.{result.opening.item}.opening.json"
            opening.touch(mode=0o600)
            opening.write_bytes(result.opening.to_bytes())
            places[place] = (file.name, result.opening.item)
        return places


def _told(identifier: Identifier) -> tuple[str, str]:
    return str(identifier.kind), identifier.value


def error_row(line: Line) -> dict[str, object]:
    assert line.error is not None  # noqa: S101  # only lines with an error come here
    return {"line": line.number, "result": "invalid", "code": line.error.code, "message": line.error.message}


def result_row(line: Line, result: Result, place: tuple[str, int]) -> dict[str, object]:
    states = " ".join(sorted(shown.state for shown in result.shown))
    return {
        "line": line.number,
        "result": "listed" if result.listed else "clear",
        "listings": states,
        "receipt": place[0],
        "item": place[1],
    }


@dataclass(frozen=True)
class Watch:
    """One watched token: what the partner calls its subjects, and the value of its leaf when it was told last, None for none."""

    names: tuple[str, ...]
    leaf: str | None

    @property
    def is_listed(self) -> bool:
        return self.leaf is not None


@dataclass(frozen=True)
class Watched:
    """Tokens of a portfolio, so that a sync tells which of them were listed since: matched here, nobody is asked.

    What changed is measured against what was told, not against the sync before: a check in between brings the copy up to date too.
    """

    path: Path

    def add(self, named: Iterable[tuple[str, str, str | None]]) -> None:
        """Remember tokens (hexadecimal), what the partner calls them, and the leaf as it is told now."""
        known = self._load()
        for token, name, leaf in named:
            before = known.get(token, Watch((), leaf))
            known[token] = replace(before, names=tuple(sorted({*before.names, name})))
        self._save(known)

    def news(self, leaf_of: Callable[[str], str | None]) -> list[tuple[str, bool]]:
        """Return the names whose leaves are not what was told last, and whether they are listed now; remember that it is told."""
        known = self._load()
        now = {token: replace(watch, leaf=leaf_of(token)) for token, watch in known.items()}
        changed = [watch for token, watch in now.items() if watch != known[token]]
        if changed:
            self._save(now)
        return sorted((name, watch.is_listed) for watch in changed for name in watch.names)

    def _save(self, known: Mapping[str, Watch]) -> None:
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = self.path.with_suffix(".new")
        fresh.touch(mode=0o600)
        value = {token: {"names": list(watch.names), "leaf": watch.leaf} for token, watch in known.items()}
        fresh.write_text(json.dumps(value, ensure_ascii=False, sort_keys=True), encoding="utf-8")
        fresh.replace(self.path)

    def _load(self) -> dict[str, Watch]:
        if not self.path.is_file():
            return {}
        value = json.loads(self.path.read_text(encoding="utf-8"))
        return {token: Watch(tuple(told["names"]), told["leaf"]) for token, told in value.items()}


def file_sha256(path: Path) -> bytes:
    """Return the SHA-256 of a file; raise InvalidInput("file.unreadable")."""
    return hash_file(path, lambda _: None).sha256
