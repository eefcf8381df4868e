"""A bit changed between the assignment and the signature stops the log; nothing is signed; `resume` is the way out."""

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from ledger.errors import Unavailable, VerificationFailed
from ledger.services.log.resume import resume
from ledger.services.log.sequence import Sequencer, Turn, sequence
from ledger.services.log.tree import object_name
from ledger.storage.logs import latest_checkpoint, log_status
from support.hooked_objects import CountingSigner, HookedObjects
from support.ledgers import NOW, Ledger, check_whole, ledger_in, small_entries
from support.trees import flip

TURN = Turn(holder="a", now=NOW)
OPENING = 3
SIZE = 300 + OPENING


@dataclass
class Scene:
    """A ledger with 300 entries waiting, and what it takes to damage it."""

    ledger: Ledger
    folder: Path
    note: CountingSigner
    sequencer: Sequencer

    @property
    def objects(self) -> HookedObjects:
        assert isinstance(self.ledger.stores.objects, HookedObjects)
        return self.ledger.stores.objects

    def file(self, path: str) -> Path:
        return self.folder / "objects" / (object_name(self.ledger.log.id, path))

    def flip_file(self, path: str, bit: int = 77) -> None:
        self.file(path).write_bytes(flip(self.file(path).read_bytes(), bit))

    def change_row(self, statement: str) -> None:
        """Change rows as somebody with the database's file can: after dropping the triggers."""
        connection = sqlite3.connect(self.folder / "ledger.db", isolation_level=None)
        triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        assert connection.execute(statement).rowcount == 1
        for _, sql in triggers:
            connection.execute(sql)
        connection.close()

    def flip_column(self, table: str, column: str, where: str) -> None:
        expression = f"CAST(x'00' || substr({column}, 2) AS BLOB)"
        self.change_row(f"UPDATE {table} SET {column} = {expression} WHERE {where}")  # noqa: S608  # names of this test

    def refused(self) -> str:
        """Take a turn that must stop the log, and return the reason that was stored."""
        before, signed = self.signed(), self.note.count
        for _ in range(2):  # once to find it, once to see that it stays stopped
            with pytest.raises(Unavailable) as caught:
                self.sequencer.take(TURN)
            assert caught.value.code == "log.stopped"
        assert (self.signed(), self.note.count) == (before, signed)
        with pytest.raises(Unavailable):
            sequence(self.ledger.stores, self.ledger.log, self.ledger.signers, replace(TURN, holder="b"))
        status = self.ledger.stores.database.read(lambda tx: log_status(tx, self.ledger.log.id))
        assert status is not None
        assert status.state == "stopped"
        return status.reason

    def signed(self) -> int:
        newest = self.ledger.stores.database.read(lambda tx: latest_checkpoint(tx, self.ledger.log.id))
        return newest.size if newest else 0


@pytest.fixture
def scene(tmp_path: Path, sqlite_url: str) -> Iterator[Scene]:
    objects = HookedObjects((tmp_path / "objects").as_uri())
    with ledger_in(tmp_path, sqlite_url, objects=objects) as ledger:
        ledger.append(small_entries(300))
        note = CountingSigner(ledger.signers.note)
        yield Scene(ledger, tmp_path, note, Sequencer(ledger.stores, ledger.log, replace(ledger.signers, note=note)))


Damage = Callable[[Scene], object]
BETWEEN_READS: dict[str, tuple[Damage, str]] = {
    "entry bytes": (lambda it: it.flip_column("entry", "data", "idx = 260"), "log.row-differs"),
    "leaf hash": (lambda it: it.flip_column("entry", "leaf_hash", "idx = 0"), "log.row-differs"),
    "row gone": (lambda it: it.change_row("DELETE FROM entry WHERE idx = 150"), "log.row-missing"),
}
WRITTEN_FILES: dict[str, tuple[Damage, str]] = {
    "full tile": (lambda it: it.flip_file("tile/0/000"), "log.tile-differs"),
    "partial tile": (lambda it: it.flip_file("tile/0/001.p/47"), "log.tile-differs"),
    "upper tile": (lambda it: it.flip_file("tile/1/000.p/1"), "log.tile-differs"),
    "tile cut short": (lambda it: it.file("tile/0/000").write_bytes(b"short"), "log.tile-differs"),
    "bundle": (lambda it: it.flip_file("tile/entries/000"), "log.bundle-differs"),
    "bundle length": (lambda it: it.flip_file("tile/entries/000", 9), "bundle.malformed"),
    "file gone": (lambda it: it.file("tile/0/000").unlink(), "object.missing"),
}


@pytest.mark.parametrize("name", BETWEEN_READS)
def test_row_changed_between_reading_and_signing_stops_the_log(scene: Scene, name: str) -> None:
    damage, code = BETWEEN_READS[name]
    scene.objects.before_put = lambda: damage(scene)
    assert scene.refused().startswith(f"{code}: ")
    with pytest.raises(VerificationFailed):
        resume(scene.ledger.stores, scene.ledger.log, NOW)


@pytest.mark.parametrize("name", WRITTEN_FILES)
def test_file_changed_between_writing_and_signing_stops_the_log(scene: Scene, name: str) -> None:
    damage, code = WRITTEN_FILES[name]
    scene.objects.before_get = lambda: damage(scene)
    assert scene.refused().startswith(f"{code}: ")


def test_row_changed_between_assignment_and_reading_stops_the_log(scene: Scene) -> None:
    scene.objects.before_put = _crash
    with pytest.raises(_CrashError):
        scene.sequencer.take(TURN)
    scene.flip_column("entry", "data", "idx = 17")
    assert scene.refused().startswith("log.row-differs: ")


