"""Watched subjects: what a sync tells of them, and tells once."""

from pathlib import Path

from api.commands.blacklist_csv import Watched

FIRST, SECOND = "aa" * 32, "bb" * 32


def test_a_change_is_told_once_and_by_every_name_of_its_subject(tmp_path: Path) -> None:
    watched = Watched(tmp_path / "list" / "watched.json")
    watched.add([(FIRST, "A-1", None), (SECOND, "A-2", "01")])
    watched.add([(FIRST, "A-10", "02")])  # the same subject again: listed in between, which A-1 was not told yet
    assert watched.path.stat().st_mode & 0o077 == 0
    assert watched.news({FIRST: "02", SECOND: "01"}.get) == [("A-1", True), ("A-10", True)]
    assert watched.news({FIRST: "02", SECOND: "01"}.get) == []
    assert watched.news({FIRST: "03"}.get) == [("A-1", True), ("A-10", True), ("A-2", False)]


def test_nothing_watched_is_no_news(tmp_path: Path) -> None:
    assert Watched(tmp_path / "watched.json").news({FIRST: "01"}.get) == []
    assert list(tmp_path.iterdir()) == []
