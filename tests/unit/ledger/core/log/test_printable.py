import pytest

from ledger.core.log.printable import is_printable, unprintable


@pytest.mark.parametrize("text", ["", "林𠮷", "㛃喆", "\U0002ebf0", "\U000323af", "Zoë Łuk", "محمد", "a b"])
def test_names_are_printable_whatever_unicode_this_python_knows(text: str) -> None:
    assert is_printable(text)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("a\n", "U+000A"),
        ("a\u202eb", "U+202E"),
        ("\ue863", "U+E863"),
        ("\u00a0", "U+00A0"),
        ("\U0002fffe", "U+2FFFE"),
        ("\U0003fffe", "U+3FFFE"),
        ("\ud800", "U+D800"),
    ],
)
def test_what_cannot_be_printed_is_named(text: str, named: str) -> None:
    assert (is_printable(text), unprintable(text)) == (False, named)
