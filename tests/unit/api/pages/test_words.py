"""Both languages say the same things, and templates and words fit each other."""

import re
from string import Formatter

import pytest

from api.pages import WEB
from api.pages.problems import _KINDS, _OF_SIGNERS, _STATUSES
from api.pages.words import TEXTS, words_in

_USED = re.compile(r'\bw\(\s*["\']([a-z0-9_.-]+)["\']\s*[,)]')
_TEMPLATES = "".join(file.read_text(encoding="utf-8") for file in sorted((WEB / "templates").rglob("*.html")))
_SOURCES = "".join(file.read_text(encoding="utf-8") for file in sorted((WEB.parent / "pages").rglob("*.py")))
# Keys that templates and pages put together from a value.
_BUILT = (
    *("problem.", "home.kind-", "home.anchor-", "report.", "step.", "role.", "open.", "fact.", "pen.", "done."),
    *(
        "decline.",
        "end.",
        "identity.",
        "consent.",
        "terms.",
        "code.",
        "sign.",
        "read.",
        "refusal.",
        "staff.",
        "state.",
        "seat.",
    ),
    *("event.", "notice.", "delivery."),
    *("apply.", "check.", "desk.", "figures.", "office.", "tell.", "verdict."),
    *(
        "attachment.",
        "channel.",
        "collateral.",
        "enter.",
        "lack.",
        "path.",
        "policy.",
        "product.",
        "refused.",
        "source.",
    ),
)


_SIGNERS = ("sign-session", "sign-other", *(f"sign-{status}" for status in _OF_SIGNERS))


def _facts(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("key", sorted(TEXTS))
def test_both_languages_name_the_same_facts(key: str) -> None:
    assert set(TEXTS[key]) == {"en", "zh"}
    assert _facts(TEXTS[key]["en"]) == _facts(TEXTS[key]["zh"])
    assert re.search(r"[\u4e00-\u9fff]", TEXTS[key]["zh"])


def test_every_word_that_a_template_asks_for_exists_and_none_is_left_over() -> None:
    used = set(_USED.findall(_TEMPLATES + _SOURCES))
    assert used <= set(TEXTS)
    assert {key for key in set(TEXTS) - used if not key.startswith(_BUILT)} == set()


@pytest.mark.parametrize("kind", sorted({*_KINDS.values(), *map(str, _STATUSES), "other", "staff-404", *_SIGNERS}))
def test_every_kind_of_problem_says_what_happened_and_what_to_do(kind: str) -> None:
    assert {f"problem.{kind}", f"problem.{kind}-do"} <= set(TEXTS)


def test_unknown_word_is_an_error() -> None:
    with pytest.raises(KeyError):
        words_in("en")("no.such")
