"""A program that runs a real sequencer over a real folder and kills itself (SIGKILL) at its k-th step, for every k.

Usage: python doomed_sequencer.py TEMPLATE FOLDER. Each k gets a copy of the template; a killed child, then a fresh
one that notes what was acknowledged and finishes. Prints the number of steps. It forks before anything is opened: an
interpreter per kill would take a second each.
"""

import itertools
import json
import os
import shutil
import signal
import sys
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

from ledger.services.log.sequence import Sequencer, Turn
from ledger.storage.database import Connection, Database
from ledger.storage.logs import latest_checkpoint
from ledger.storage.objects import Objects
from support.ledgers import NOW, Ledger, open_ledger, open_stores

T = TypeVar("T")
BATCH = 130


class Fate:
    """Counts steps and kills the process at the fatal one; 0 never comes."""

    def __init__(self, fatal: int) -> None:
        self._fatal, self._steps, self._lock = fatal, 0, threading.Lock()

    def step(self) -> None:
        with self._lock:
            self._steps += 1
            if self._steps == self._fatal:
                os.kill(os.getpid(), signal.SIGKILL)


class DoomedDatabase(Database):
    """A step before each write, one at the end of its transaction and one when it is durable."""

    def __init__(self, url: str, fate: Fate) -> None:
        super().__init__(url)
        self._fate = fate

    def write(self, work: Callable[[Connection], T]) -> T:
        def doomed(tx: Connection) -> T:
            result = work(tx)
            self._fate.step()
            return result

        self._fate.step()
        result = super().write(doomed)
        self._fate.step()
        return result


class DoomedObjects(Objects):
    """A step before each write, one between its bytes and its name, and one when it is durable."""

    def __init__(self, url: str, fate: Fate) -> None:
        super().__init__(url)
        self._fate = fate

    def put(self, name: str, data: bytes) -> None:
        self._fate.step()
        super().put(name, data)
        self._fate.step()

    def _create(self, name: str, data: bytes) -> None:
        super()._create(name, data)
        self._fate.step()


def opened(folder: Path, fatal: int) -> Ledger:
    fate = Fate(0)  # opening the ledger only reads; the steps begin with the sequencer
    database = DoomedDatabase(f"sqlite:///{folder / 'ledger.db'}", fate)
    ledger = open_ledger(open_stores(folder, database, DoomedObjects((folder / "objects").as_uri(), fate)))
    fate.__init__(fatal)  # type: ignore[misc]  # the same object, counting anew
    return ledger


def run(folder: Path, fatal: int) -> None:
    """Take turns until nothing waits."""
    take_turns(opened(folder, fatal), fatal)


def finish(folder: Path) -> None:
    """Do what the process after the killed one does, having noted what that one had acknowledged."""
    ledger = opened(folder, 0)
    note_acknowledged(folder, ledger)
    take_turns(ledger, 0)


def take_turns(ledger: Ledger, fatal: int) -> None:
    now = NOW + timedelta(seconds=0 if fatal else 60)  # the lease of the killed one has run out
    sequencer = Sequencer(ledger.stores, ledger.log, ledger.signers)
    while sequencer.take(Turn(holder=f"process {os.getpid()}", now=now, batch=BATCH)):
        pass


def note_acknowledged(folder: Path, ledger: Ledger) -> None:
    """Write down which entries a signed checkpoint covers."""
    ids = [row.entry_id for row in ledger.rows()]
    newest = ledger.stores.database.read(lambda tx: latest_checkpoint(tx, ledger.log.id))
    (folder / "acknowledged.json").write_text(json.dumps(ids[: newest.size if newest else 0]))


def in_child(work: Callable[[], None]) -> int:
    """Run `work` in a fork and return the signal that ended it, 0 when it returned."""
    child = os.fork()
    if child == 0:
        try:
            work()
        except BaseException:  # noqa: BLE001  # a fork must never return into its parent's code
            sys.excepthook(*sys.exc_info())
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return os.WTERMSIG(status)
    if os.WEXITSTATUS(status):
        sys.exit("a child failed")
    return 0


def main(template: Path, folder: Path) -> int:
    for fatal in itertools.count(1):
        case = folder / str(fatal)
        shutil.copytree(template, case)
        ended = in_child(lambda case=case, fatal=fatal: run(case, fatal))  # type: ignore[misc]  # bound in the loop on purpose
        in_child(lambda case=case: finish(case))  # type: ignore[misc]  # bound in the loop on purpose
        if not ended:
            return fatal
    return 0


if __name__ == "__main__":
    sys.stdout.write(str(main(Path(sys.argv[1]), Path(sys.argv[2]))))
