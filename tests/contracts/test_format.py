"""The example in docs/formats/registry.md is a vector: each value in it is computed again here."""

from __future__ import annotations

import json
import re
from pathlib import Path

from eth_abi.abi import encode
from eth_account.messages import encode_typed_data
from eth_utils.crypto import keccak
from parties import TYPES, Domain, Terms, keys

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "formats" / "registry.md"
CHAIN_ID = 31337
REGISTRY = "0x5FbDB2315678afecb367f032d93F642f64180aa3"


def example() -> dict[str, object]:
    """The vector, computed by eth-abi and eth-account from fixed keys."""
    terms = Terms(cosigners=keys("cosigner", 2), threshold=2, recovery=keys("recovery", 1), recovery_threshold=1)
    origin, *rest = terms.registration()
    kinds = ["uint256", "address", "bytes32", "address", "address[]", "uint64", "address[]", "uint64", "bytes32"]
    log_id = keccak(encode(kinds, [CHAIN_ID, REGISTRY, keccak(text=str(origin)), *rest]))
    root, domain = b"\x11" * 32, Domain(chain_id=CHAIN_ID, registry=REGISTRY)
    messages: dict[str, dict[str, object]] = {
        "Checkpoint": {"generation": 1, "size": 1000000, "root": root},
        "LogCheckpoint": {"size": 1000000, "root": root},
        "Rotation": {"generation": 1, "cosigners": [terms.cosigners[0].address], "threshold": 1},
        "Successor": {"generation": 1, "successor": b"\x22" * 32},
        "Recovery": {"proposal": 1, "successor": b"\x22" * 32},
        "RecoveryCancellation": {"generation": 1, "proposal": 1},
    }
    digests = {}
    for kind, message in messages.items():
        signable = encode_typed_data(domain.fields(), {kind: TYPES[kind]}, {"logId": log_id, **message})
        digests[kind] = "0x" + keccak(b"\x19" + signable.version + signable.header + signable.body).hex()
    checkpoint = {"logId": log_id, **messages["Checkpoint"]}
    return {
        "chainId": CHAIN_ID,
        "registry": REGISTRY,
        "origin": origin,
        "logKey": terms.log_key.address,
        "cosigners": [key.address for key in terms.cosigners],
        "threshold": 2,
        "recovery": [key.address for key in terms.recovery],
        "recoveryThreshold": 1,
        "salt": "0x" + terms.salt.hex(),
        "logId": "0x" + log_id.hex(),
        "headSlot": "0x" + keccak(encode(["bytes32", "uint256"], [log_id, 0])).hex(),
        "messages": {kind: {k: _shown(v) for k, v in message.items()} for kind, message in messages.items()},
        "digests": digests,
        "checkpointSignatures": ["0x" + domain.sign(key, "Checkpoint", checkpoint).hex() for key in terms.cosigners],
    }


def _shown(value: object) -> object:
    return "0x" + value.hex() if isinstance(value, bytes) else value


def test_documented_example_is_what_the_rules_give() -> None:
    block = re.search(r"```json\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
    assert block is not None
    assert json.loads(block[1]) == example()
