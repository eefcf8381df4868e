"""kill -9 at every step of a run of three batches: nothing acknowledged is lost, and the next process finishes the work."""

import json
import os
import subprocess
import sys
from pathlib import Path

from support.databases import migrated_file
from support.ledgers import chain_of_entries, check_whole, ledger_in, small_entries
from support.shared_data import REPOSITORY

OPENING = 3
ENTRIES = 300
SUBJECT = 20


def test_sequencer_killed_at_any_step_loses_nothing_acknowledged(tmp_path: Path) -> None:
    template = tmp_path / "template"
    template.mkdir()
    url = migrated_file(template / "ledger.db")
    with ledger_in(template, url) as ledger:
        expected = [*ledger.append(small_entries(ENTRIES)), *ledger.append(chain_of_entries("subject", SUBJECT))]
    steps = _kill_everywhere(template, tmp_path / "cases")
    partly = set[int]()
    for case in range(1, steps + 1):
        folder = tmp_path / "cases" / str(case)
        acknowledged: list[str] = json.loads((folder / "acknowledged.json").read_text())
        with ledger_in(folder, f"sqlite:///{folder / 'ledger.db'}") as ledger:
            assert check_whole(ledger) == OPENING + ENTRIES + SUBJECT
            ids = [row.entry_id for row in ledger.rows()]
            assert ids[: len(acknowledged)] == acknowledged
            assert ids[OPENING:] == expected
        partly.add(len(acknowledged))
    assert partly == {0, 130, 260, OPENING + ENTRIES + SUBJECT}
    assert steps > 50


def _kill_everywhere(template: Path, cases: Path) -> int:
    program = REPOSITORY / "tests" / "support" / "doomed_sequencer.py"
    paths = os.pathsep.join([str(REPOSITORY), str(REPOSITORY / "tests")])
    done = subprocess.run(
        [sys.executable, str(program), str(template), str(cases)],
        env={**os.environ, "PYTHONPATH": paths},  # noqa: TID251  # the child needs what this process has
        check=True,
        capture_output=True,
        text=True,
        timeout=240,
    )
    return int(done.stdout)
