"""Manifests of templates, and what fits them."""

import json
from typing import Any

import pytest

from ledger.core.agreements.parties import SignerRole
from ledger.core.agreements.template import Template, check_fits, parse_template
from ledger.core.agreements.terms import parse_terms
from ledger.errors import InvalidInput
from signing.pdf.typeset import SHIPPED_TEMPLATES, Typesetter
from support.drafts import PERSONAL
from support.loan_terms import repayment, terms

MANIFEST: dict[str, Any] = json.loads((SHIPPED_TEMPLATES / "personal-instalment" / "template.json").read_text())
BORROWER, GUARANTOR = SignerRole.BORROWER, SignerRole.GUARANTOR
GUARANTEE: dict[str, Any] = {"kind": "joint", "months": 6}


def template() -> Template:
    return parse_template(MANIFEST)


@pytest.mark.parametrize("name", Typesetter().names())
def test_shipped_manifests_are_read_back_as_they_are(name: str) -> None:
    manifest = Typesetter().manifest(name)
    assert isinstance(manifest, dict)
    assert {"tag": "tally/template/v1", **parse_template(manifest).to_json()} == manifest
    assert manifest["name"] == name


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"tag": "tally/template/v2"}, "template.tag"),
        ({"extra": 1}, "template.extra"),
        ({"title": {"zh": "x"}}, "template.title"),
        ({"languages": ["fr"]}, "template.languages"),
        ({"languages": []}, "template.languages"),
        ({"methods": ["balloon"]}, "template.methods"),
        ({"requires": ["amount"]}, "template.requires"),
        ({"allows": [5]}, "template.allows"),
        ({"parties": []}, "template.parties"),
        ({"parties": {"king": [0, 1]}}, "template.parties"),
        ({"parties": {"borrower": 1}}, "template.parties"),
        ({"parties": {"borrower": [1]}}, "template.parties"),
        ({"parties": {"borrower": [2, 1]}}, "template.parties"),
        ({"parties": {"borrower": [0, 13]}}, "template.parties"),
        ({"parties": {"borrower": [True, 1]}}, "template.parties"),
    ],
)
def test_manifests_outside_the_rules_are_refused(change: dict[str, Any], place: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_template(MANIFEST | change)
    assert (refused.value.code, refused.value.field) == ("template.malformed", place)


def test_a_guaranteed_loan_fits() -> None:
    loan = parse_terms(terms(**(dict(PERSONAL) | {"guarantee": GUARANTEE})))
    check_fits(template(), loan, "zh", [BORROWER, GUARANTOR])


@pytest.mark.parametrize(
    ("change", "language", "roles", "code", "field"),
    [
        ({}, "fr", [BORROWER], "template.misfit", "language"),
        ({"late_rate": None}, "zh", [BORROWER], "terms.incomplete", "terms.late_rate"),
        ({"repayment": None}, "zh", [BORROWER], "terms.incomplete", "terms.repayment"),
        (
            {"repayment": repayment(method="interest-only")},
            "zh",
            [BORROWER],
            "template.misfit",
            "terms.repayment.method",
        ),
        ({}, "zh", [BORROWER, BORROWER], "template.misfit", "signers"),
        ({}, "zh", [SignerRole.LENDER], "template.misfit", "signers"),
        ({}, "zh", [BORROWER, GUARANTOR], "terms.incomplete", "terms.guarantee"),
        ({"guarantee": GUARANTEE}, "zh", [BORROWER], "template.misfit", "terms.guarantee"),
    ],
)
def test_what_does_not_fit_is_refused_and_named(
    change: dict[str, Any], language: str, roles: list[SignerRole], code: str, field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_fits(template(), parse_terms(terms(**(dict(PERSONAL) | change))), language, roles)
    assert (refused.value.code, refused.value.field) == (code, field)


def test_a_term_that_the_template_has_no_words_for_is_refused() -> None:
    bare = parse_template(MANIFEST | {"allows": ["guarantee"]})
    with pytest.raises(InvalidInput) as refused:
        check_fits(bare, parse_terms(terms(**PERSONAL)), "zh", [BORROWER])
    assert (refused.value.code, refused.value.field) == ("template.misfit", "terms.fees")
