"""`tally demo --blacklist`: every step holds, on a second run too, and what it leaves is verified by a stranger."""

from pathlib import Path

import pytest

from api.commands.demo_blacklist import walk_blacklist
from api.commands.verify_check import Asking, verify_check, verify_subject_access
from support.live_service import settings_in


def test_every_step_of_the_demonstration_holds(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept = tmp_path / "demo" / "blacklist"
    kept.mkdir(parents=True)
    (kept / "clean.receipt.json").write_text("of an earlier run")
    beside = {"database": f"sqlite:///{tmp_path / 'ledger.db'}", "record_keys": str(tmp_path / "record-keys")}
    assert walk_blacklist(settings_in(tmp_path).model_copy(update=beside)) == 0
    told = capsys.readouterr().out
    assert "NOT as it should be" not in told
    for part in ("[listing.own-confirmation]", "LISTED, confirmed", "[listing.party-judges]", "moved by 30 days"):
        assert part in told
    assert (told.count(" is present ("), told.count(" is absent (")) == (1, 2)
    assert (
        verify_check(
            kept / "clean.opening.json",
            kept / "clean.receipt.json",
            kept / "policy.json",
            Asking(None, offline=True),
            as_json=True,
        )
        == 0
    )
    assert verify_subject_access(kept / "person.subject.json", kept / "policy.json", as_json=False) == 0
    assert "suspended: forged-identity" in capsys.readouterr().out
    left = sorted(path.name for path in tmp_path.iterdir())
    assert left == ["demo"], "nothing of it enters the database or the key store that the settings name"