def test_other_bytes_under_the_name_of_a_new_tile_stop_the_log(scene: Scene) -> None:
    scene.file("tile/0/000").parent.mkdir(parents=True)
    scene.file("tile/0/000").write_bytes(b"put there by another hand")
    assert scene.refused().startswith("object.differs: ")


SIGNED_DAMAGE: dict[str, tuple[Damage, str]] = {
    "partial tile": (lambda it: it.flip_file("tile/0/001.p/47"), "log.checkpoint-differs"),
    "upper tile": (lambda it: it.flip_file("tile/1/000.p/1"), "log.checkpoint-differs"),
    "tile gone": (lambda it: it.file("tile/1/000.p/1").unlink(), "object.missing"),
    "signed root": (lambda it: it.flip_column("checkpoint", "root", f"size = {SIZE}"), "log.checkpoint-differs"),
    "note": (lambda it: it.flip_column("checkpoint", "note", f"size = {SIZE}"), "note."),
    "row of the open bundle": (lambda it: it.flip_column("entry", "data", "idx = 257"), "log.row-differs"),
}


@pytest.mark.parametrize("name", SIGNED_DAMAGE)
@pytest.mark.parametrize("remembering", [True, False])
def test_signed_history_that_changed_stops_the_log(scene: Scene, name: str, *, remembering: bool) -> None:
    assert scene.sequencer.take(TURN) is not None
    damage, code = SIGNED_DAMAGE[name]
    damage(scene)
    scene.ledger.append(small_entries(1, start=300))
    if not remembering:
        scene.sequencer = Sequencer(
            scene.ledger.stores, scene.ledger.log, replace(scene.ledger.signers, note=scene.note)
        )
    if (
        remembering and name == "partial tile"
    ):  # no longer part of the tree, and remembered from before: rightly unnoticed
        assert scene.sequencer.take(TURN) is not None
        return
    reason = scene.refused()
    assert reason.startswith((code, "proof.consistency", "log.root-differs") if remembering else code)


def test_unreachable_store_does_not_stop_the_log(scene: Scene) -> None:
    scene.objects.before_put = _away
    with pytest.raises(Unavailable) as caught:
        scene.sequencer.take(TURN)
    assert caught.value.code == "object.unavailable"
    assert scene.sequencer.take(TURN) is not None
    assert check_whole(scene.ledger) == SIZE


def test_resume_writes_missing_files_again_and_the_log_goes_on(scene: Scene) -> None:
    scene.sequencer.take(TURN)
    scene.file("tile/0/000").unlink()
    scene.file("tile/1/000.p/1").unlink()
    scene.ledger.append(small_entries(1, start=300))
    scene.sequencer = Sequencer(scene.ledger.stores, scene.ledger.log, replace(scene.ledger.signers, note=scene.note))
    scene.refused()
    resumed = resume(scene.ledger.stores, scene.ledger.log, NOW)
    assert (resumed.entries, resumed.signed, resumed.checkpoints) == (SIZE + 1, SIZE, 1)
    assert sorted(resumed.rewritten) == ["tile/0/000", "tile/1/000.p/1"]
    assert scene.sequencer.take(TURN) is not None
    assert check_whole(scene.ledger) == SIZE + 1


def test_resume_names_a_changed_file_and_leaves_it_until_it_is_moved_away(scene: Scene) -> None:
    scene.objects.before_get = lambda: scene.flip_file("tile/0/000")
    scene.refused()
    changed = scene.file("tile/0/000").read_bytes()
    with pytest.raises(VerificationFailed, match="tile/0/000") as caught:
        resume(scene.ledger.stores, scene.ledger.log, NOW)
    assert caught.value.code == "log.file-differs"
    assert scene.file("tile/0/000").read_bytes() == changed
    assert scene.refused().startswith("log.tile-differs")
    scene.file("tile/0/000").unlink()
    resume(scene.ledger.stores, scene.ledger.log, NOW)
    assert scene.sequencer.take(TURN) is not None
    assert check_whole(scene.ledger) == SIZE


@pytest.mark.parametrize("column", ["root", "note"])
def test_resume_refuses_a_checkpoint_that_is_not_the_root_of_the_rows(scene: Scene, column: str) -> None:
    scene.sequencer.take(TURN)
    scene.flip_column("checkpoint", column, f"size = {SIZE}")
    with pytest.raises(VerificationFailed):
        resume(scene.ledger.stores, scene.ledger.log, NOW)


def test_resume_refuses_rows_that_a_signed_checkpoint_counts_and_that_are_gone(scene: Scene) -> None:
    scene.sequencer.take(TURN)
    scene.change_row("DELETE FROM entry WHERE idx = 302")
    with pytest.raises(VerificationFailed) as caught:
        resume(scene.ledger.stores, scene.ledger.log, NOW)
    assert caught.value.code == "log.row-missing"


def test_resume_verifies_every_checkpoint_over_many_chunks(scene: Scene) -> None:
    scene.ledger.append(small_entries(9000, start=300))
    while scene.sequencer.take(replace(TURN, batch=1500)):
        pass
    scene.file("tile/1/000.p/36").unlink()
    scene.file("tile/entries/020").unlink()
    resumed = resume(scene.ledger.stores, scene.ledger.log, NOW)
    assert (resumed.entries, resumed.checkpoints) == (9000 + SIZE, 7)
    assert sorted(resumed.rewritten) == ["tile/1/000.p/36", "tile/entries/020"]


class _CrashError(Exception):
    """Stands for the end of the process."""


def _crash() -> None:
    raise _CrashError


def _away() -> None:
    raise Unavailable("object.unavailable", "the store is away")
