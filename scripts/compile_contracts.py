"""Compile the contracts to the artifacts that `ledger.chain` reads, so that running the ledger needs no compiler.

`python scripts/compile_contracts.py` writes `ledger/chain/artifacts/<Contract>.json`; with `--check` it writes nothing and fails
when a committed artifact is not what the sources compile to (docs/formats/registry.md, "Artifact").
"""

from __future__ import annotations

import argparse
import hashlib
import json
import posixpath
import re
import sys
from pathlib import Path
from typing import TypeAlias

import solcx

from toolchain import MODULES, ROOT, SOLC_VERSION, ensure

Json: TypeAlias = "bool | int | str | list[Json] | dict[str, Json] | None"

ARTIFACTS = ROOT / "ledger" / "chain" / "artifacts"
PUBLISHED = ("BlacklistRegistry", "CheckpointRegistry", "Consortium", "SignatureVerifier")
IMPORT = re.compile(r'^import [^;]*?"([^"]+)";', re.MULTILINE)
# The optimiser's own sequence with its function inliner (i) once more in the middle and once in the loop: without it every node hash jumps to a
# helper of eight instructions and back (ADR 0206).
STEPS = (
    "dhfoDgvulfnTUtnIf[xa[r]EscLMcCTUtTOntnfDIulLculVcul [j]Tpeulxa[rul]xa[r]cL gvifiCTUca[r]LSsTFOtfDnca[r]iIulc]jmul[jul] VcTOcul jmul"
    ":fDnTOcmu"
)
# "none" keeps comments out of the bytecode: the code hash names what the contract does, not how it is described.
SETTINGS: dict[str, Json] = {
    "optimizer": {"enabled": True, "runs": 1_000_000, "details": {"yulDetails": {"optimizerSteps": STEPS}}},
    "viaIR": True,
    "evmVersion": "cancun",
    "metadata": {"bytecodeHash": "none"},
    "outputSelection": {"*": {"*": ["abi", "evm.bytecode.object", "evm.deployedBytecode.object", "storageLayout"]}},
}


def compiler_input(contract: str) -> dict[str, Json]:
    """Return the standard JSON input of one contract: settings and every source it imports, by name."""
    sources: dict[str, Json] = {}
    waiting = [f"contracts/{contract}.sol"]
    while waiting:
        name = waiting.pop()
        if name in sources:
            continue
        text = (ROOT if name.startswith("contracts/") else MODULES).joinpath(name).read_text()
        sources[name] = {"content": text}
        waiting.extend(_source_name(name, target) for target in IMPORT.findall(text))
    return {"language": "Solidity", "settings": SETTINGS, "sources": dict(sorted(sources.items()))}


def _source_name(importer: str, target: str) -> str:
    if not target.startswith("."):
        return target
    return posixpath.normpath(posixpath.join(posixpath.dirname(importer), target))


def compile_contract(contract: str, solc: Path) -> dict[str, Json]:
    """Return the artifact of `contracts/<contract>.sol`; the same sources, settings and compiler give the same one."""
    given = compiler_input(contract)
    name = posixpath.basename(contract)
    output = solcx.compile_standard(given, solc_binary=solc)["contracts"][f"contracts/{contract}.sol"][name]
    return {
        "contract": name,
        "abi": output["abi"],
        "bytecode": "0x" + output["evm"]["bytecode"]["object"],
        "deployed_bytecode": "0x" + output["evm"]["deployedBytecode"]["object"],
        "storage": {entry["label"]: int(entry["slot"]) for entry in output["storageLayout"]["storage"]},
        "compiler": {"version": SOLC_VERSION, "settings": SETTINGS},
        "input_sha256": hashlib.sha256(json.dumps(given, sort_keys=True).encode()).hexdigest(),
    }


def artifact_bytes(contract: str, solc: Path) -> bytes:
    """Return the artifact as it is committed."""
    return (json.dumps(compile_contract(contract, solc), indent=1) + "\n").encode()


def _is_fresh(path: Path, content: bytes) -> bool:
    return path.exists() and path.read_bytes() == content


def main(arguments: list[str]) -> int:
    """Write the artifacts, or check the committed ones."""
    parser = argparse.ArgumentParser(description="Compile the contracts to ledger/chain/artifacts/.")
    parser.add_argument("--check", action="store_true", help="write nothing; fail when a committed artifact is stale")
    check = parser.parse_args(arguments).check
    solc = ensure()["solc"]
    fresh = {ARTIFACTS / f"{contract}.json": artifact_bytes(contract, solc) for contract in PUBLISHED}
    stale = [path.name for path, content in fresh.items() if not _is_fresh(path, content)]
    if check and stale:
        print(
            f"stale: {', '.join(stale)}; run python scripts/compile_contracts.py and commit the result", file=sys.stderr
        )
        return 1
    for path, content in fresh.items():
        path.write_bytes(content)
    print(f"{len(fresh)} artifact(s) {'are fresh' if check else 'written'}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
