import pytest
from starlette.datastructures import Headers, QueryParams

from api.pages.language import chosen_language, language_of


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("en-GB,en;q=0.9,zh;q=0.8", "en"),
        ("fr, zh-TW;q=0.5, en;q=0.4", "zh"),
        ("zh;q=0, en;q=0.1", "en"),
        ("ZH-hans", "zh"),
        ("fr", "en"),
        ("", "en"),
        ("*", "en"),
        ("zh;q=2", "en"),
        ("zh;q=nan", "en"),
        ("zh;q=x, en", "en"),
        ("," * 10_000 + "zh", "en"),
    ],
)
def test_best_offered_language_is_taken(header: str, expected: str) -> None:
    assert language_of(QueryParams(""), Headers({"accept-language": header})) == expected


def test_choice_in_the_address_beats_the_browser() -> None:
    assert language_of(QueryParams("lang=zh"), Headers({"accept-language": "en"})) == "zh"


@pytest.mark.parametrize("query", ["lang=fr", "lang=", "lang=ZH", "", "lang=%3Cscript%3E"])
def test_what_is_not_offered_is_no_choice(query: str) -> None:
    assert chosen_language(QueryParams(query)) is None
