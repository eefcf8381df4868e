"""Audit of one log's tree: its rows in order, the root at every checkpoint, every tile and bundle, byte for byte.

Promises: one pass over the log, memory of one page of rows; the first checkpoint whose root the entries no longer give is
named, and every file that is missing, differs or has no checkpoint. DESIGN sections 3 and 8; codes in docs/audit.md.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256

from ledger.core.log.audit_findings import CheckedLog, Finding, Gathered, Note
from ledger.core.log.audit_shown import NOTHING, show
from ledger.core.log.audit_tree import TreeWalk
from ledger.core.log.hashing import EMPTY_ROOT, HASH_BYTES, leaf_hash
from ledger.core.log.tiles import TILE_WIDTH, BundleRef, Tile, parse_tile_path
from ledger.errors import InvalidInput, NotFound
from ledger.services.context import Stores
from ledger.services.log.audit_checkpoints import CheckpointRecord, Signing, check_record, checkpoints_of
from ledger.services.log.tree import object_name
from ledger.storage.audit_reads import Read, stream
from ledger.storage.database import Connection
from ledger.storage.log import entries_between
from ledger.storage.logs import LogRow
from ledger.storage.objects import Objects

MAX_GAP = 10_000  # missing rows in one place that are stood in for; beyond that an index is plainly wrong


@dataclass(frozen=True)
class LogResult:
    """What the pass found, and how far the log was checked."""

    gathered: Gathered
    checked: CheckedLog


def audit_log(stores: Stores, log_id: int) -> LogResult:
    """Check one log. Names are listed first, rows read after: whatever was listed is older than the rows."""
    names = set(stores.objects.names(f"logs/{log_id}"))
    return stores.database.read(lambda tx: _audit(tx, stores.objects, names, log_id))


def _audit(tx: Connection, objects: Objects, names: set[str], log_id: int) -> LogResult:
    signing = Signing.of(tx, log_id)
    walk = _Walk(objects=objects, names=names, log=signing.log)
    checkpoints = list_checkpoints(tx, signing, walk.gathered)
    walk.newest = checkpoints[-1].size if checkpoints else 0
    entries = walk.in_order(
        stream(tx, Read(table="entry", columns=("idx", "data"), order=("idx",), equal={"log_id": log_id}))
    )
    previous = 0
    for record in checkpoints:
        _advance(walk, entries, record.size)
        if walk.tree.size < record.size:
            break
        walk.check_files(walk.tree.unfinished(previous))
        walk.check_root(record)
        previous = record.size
    _advance(walk, entries, None)
    walk.check_end(checkpoints)
    _check_leftovers(tx, walk)
    return LogResult(walk.gathered, _checked(walk, checkpoints))


def list_checkpoints(tx: Connection, signing: Signing, gathered: Gathered) -> list[CheckpointRecord]:
    """Return the checkpoints, smallest first, having checked each by itself."""
    records: list[CheckpointRecord] = []
    for record in checkpoints_of(tx, signing.log.id):
        gathered.counts["checkpoints"] += 1
        for finding in check_record(signing, record, records[-1] if records else None):
            gathered.find(finding)
        records.append(record)
    return records


def _advance(walk: "_Walk", entries: Iterator[bytes], size: int | None) -> None:
    """Feed the tree up to `size` leaves, or to the end."""
    while size is None or walk.tree.size < size:
        run: list[bytes] = []
        wanted = walk.tree.room if size is None else min(walk.tree.room, size - walk.tree.size)
        for data in entries:
            run.append(data)
            if len(run) == wanted:
                break
        if not run:
            return
        files = walk.tree.append(run, [leaf_hash(data) for data in run])
        walk.gathered.counts["entries"] += len(run)
        if walk.tree.size <= walk.newest:
            walk.check_files(files)


@dataclass
class _Walk:
    objects: Objects
    names: set[str]
    log: LogRow
    gathered: Gathered = field(default_factory=Gathered)
    tree: TreeWalk = field(default_factory=TreeWalk)
    newest: int = 0
    first_bad: int | None = None
    root: bytes = EMPTY_ROOT

    def in_order(self, rows: Iterator[tuple[object, ...]]) -> Iterator[bytes]:
        """Yield the bytes of each entry in turn; a missing one is named and stood in for, so that the rest keeps its place."""
        expected = 0
        for idx, data in rows:
            if not isinstance(idx, int) or not expected <= idx <= expected + MAX_GAP:
                self.find("entry.out-of-place", ("entry", show("idx", idx), "idx"), str(expected), show("idx", idx))
                continue
            for missing in range(expected, idx):
                self.find("entry.missing", ("entry", f"index {missing}", "row"), "an entry", index=missing)
                yield b""
            yield data if isinstance(data, bytes) else b""
            expected = idx + 1

    def check_files(self, files: dict[str, bytes]) -> None:
        for path, data in files.items():
            self.check_file(path, data)

    def check_file(self, path: str, data: bytes) -> None:
        name = object_name(self.log.id, path)
        self.names.discard(name)
        self.gathered.counts["files"] += 1
        try:
            stored = self.objects.get(name)
        except NotFound:
            self.find("object.missing", ("object", name, "object"), sha256(data).hexdigest(), index=_last_index(path))
            return
        if stored != data:
            self._differs(name, path, data, stored)

    def _differs(self, name: str, path: str, data: bytes, stored: bytes) -> None:
        at = next(
            (place for place, (a, b) in enumerate(zip(data, stored, strict=False)) if a != b),
            min(len(data), len(stored)),
        )
        ref = parse_tile_path(path)
        where, index = f"byte {at}", _last_index(path)
        expected, found = sha256(data).hexdigest(), sha256(stored).hexdigest()
        if isinstance(ref, Tile):
            place = min(at // HASH_BYTES, ref.width - 1)
            where, index = f"hash {place}", (ref.index * TILE_WIDTH + place) << 8 * ref.level
            expected, found = (part[place * HASH_BYTES :][:HASH_BYTES].hex() for part in (data, stored))
        self.find("object.differs", ("object", name, where), expected, found, index)

    def check_root(self, record: CheckpointRecord) -> None:
        root = self.tree.root()
        if record.size == self.newest:
            self.root = root
        if root != record.signed_root and self.first_bad is None:
            self.first_bad = record.size
            name = f"{self.log.origin}@{record.size}"
            self.find("checkpoint.root-differs", ("checkpoint", name, "root"), show("root", record.signed_root), root.hex(), record.size - 1)  # fmt: skip

    def check_end(self, checkpoints: list[CheckpointRecord]) -> None:
        """Entries that a checkpoint covers must be there; entries that none covers yet are in order."""
        for record in checkpoints:
            if record.size > self.tree.size:
                self.first_bad = min(record.size, self.first_bad or record.size)
                name = f"{self.log.origin}@{record.size}"
                self.find("entry.missing", ("checkpoint", name, "size"), f"{record.size} entries", f"{self.tree.size} entries", self.tree.size)  # fmt: skip
                return
        if self.tree.size > self.newest:
            waiting = self.tree.size - self.newest
            self.gathered.note(
                Note("log.unsigned", "log", self.log.origin, f"{waiting} entries wait for their checkpoint")
            )

    def find(
        self, code: str, place: tuple[str, str, str], expected: str, found: str = NOTHING, index: int | None = None
    ) -> None:
        kind, record, where = place
        self.gathered.find(
            Finding(
                code=code,
                kind=kind,
                id=record,
                field=where,
                expected=expected,
                found=found,
                log=self.log.origin,
                index=index,
            )
        )


def _last_index(path: str) -> int:
    """Return the index of the last entry that a file covers."""
    return _needed(parse_tile_path(path)) - 1


def _needed(ref: Tile | BundleRef) -> int:
    level = ref.level if isinstance(ref, Tile) else 0
    return (ref.index * TILE_WIDTH + ref.width) << 8 * level


def _check_leftovers(tx: Connection, walk: _Walk) -> None:
    """Files that no stored checkpoint wrote: those of one being signed just now are in order, all others are findings."""
    prefix = object_name(walk.log.id, "")
    for name in sorted(walk.names):
        try:
            ref = parse_tile_path(name.removeprefix(prefix))
        except InvalidInput:
            walk.find("object.unexpected", ("object", name, "object"), NOTHING, "not a file of a log")
            continue
        needed = _needed(ref)
        if needed <= walk.newest or needed > walk.tree.size:
            walk.find(
                "object.unexpected", ("object", name, "object"), f"a checkpoint of size {needed}", index=needed - 1
            )
            continue
        walk.check_file(ref.path, _file_of_rows(tx, walk.log.id, ref))
        walk.gathered.note(
            Note(
                "object.unsigned", "object", name, f"written for a checkpoint of size {needed} that is not stored (yet)"
            )
        )


def _file_of_rows(tx: Connection, log_id: int, ref: Tile | BundleRef) -> bytes:
    """Return what the rows give for one file by itself: an unsigned one is rare, so the range is read again."""
    level = ref.level if isinstance(ref, Tile) else 0
    start, end = (ref.index * TILE_WIDTH) << 8 * level, _needed(ref)
    tree = TreeWalk()
    files: dict[str, bytes] = {}
    run: list[bytes] = []
    for row in entries_between(tx, log_id, start, end):
        run.append(row.data)
        if len(run) == TILE_WIDTH:
            files |= tree.append(run, [leaf_hash(data) for data in run])
            run = []
    if run:
        files |= tree.append(run, [leaf_hash(data) for data in run])
    files |= tree.unfinished(0)
    local = Tile(level, 0, ref.width) if isinstance(ref, Tile) else BundleRef(0, ref.width)
    return files.get(local.path, b"")


def _checked(walk: _Walk, checkpoints: list[CheckpointRecord]) -> CheckedLog:
    return CheckedLog(
        origin=walk.log.origin,
        size=walk.newest,
        root=walk.root,
        entries=walk.tree.size,
        checkpoints=len(checkpoints),
        first_bad_checkpoint=walk.first_bad,
    )
