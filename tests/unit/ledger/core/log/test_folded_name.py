"""Names are found in whichever width, case and spacing they were typed; different names stay different."""

import pytest

from ledger.core.log.folded_name import folded_name


@pytest.mark.parametrize(
    ("entered", "asked"),
    [
        ("Lin Xiaoyu", "ＬＩＮ　ｘｉａｏｙｕ"),
        ("林小雨", "林 小雨"),
        ("林小雨", "林\u3000小雨"),
        ("阿卜杜拉·买买提", "阿卜杜拉•买买提"),
        ("阿卜杜拉·买买提", "阿卜杜拉・买买提"),
        ("Jürgen Groß", "JU\u0308RGEN GROSS"),
        ("𠮷田喆", "𠮷 田喆"),
    ],
)
def test_spelling_does_not_hide_a_name(entered: str, asked: str) -> None:
    assert folded_name(entered) == folded_name(asked)


@pytest.mark.parametrize(("one", "other"), [("𠮷田", "吉田"), ("林小雨", "林晓雨"), ("Lin", "Lim"), ("·", " ")])
def test_other_names_stay_others(one: str, other: str) -> None:
    assert folded_name(one) != folded_name(other)


def test_name_of_ideographs_is_its_own_folding() -> None:
    assert folded_name("𠮷田喆") == "𠮷田喆"
