"""The examples in docs/formats are vectors: read from the documents as they stand, they verify under the test key."""

import json

import pytest

from ledger.core.agreements.repayment import make_schedule
from ledger.core.agreements.terms import parse_terms
from ledger.core.log.checkpoint import open_checkpoint
from ledger.core.log.commitment import Opening, check_opening
from ledger.core.log.entry import parse_entry
from ledger.core.log.receipt import parse_receipt, verify_receipt
from signing.algorithms import PublicKey
from signing.envelope import Signature
from signing.webauthn import check_origin, check_webauthn
from support.fixed_keys import verifier_key
from support.format_examples import FORMATS, NAMES, example, written
from support.receipts import INDEX, SIZE

KEY_LINE = verifier_key().encode()


@pytest.mark.parametrize("name", NAMES)
def test_the_written_example_is_what_the_code_makes(name: str) -> None:
    assert written(name) == example(name), "run: python tests/support/format_examples.py"


def test_the_entry_example_is_an_entry() -> None:
    entry = parse_entry(written("entry").rstrip("\n").encode())
    assert entry.meaning != "meaning unknown"


def test_the_commitment_example_opens_a_field_of_the_entry_example() -> None:
    entry = parse_entry(written("entry").rstrip("\n").encode())
    check_opening(entry, Opening.from_json(json.loads(written("commitment"))))


def test_the_checkpoint_example_opens_under_the_key_that_the_document_names() -> None:
    assert KEY_LINE in (FORMATS / "checkpoint.md").read_text()
    assert open_checkpoint(written("checkpoint").encode(), verifier_key()).size == SIZE


def test_the_receipt_example_verifies_under_the_key_that_the_document_names() -> None:
    assert KEY_LINE in (FORMATS / "receipt.md").read_text()
    receipt = parse_receipt(written("receipt").rstrip("\n").encode())
    assert receipt.index == INDEX
    assert verify_receipt(receipt, verifier_key()).checkpoint.size == SIZE


def test_the_passkey_example_verifies() -> None:
    example = json.loads(written("passkey-signature"))
    key, signature = PublicKey.from_json(example["key"]), Signature.from_json(example["signature"])
    assert signature.key_id == key.key_id
    check_webauthn(key.raw, bytes.fromhex(example["sha256"]), signature.value)
    check_origin(signature.value, {"https://sign.lender.example"})


def test_the_terms_example_has_the_hash_that_the_document_names() -> None:
    terms = parse_terms(json.loads(written("terms")))
    assert f"Its terms hash is `{terms.sha256().hex()}`." in (FORMATS / "terms.md").read_text()
    assert len(make_schedule(terms.plan())) == 8
