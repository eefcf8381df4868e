"""Drafts of contracts: what is read, and each refusal by its field."""

from typing import Any

import pytest

from ledger.core.agreements.draft import parse_draft
from ledger.core.agreements.parties import SignerRole
from ledger.errors import InvalidInput
from signing.canonical import Json
from support.drafts import draft, guaranteed, signer

PRINTED: dict[str, Any] = {"identifier": "1", "address": "2"}


def test_printed_parts_are_taken_out_and_the_rest_is_handed_on() -> None:
    read = parse_draft(guaranteed())
    assert read.roles == (SignerRole.BORROWER, SignerRole.GUARANTOR, SignerRole.GUARANTOR)
    assert isinstance(read.signers, list)
    assert all(isinstance(item, dict) and "printed" not in item for item in read.signers)
    assert (read.lender.role, read.lender.representative) == ("lender", None)


def test_officers_of_the_lender_print_as_its_representatives() -> None:
    officer = {key: value for key, value in signer(2, "lender", "王喆").items() if key != "printed"}
    read = parse_draft(draft("zh", signer(), officer, signer(3, "lender", "Ann")))
    assert read.lender.representative == "王喆, Ann"
    assert [party.role for party in read.parties] == ["borrower"]


@pytest.mark.parametrize(
    ("value", "code", "field"),
    [
        ({**draft(), "extra": 1}, "draft.invalid", "draft.extra"),
        ({**draft(), "language": 5}, "draft.invalid", "language"),
        ({**draft(), "lender": {"name": "x"}}, "draft.invalid", "lender.address"),
        ({**draft(), "lender": {"name": "x", "identifier": " ", "address": "y"}}, "draft.invalid", "lender.identifier"),
        ({**draft(), "terms": {"product": "x"}}, "terms.invalid", "terms.amount"),
        ({**draft(), "signers": []}, "signers.invalid", "signers"),
        ({**draft(), "signers": "x"}, "signers.invalid", "signers"),
        (draft("zh", "x"), "signers.invalid", "signers[0]"),  # type: ignore[arg-type]  # the defect
        (draft("zh", signer(role="king")), "signers.invalid", "signers[0].role"),
        (draft("zh", signer(name="a\nb")), "signers.invalid", "signers[0].name"),
        (draft("zh", signer(printed=None)), "signers.invalid", "signers[0].printed"),
        (draft("zh", signer(printed={"identifier": "1"})), "signers.invalid", "signers[0].printed.address"),
        (draft("zh", signer(printed=PRINTED | {"zip": "3"})), "signers.invalid", "signers[0].printed.zip"),
        (draft("zh", signer(printed=PRINTED | {"name": ""})), "signers.invalid", "signers[0].printed.name"),
        (
            draft("zh", signer(printed=PRINTED | {"address": "x" * 301})),
            "signers.invalid",
            "signers[0].printed.address",
        ),
    ],
)
def test_drafts_outside_the_rules_are_refused_and_the_place_is_named(value: Json, code: str, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_draft(value)
    assert (refused.value.code, refused.value.field) == (code, field)
