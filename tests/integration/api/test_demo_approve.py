"""`tally demo --approve`: every step holds, on a folder of an earlier run too, and the insider is named by both audits."""

from pathlib import Path

import pytest

from api.commands.demo_approve import walk_approvals
from support.live_service import settings_in


def test_every_step_of_the_demonstration_holds(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    earlier = tmp_path / "demo" / "approve" / "ledger.db"
    earlier.parent.mkdir(parents=True)
    earlier.write_text("of an earlier run")
    assert walk_approvals(settings_in(tmp_path)) == 0
    told = capsys.readouterr().out
    assert "NOT as it should be" not in told
    for part in ("approved by the rule set", "approved by Olga", "approved by a committee", "nothing found"):
        assert part in told
    for code in ("approval.missing-step", "decision.decider_id", "decision.decided_at", "content"):
        assert code in told
    assert not (tmp_path / "ledger.db").exists(), "nothing of it enters the ledger of this installation"
