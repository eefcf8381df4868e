"""The two lock files: one resolution, hashes, no address."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RUN, TEST = ROOT / "requirements.lock", ROOT / "tests" / "requirements.lock"
PINNED = re.compile(r"^([a-z0-9._-]+(?:\[[a-z,]+\])?)==([^ ;\\]+)", re.MULTILINE)


def versions(lock: Path) -> set[tuple[str, str]]:
    return set(PINNED.findall(lock.read_text()))


def test_what_runs_is_what_is_tested() -> None:
    assert versions(RUN)
    assert versions(RUN) <= versions(TEST)


def test_every_package_has_a_hash_and_no_lock_names_an_address() -> None:
    for lock in (RUN, TEST):
        text = lock.read_text()
        assert len(PINNED.findall(text)) <= text.count("--hash=sha256:")
        assert "://" not in text
        assert "index-url" not in text


def test_direct_dependencies_are_pinned_in_both_places() -> None:
    declared = re.findall(
        r'^  "([a-z0-9-]+)(?:\[[a-z,-]+\])?==([^";]+)[^"]*",', (ROOT / "pyproject.toml").read_text(), re.MULTILINE
    )
    assert len(declared) > 30
    locked = {(name.split("[")[0], version) for name, version in versions(TEST)}
    assert set(declared) <= locked
