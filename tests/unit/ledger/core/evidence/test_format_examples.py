"""The documents of the formats: their examples are read, their lists of codes are complete."""

import re
from pathlib import Path

import pytest

from ledger.core.evidence.answers import AnswerName
from ledger.core.evidence.answers_text import TEXTS
from ledger.core.evidence.trust import parse_trust

FORMATS = Path(__file__).resolve().parents[5] / "docs" / "formats"


def document(name: str) -> str:
    return (FORMATS / f"{name}.md").read_text(encoding="utf-8")


def test_example_of_a_trust_policy_is_read() -> None:
    example = document("trust-policy").split("```\n")[1].strip()
    policy = parse_trust(example.encode())
    assert AnswerName.CHAIN in policy.required
    assert policy.quorum == len(policy.witnesses) == 2


def test_answers_document_lists_every_code_with_its_sentences() -> None:
    rows = re.findall(r"^\| `([a-z-]+\.[a-z-]+)` \| (.*) \| (.*) \|$", document("answers"), re.MULTILINE)
    assert {code: {"en": en, "zh": zh} for code, en, zh in rows} == TEXTS


@pytest.mark.parametrize("name", list(AnswerName))
def test_answers_document_lists_every_answer(name: AnswerName) -> None:
    assert f"| {int(name)} | `{name.label}` |" in document("answers")


@pytest.mark.parametrize("module", ["rlp", "trie", "chain_proof", "chain_answer"])
def test_chain_proof_document_lists_every_refusal(module: str) -> None:
    source = (Path(__file__).resolve().parents[5] / "ledger" / "core" / "evidence" / f"{module}.py").read_text(
        encoding="utf-8"
    )
    codes = set(re.findall(r'VerificationFailed\(\s*"([a-z]+\.[a-z-]+)"', source))
    assert codes
    assert {code for code in codes if f"`{code}`" not in document("chain-proof")} == set()
