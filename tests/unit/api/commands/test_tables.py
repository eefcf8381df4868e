"""Columns line up by what a terminal shows, in Latin and Chinese."""

import pytest

from api.commands.tables import cells, facts, fold, table


@pytest.mark.parametrize(("text", "width"), [("", 0), ("abc", 3), ("王小明", 6), ("\u00e9", 1), ("e\u0301", 1)])
def test_cells_are_what_a_terminal_shows(text: str, width: int) -> None:
    assert cells(text) == width


def test_table_lines_up_under_chinese_names() -> None:
    lines = table(("NAME", "N"), [("王小明", "1"), ("Li", "2")]).splitlines()

    assert [cells(line[: line.rindex(last)]) for line, last in zip(lines, ("N", "1", "2"), strict=True)] == [8, 8, 8]


@pytest.mark.parametrize("text", ["one two three four five", "本合同可能另有未出示的事件，请核对。", "word " * 30])
def test_folded_text_loses_nothing_and_fits(text: str) -> None:
    lines = fold(text, 12)

    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(cells(line) <= 14 for line in lines)  # closing punctuation may hang


def test_long_word_stands_alone_and_empty_text_gives_no_line() -> None:
    assert fold("a " + "f" * 64, 20) == ["a", "f" * 64]
    assert fold("", 20) == []


def test_facts_align_their_values() -> None:
    assert facts([("A", "1"), ("Long", "2")]) == "A     1\nLong  2"
