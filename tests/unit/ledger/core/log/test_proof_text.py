import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.core.log.checkpoint import open_checkpoint
from ledger.core.log.hashing import leaf_hash
from ledger.core.log.proof_text import MAX_EXTRA, ProofText, format_proof, parse_proof
from ledger.core.log.proofs import verify_inclusion
from ledger.errors import InvalidInput, VerificationFailed
from support.fixed_keys import verifier_key
from support.receipts import INDEX, SIZE, receipt

RECEIPT = receipt()
TEXT = format_proof(INDEX, RECEIPT.path, RECEIPT.checkpoint, RECEIPT.entry)
LINE = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
NOTE = "example.com/log\n7\n...\n\n— example.com/log AAAA\n"


def test_the_text_has_the_lines_of_the_specification() -> None:
    lines = TEXT.split("\n")
    assert lines[0] == "c2sp.org/tlog-proof@v1"
    assert lines[1].startswith("extra ")
    assert lines[2] == "index 4"
    assert lines[3 + len(RECEIPT.path)] == ""
    assert TEXT.endswith(RECEIPT.checkpoint.decode())


def test_a_proof_read_from_its_text_verifies() -> None:
    proof = parse_proof(TEXT)
    assert proof == ProofText(INDEX, RECEIPT.path, RECEIPT.checkpoint, RECEIPT.entry)
    checkpoint = open_checkpoint(proof.checkpoint, verifier_key())
    leaf = leaf_hash(RECEIPT.entry)
    verify_inclusion(leaf=leaf, index=proof.index, size=SIZE, path=proof.path, root=checkpoint.root)


@given(
    st.integers(0, 2**53 - 2),
    st.lists(st.binary(min_size=32, max_size=32), max_size=64),
    st.none() | st.binary(max_size=50),
)
def test_every_proof_is_read_back(index: int, path: list[bytes], extra: bytes | None) -> None:
    text = format_proof(index, path, RECEIPT.checkpoint, extra)
    assert parse_proof(text) == ProofText(index, tuple(path), RECEIPT.checkpoint, extra)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "c2sp.org/tlog-proof@v1\n",
        f"c2sp.org/tlog-proof@v2\nindex 0\n\n{NOTE}",
        f"c2sp.org/tlog-proof@v1\n\n{NOTE}",
        f"c2sp.org/tlog-proof@v1\n{LINE}\n\n{NOTE}",
        f"c2sp.org/tlog-proof@v1\nextra AA==\n\n{NOTE}",
        f"c2sp.org/tlog-proof@v1\nextra AA\nindex 0\n\n{NOTE}",
        f"c2sp.org/tlog-proof@v1\nindex 0\nextra AA==\n\n{NOTE}",
        f"c2sp.org/tlog-proof@v1\nindex 00\n\n{NOTE}",
        f"c2sp.org/tlog-proof@v1\nindex -1\n\n{NOTE}",
        f"c2sp.org/tlog-proof@v1\nindex 9007199254740991\n\n{NOTE}",
        f"c2sp.org/tlog-proof@v1\nindex 0\n{LINE[:-1]}\n\n{NOTE}",
        f"c2sp.org/tlog-proof@v1\nindex 0\nAAAA\n\n{NOTE}",
        "c2sp.org/tlog-proof@v1\nindex 0\n" + f"{LINE}\n" * 65 + f"\n{NOTE}",
        f"c2sp.org/tlog-proof@v1\nextra {'AAAA' * (MAX_EXTRA // 3 + 1)}\nindex 0\n\n{NOTE}",
        "c2sp.org/tlog-proof@v1\nindex 0\n\n",
        "c2sp.org/tlog-proof@v1\nindex 0",
        "c2sp.org/tlog-proof@v1\nindex 0\n\n" + "a" * 200_000,
    ],
)
def test_another_spelling_of_a_proof_is_refused(text: str) -> None:
    with pytest.raises(VerificationFailed) as refusal:
        parse_proof(text)
    assert refusal.value.code == "proof.malformed"


@pytest.mark.parametrize(
    ("index", "path", "note"),
    [(-1, [], b"n"), (0, [b""], b"n"), (0, [bytes(31)], b"n"), (0, [], b"\xff"), (0, [], b"")],
)
def test_a_proof_that_could_not_be_read_back_is_not_written(index: int, path: list[bytes], note: bytes) -> None:
    with pytest.raises(InvalidInput) as refusal:
        format_proof(index, path, note)
    assert refusal.value.code == "proof.malformed"
