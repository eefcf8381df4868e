import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.pages.printable import shell_word, shown_name, shown_sentence


@pytest.mark.parametrize("name", ["contract.pdf", "借款合同 2026.pdf", "it's mine.pdf", "<b>&.pdf"])
def test_plain_name_is_shown_as_it_is(name: str) -> None:
    assert shown_name(name) == name


@pytest.mark.parametrize("mark", ["\u202e", "\u2066", "\u200f", "\n", "\x00", "\x1b", "\u2028", "\ud800", "\ufeff"])
def test_character_that_disguises_is_replaced(mark: str) -> None:
    assert shown_name(f"a{mark}fdp.exe") == "a�fdp.exe"


def test_long_name_is_cut() -> None:
    assert len(shown_name("x" * 5000)) == 120
    assert len(shown_sentence("x" * 5000)) == 600


@pytest.mark.repeats
@given(st.text(min_size=1, max_size=200))
def test_every_word_for_the_shell_is_one_word_and_no_option(name: str) -> None:
    words = shlex.split(shell_word(name, "FILE.pdf"))
    assert words in ([name], [f"./{name}"], ["FILE.pdf"])
    assert not words[0].startswith("-")


@pytest.mark.parametrize("name", [None, "", "a\u202eb", "x" * 200])
def test_name_that_cannot_be_shown_is_not_in_the_command(name: str | None) -> None:
    assert shell_word(name, "FILE.pdf") == "FILE.pdf"
