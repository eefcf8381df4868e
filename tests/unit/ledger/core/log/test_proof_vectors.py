"""All published RFC 6962 proofs (transparency-dev/merkle testdata), most of which must be refused."""

import json
from base64 import b64decode
from pathlib import Path
from typing import TypedDict

from ledger.core.log.proofs import verify_consistency, verify_inclusion
from ledger.errors import VerificationFailed
from support.shared_data import vectors

KNOWN = 196  # so that a half-copied folder cannot pass


class Case(TypedDict, total=False):
    leafIdx: int
    treeSize: int
    leafHash: str
    root: str
    size1: int
    size2: int
    root1: str
    root2: str
    proof: list[str] | None
    wantErr: bool


def _cases() -> list[Path]:
    return sorted(vectors("rfc6962").rglob("*.json"))


def _hashes(texts: list[str] | None) -> list[bytes]:
    return [b64decode(text) for text in texts or []]


def _check(case: Case) -> None:
    path = _hashes(case["proof"])
    if "leafIdx" in case:
        leaf, root = _hashes([case["leafHash"], case["root"]])
        verify_inclusion(leaf=leaf, index=case["leafIdx"], size=case["treeSize"], path=path, root=root)
    else:
        root1, root2 = _hashes([case["root1"], case["root2"]])
        verify_consistency(size1=case["size1"], root1=root1, size2=case["size2"], root2=root2, path=path)


def test_every_published_vector_is_here() -> None:
    assert len(_cases()) == KNOWN


def _is_accepted(case: Case) -> bool:
    try:
        _check(case)
    except VerificationFailed:
        return False
    return True


def test_every_published_proof_is_judged_as_published() -> None:
    cases = {path: json.loads(path.read_text()) for path in _cases()}
    misjudged = [str(path) for path, case in cases.items() if _is_accepted(case) is case["wantErr"]]
    assert misjudged == []
