"""Workers that seal over a real ledger in a folder: honest ones, and one that kills itself (SIGKILL) at its k-th step.

Usage: python sealers.py TEMPLATE FOLDER. Each k gets a copy of the template, in which a child is killed at step k; it forks before
anything is opened. Prints the number of steps.
"""

import itertools
import os
import shutil
import sys
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from ledger.core.log.permissions import Principal, Role
from ledger.services.agreements.seal import SealProgress, SealTurn, seal_next
from ledger.services.context import Act, Stores
from ledger.storage.database import Database
from signing.pdf.authorities import Web
from signing.pdf.seal import SealTools
from support.doomed_sequencer import DoomedDatabase, DoomedObjects, Fate, in_child
from support.ledgers import INSTITUTION, new_id, open_stores
from support.sealing import seal_tools

MACHINE = Principal("worker", INSTITUTION, frozenset({Role.OPERATOR}), "program")
NO_WAIT = timedelta(0)


@dataclass(frozen=True)
class DoomedWeb:
    """A step before and after each question to an authority."""

    web: Web
    fate: Fate

    def ask(self, url: str, body: bytes | None = None, *, media_type: str = "", most_bytes: int) -> bytes:
        self.fate.step()
        answer = self.web.ask(url, body, media_type=media_type, most_bytes=most_bytes)
        self.fate.step()
        return answer


def turn_of(holder: str, now: datetime, tools: SealTools) -> SealTurn:
    def act_of(_institution: str) -> Act:
        return Act(principal=MACHINE, now=now, new_id=new_id, random=os.urandom)

    return SealTurn(holder=holder, now=now, anchor_wait=NO_WAIT, act_of=act_of, tools_of=lambda _: tools)


def stores_in(folder: Path) -> Stores:
    return open_stores(folder, Database(f"sqlite:///{folder / 'ledger.db'}"))


def work(folder: Path, now: datetime, fatal: int) -> SealProgress:
    """Take one turn over the folder; die at step `fatal`, 0 never."""
    fate = Fate(0)
    database = DoomedDatabase(f"sqlite:///{folder / 'ledger.db'}", fate)
    stores = open_stores(folder, database, DoomedObjects((folder / "objects").as_uri(), fate))
    fate.__init__(fatal)  # type: ignore[misc]  # opening only reads; the steps begin here
    tools = seal_tools()
    doomed = replace(tools, web=DoomedWeb(tools.web, fate))
    return seal_next(stores, turn_of(f"process {os.getpid()}", now, doomed))


def _work(folder: Path, now: datetime, fatal: int) -> None:
    work(folder, now, fatal)


def main(template: Path, folder: Path) -> int:
    now = datetime.fromisoformat((template / "now").read_text())
    for fatal in itertools.count(1, 3):  # every third step: each takes a second
        case = folder / str(fatal)
        shutil.copytree(template, case)
        if not in_child(partial(_work, case, now, fatal)):
            return fatal
    return 0


if __name__ == "__main__":
    sys.stdout.write(str(main(Path(sys.argv[1]), Path(sys.argv[2]))))
