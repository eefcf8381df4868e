from dataclasses import replace

import pytest

from ledger.core.log.checkpoint import Checkpoint, sign_checkpoint
from ledger.core.log.commitment import Opening
from ledger.core.log.hashing import leaf_hash
from ledger.core.log.receipt import Grade, Receipt, grade, parse_receipt, verify_receipt
from ledger.core.log.receipt_chain import AnchorState
from ledger.errors import VerificationFailed
from support.entries import drafted
from support.fixed_keys import ORIGIN, private_key, verifier_key
from support.receipts import ANCHOR, COSIGNATURE, INDEX, SIZE, receipt

KEY = verifier_key()
RECEIPT = receipt()
FULL = receipt(anchor=ANCHOR, cosignatures=(COSIGNATURE,), evm_signature=bytes(65), self_operated=False)


def _alone(entry: bytes) -> Receipt:
    """Return an entry as the only one of a properly signed log."""
    note = sign_checkpoint(Checkpoint(ORIGIN, 1, leaf_hash(entry)), KEY, private_key(ORIGIN).sign)
    return Receipt(entry=entry, index=0, path=(), checkpoint=note)


def _refusal(changed: Receipt) -> str:
    with pytest.raises(VerificationFailed) as refusal:
        verify_receipt(changed, KEY)
    return refusal.value.code


def test_a_receipt_proves_its_entry_checkpoint_and_openings() -> None:
    verified = verify_receipt(RECEIPT, KEY)
    assert verified.entry.to_bytes() == RECEIPT.entry
    assert (verified.checkpoint.origin, verified.checkpoint.size) == (ORIGIN, SIZE)
    assert verified.openings["borrower"] == "王小明 Wang Xiaoming"
    assert set(verified.openings) == {"document", "amount", "borrower"}


@pytest.mark.parametrize("whole", [RECEIPT, FULL, receipt(anchor=replace(ANCHOR, proof=None)), receipt(openings=())])
def test_a_receipt_is_read_back_from_its_bytes(whole: Receipt) -> None:
    assert parse_receipt(whole.to_bytes()) == whole
    verify_receipt(whole, KEY)


def test_a_receipt_may_show_fewer_fields_to_one_reader() -> None:
    shown = verify_receipt(replace(RECEIPT, openings=RECEIPT.openings[:1]), KEY)
    assert set(shown.openings) == {"document"}


def test_the_entry_of_an_unknown_type_verifies() -> None:
    entry, _ = drafted(type="committee.decided")
    assert verify_receipt(_alone(entry.to_bytes()), KEY).entry.meaning == "meaning unknown"


def test_a_receipt_under_another_key_is_refused() -> None:
    with pytest.raises(VerificationFailed) as refusal:
        verify_receipt(RECEIPT, verifier_key("other.example"))
    assert refusal.value.code == "note.no-known-key"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        (replace(RECEIPT, index=INDEX + 1), "proof.inclusion"),
        (replace(RECEIPT, index=SIZE), "proof.inclusion"),
        (replace(RECEIPT, path=RECEIPT.path[:-1]), "proof.inclusion"),
        (replace(RECEIPT, path=RECEIPT.path[::-1]), "proof.inclusion"),
        (replace(RECEIPT, path=()), "proof.inclusion"),
        (replace(RECEIPT, entry=drafted(at="2026-11-23T15:04:05.124Z")[0].to_bytes()), "proof.inclusion"),
        (replace(RECEIPT, entry=RECEIPT.entry + b" "), "entry.not-canonical"),
        (_alone(b"{}"), "entry.version"),
        (_alone(drafted(log="other.example")[0].to_bytes()), "receipt.other-log"),
        (replace(RECEIPT, checkpoint=b""), "note.malformed"),
        (replace(RECEIPT, openings=RECEIPT.openings * 2), "receipt.opened-twice"),
        (replace(RECEIPT, openings=(Opening("amount", bytes(32), "1"),)), "commitment.differs"),
        (replace(RECEIPT, openings=(Opening("salary", bytes(32), "1"),)), "commitment.unknown-field"),
        (replace(RECEIPT, anchor=replace(ANCHOR, size=SIZE + 1)), "receipt.other-anchor"),
        (replace(RECEIPT, anchor=replace(ANCHOR, size=SIZE - 1)), "receipt.other-anchor"),
    ],
)
def test_a_receipt_with_another_part_is_refused(changed: Receipt, code: str) -> None:
    assert _refusal(changed) == code


def test_a_validly_signed_checkpoint_of_another_tree_is_refused() -> None:
    entry, _ = drafted()
    assert _refusal(replace(RECEIPT, checkpoint=_alone(entry.to_bytes()).checkpoint)) == "proof.inclusion"


def test_the_grade_is_the_strongest_that_the_receipt_says() -> None:
    assert grade(RECEIPT) is Grade.LOGGED
    assert grade(receipt(cosignatures=(COSIGNATURE,))) is Grade.COSIGNED
    assert grade(FULL) is Grade.MINED
    assert grade(receipt(anchor=replace(ANCHOR, state=AnchorState.FINAL))) is Grade.FINAL


def test_every_grade_says_what_it_does_not_prove() -> None:
    assert len({item.does_not_prove for item in Grade}) == len(Grade)
