"""The example in docs/formats/consortium.md is a vector: each value in it is computed again here."""

from __future__ import annotations

import json
import re
from pathlib import Path

from eth_abi.abi import encode
from eth_utils.crypto import keccak
from members import ADMIT, MEMBER, Domain, Institution

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "formats" / "consortium.md"
CHAIN_ID = 31337
CONSORTIUM, REGISTRY = "0x5FbDB2315678afecb367f032d93F642f64180aa3", "0xe7f1725E7734CE288F8367e1Bb143E90bb3F0512"


def example() -> dict[str, object]:
    """The vector, computed by eth-abi and eth-account from fixed keys."""
    member = Institution("bank-d", 1_830_297_600, 31)
    deadline, struct = 1_767_225_600, member.struct()
    change = keccak(encode(["uint8", MEMBER], [ADMIT, struct]))
    votes, roots = (
        Domain(f"Tallystick {name}", CHAIN_ID, place)
        for name, place in (("Consortium", CONSORTIUM), ("BlacklistRegistry", REGISTRY))
    )
    epoch = {"id": b"\x11" * 32, "keys": b"\x22" * 32, "threshold": 2, "evaluators": 3, "cadence": 600}
    version = {"epoch": b"\x11" * 32, "number": 7, "at": 1_767_000_000, "root": b"\x33" * 32}
    signed = {
        "Proposal": votes.sign(member.voter, "Proposal", number=1, change=change, deadline=deadline),
        "Vote": votes.sign(member.voter, "Vote", number=1, inFavour=True),
        "Epoch": roots.sign(member.signer, "Epoch", **epoch, closesAt=1_798_761_600),
        "Version": roots.sign(member.signer, "Version", **version),
    }
    return {
        "chainId": CHAIN_ID,
        "consortium": CONSORTIUM,
        "registry": REGISTRY,
        "member": [_shown(value) for value in struct],
        "id": "0x" + member.id.hex(),
        "change": "0x" + keccak(encode(["uint8", MEMBER], [ADMIT, struct])).hex(),
        "proposal": {"number": 1, "deadline": deadline},
        "epoch": {name: _shown(value) for name, value in {**epoch, "closesAt": 1_798_761_600}.items()},
        "version": {name: _shown(value) for name, value in version.items()},
        "signatures": {kind: "0x" + value.hex() for kind, value in signed.items()},
    }


def _shown(value: object) -> object:
    return "0x" + value.hex() if isinstance(value, bytes) else value


def test_example_is_the_computed_one() -> None:
    found = re.search(r"```json\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
    assert found is not None
    assert json.loads(found[1]) == example(), json.dumps(example(), indent=1)
