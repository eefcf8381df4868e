import pytest

from ledger.core.log.checkpoint import MAX_SIZE, Checkpoint, open_checkpoint, parse_checkpoint, sign_checkpoint
from ledger.core.log.hashing import EMPTY_ROOT
from ledger.core.log.note import Note, encode_base64, format_note, sign_note
from ledger.errors import VerificationFailed
from support.fixed_keys import ORIGIN, private_key, verifier_key
from support.trees import flip

CHECKPOINT = Checkpoint(ORIGIN, 20852163, bytes(range(32)))
ROOT = encode_base64(CHECKPOINT.root)


def _signed(text: str) -> bytes:
    return format_note(Note(text, (sign_note(text, verifier_key(), private_key(ORIGIN).sign),)))


@pytest.mark.parametrize(
    "checkpoint", [CHECKPOINT, Checkpoint(ORIGIN, 0, EMPTY_ROOT), Checkpoint(ORIGIN, MAX_SIZE, bytes(32))]
)
def test_a_signed_checkpoint_opens_under_the_log_key(checkpoint: Checkpoint) -> None:
    note = sign_checkpoint(checkpoint, verifier_key(), private_key(ORIGIN).sign)
    assert open_checkpoint(note, verifier_key()) == checkpoint
    assert parse_checkpoint(checkpoint.body()) == checkpoint


def test_body_is_the_three_lines_of_the_specification() -> None:
    assert CHECKPOINT.body() == f"{ORIGIN}\n20852163\n{ROOT}\n".encode()


def test_every_flipped_bit_of_a_signed_checkpoint_is_refused() -> None:
    note = sign_checkpoint(CHECKPOINT, verifier_key(), private_key(ORIGIN).sign)
    for bit in range(len(note) * 8):
        with pytest.raises(VerificationFailed):
            open_checkpoint(flip(note, bit), verifier_key())


def test_a_checkpoint_signed_by_another_log_is_refused() -> None:
    other = Checkpoint("other.example", 1, bytes(32))
    note = sign_checkpoint(other, verifier_key("other.example"), private_key("other.example").sign)
    with pytest.raises(VerificationFailed) as refusal:
        open_checkpoint(note, verifier_key())
    assert refusal.value.code == "note.no-known-key"


def test_the_log_key_cannot_speak_for_another_origin() -> None:
    with pytest.raises(VerificationFailed) as refusal:
        sign_checkpoint(Checkpoint("other.example", 1, bytes(32)), verifier_key(), private_key(ORIGIN).sign)
    assert refusal.value.code == "checkpoint.other-log"
    with pytest.raises(VerificationFailed) as refusal:
        open_checkpoint(_signed(f"other.example\n1\n{ROOT}\n"), verifier_key())
    assert refusal.value.code == "checkpoint.other-log"


@pytest.mark.parametrize(
    "text",
    [
        f"{ORIGIN}\n1\n",
        f"{ORIGIN}\n1\n{ROOT}",
        f"{ORIGIN}\n1\n{ROOT}\nextension\n",
        f"{ORIGIN}\n1\n{ROOT}\n\n",
        f"{ORIGIN}\n01\n{ROOT}\n",
        f"{ORIGIN}\n00\n{ROOT}\n",
        f"{ORIGIN}\n-1\n{ROOT}\n",
        f"{ORIGIN}\n+1\n{ROOT}\n",
        f"{ORIGIN}\n1 \n{ROOT}\n",
        f"{ORIGIN}\n١\n{ROOT}\n",
        f"{ORIGIN}\n\n{ROOT}\n",
        f"{ORIGIN}\n{MAX_SIZE + 1}\n{ROOT}\n",
        f"{ORIGIN}\n{'9' * 5000}\n{ROOT}\n",
        f"{ORIGIN}\n0\n{ROOT}\n",
        f"{ORIGIN}\n1\n{ROOT[:-1]}\n",
        f"{ORIGIN}\n1\n{encode_base64(bytes(31))}\n",
        f"\n1\n{ROOT}\n",
        f"a b\n1\n{ROOT}\n",
        f"a+b\n1\n{ROOT}\n",
        f"{'a' * 256}\n1\n{ROOT}\n",
    ],
)
def test_another_spelling_of_a_checkpoint_is_refused_though_signed(text: str) -> None:
    with pytest.raises(VerificationFailed) as refusal:
        parse_checkpoint(text.encode())
    assert refusal.value.code == "checkpoint.malformed"


def test_a_checkpoint_that_is_not_text_is_refused() -> None:
    with pytest.raises(VerificationFailed) as refusal:
        parse_checkpoint(b"\xff\n1\n")
    assert refusal.value.code == "checkpoint.malformed"
