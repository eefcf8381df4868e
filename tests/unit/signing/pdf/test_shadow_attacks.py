"""The published attacks on signed PDFs, each against a file that we sealed: refused, for a reason that names what was done."""

from functools import cache
from typing import Any

import pytest
from asn1crypto import x509

from signing.pdf.child.question import Question, Roots
from signing.pdf.child.sealed import judge_sealed
from signing.pdf.child.uploads import judge_upload
from support.in_turn import IN_TURN
from support.sealed_pdfs import CHECKED_AT, attached, sealer
from support.shadow_attacks import ATTACKS, prepared

_AFTER = {"sealed.bytes-after", "sealed.changed-after", "sealed.changed-before"}
EXPECTED = {
    "forged_without_range": {"sealed.malformed"},
    "forged_with_negative_range": {"sealed.altered", "sealed.byte-range"},
    "forged_with_empty_range": {"sealed.altered", "sealed.byte-range"},
    "forged_without_contents": {"sealed.malformed"},
    "forged_with_zero_contents": {"sealed.malformed"},
    "saved_with_all_parts": _AFTER,
    "saved_without_table": {"sealed.bytes-after", "pdf.trailing-data"},
    "saved_with_old_table": {"sealed.bytes-after"},
    "saved_with_copied_signature": {"pdf.malformed"},
    "wrapped": {"sealed.byte-range"},
    "hidden": _AFTER,
    "replaced": _AFTER,
    "hidden_and_replaced": _AFTER,
}


@cache
def sealed() -> bytes:
    """Return a sealed file of a contract that was prepared for the attacks."""
    return sealer().seal(attached(prepared(second_page_object=True)))


def codes(data: bytes) -> set[str]:
    believed = (x509.Certificate.load(sealer().root),)
    question = Question(Roots(believed, believed), (), CHECKED_AT, 500, None)
    found: dict[str, Any] = judge_sealed(data, question, IN_TURN)
    return {code for code, _ in found["reasons"]}


def test_what_a_shadow_attacker_prepares_looks_like_any_contract() -> None:
    """It is the seal's rules that refuse it: a file may hold what nobody is shown, as long as nobody can bring it out later."""
    for second in (False, True):
        assert judge_upload(prepared(second_page_object=second), max_pages=9)["reasons"] == []
    assert codes(sealed()) == set()


@pytest.mark.parametrize("name", ATTACKS)
def test_each_attack_is_refused_with_its_reason(name: str) -> None:
    assert EXPECTED[name] <= codes(ATTACKS[name](sealed()))
