"""What decisions rest on, in the reader's words: what the shipped policies name, what is missing, and a lender's own words as they are."""

from dataclasses import replace

import pytest

from api.pages.staff.decision_shown import lack_shown, named
from api.pages.words import words_in
from ledger.core.applications.default_policy import SHIPPED
from ledger.core.applications.evidence import AtHand
from ledger.core.applications.policy import Fresh
from ledger.core.applications.requirements import missing
from ledger.core.evidence.answers import Language
from support.applications import application
from support.decisions import NOW

EN, ZH = words_in("en"), words_in("zh")


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "en",
            [
                "an attachment: identity document",
                "an attachment: tax-notice",
                "credit report, not older than 30 days",
                "a blacklist check of applicant 1 with its receipt, not older than 15 minutes",
            ],
        ),
        (
            "zh",
            [
                "附件：身份证件",
                "附件：tax-notice",
                "征信报告，须在 30 天以内",
                "申请人 1 的黑名单查询及其回执，须在 15 分钟以内",
            ],
        ),
    ],
)
def test_what_is_missing_is_said_in_the_readers_language(language: Language, said: list[str]) -> None:
    path = replace(
        SHIPPED["default"].paths["two"],
        attachments=("identity", "tax-notice"),
        third_party=(Fresh("credit-report", 30),),
    )
    lacks = missing(path, application(attachments=()), AtHand(), NOW)
    assert [lack_shown(lack, words_in(language)) for lack in lacks] == said


def test_everything_that_a_shipped_policy_names_has_words() -> None:
    for policy in SHIPPED.values():
        assert named("policy", policy.name, EN) != policy.name
        for product in policy.products:
            assert named("product", product, ZH) != product
        for name, path in policy.paths.items():
            assert named("path", name, ZH) != name
            for step in path.steps:
                assert named("office", step.role, ZH) != step.role
            for kind in path.attachments:
                assert named("attachment", kind, ZH) != kind


def test_a_lenders_own_word_is_shown_as_it_is() -> None:
    assert named("product", "seed-loan", EN) == named("product", "seed-loan", ZH) == "seed-loan"
