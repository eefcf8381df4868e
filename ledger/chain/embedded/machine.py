"""The rules of the embedded chain: Prague by py-evm, with the P-256 precompile that later forks have.

Promises: a block is a function of its parent, its transaction, its time stamp and the chain id.
Leaves to others: where blocks are kept (`store`), who may send (`chain`). DESIGN section 4; EIP-7951.
"""

from collections.abc import Sequence
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from eth.abc import AtomicDatabaseAPI, BlockHeaderAPI, ComputationAPI
from eth.chains.base import MiningChain
from eth.typing import AccountDetails, HeaderParams
from eth.vm.forks.prague import PragueVM
from eth.vm.forks.prague.computation import PragueComputation
from eth.vm.forks.prague.state import PragueState
from eth_typing import Address, BlockNumber

BLOCK_GAS_LIMIT: Final = 30_000_000  # as on mainnet at the London fork; kept constant
FUNDS: Final = 10**24  # wei (a million ether) for each funded account: the embedded chain's money has no other use
P256VERIFY_GAS: Final = 6900
_P256VERIFY_ADDRESS: Final = (0x100).to_bytes(20, "big")
_YES: Final = (1).to_bytes(32, "big")


def p256verify(computation: ComputationAPI) -> ComputationAPI:
    """Precompile 0x100: hash, r, s, x, y of 32 bytes each; output 1 as a word, or nothing."""
    computation.consume_gas(P256VERIFY_GAS, reason="P256VERIFY precompile")
    computation.output = _YES if _p256_holds(bytes(computation.msg.data)) else b""
    return computation


def _p256_holds(data: bytes) -> bool:
    if len(data) != 160:  # noqa: PLR2004  # five words, EIP-7951
        return False
    r, s, x, y = (int.from_bytes(data[at : at + 32], "big") for at in range(32, 160, 32))
    try:
        key = ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
        key.verify(encode_dss_signature(r, s), data[:32], ec.ECDSA(Prehashed(SHA256())))
    except (InvalidSignature, ValueError):
        return False
    return True


class _Computation(PragueComputation):
    _precompiles = {**PragueComputation.get_precompiles(), _P256VERIFY_ADDRESS: p256verify}  # noqa: RUF012  # py-evm's hook


class _State(PragueState):
    computation_class = _Computation


class _VM(PragueVM):
    _state_class = _State


class Machine(MiningChain):
    """py-evm's chain with our rules; `bind` gives it a chain id."""

    vm_configuration = ((BlockNumber(0), _VM),)

    def create_header_from_parent(self, parent_header: BlockHeaderAPI, **fields: HeaderParams) -> BlockHeaderAPI:
        """Keep the gas limit; py-evm would let it drift."""
        return super().create_header_from_parent(parent_header, **{**fields, "gas_limit": parent_header.gas_limit})


def bind(chain_id: int) -> type[Machine]:
    """Return the chain class for this chain id (py-evm keeps it on the class)."""
    return type("Machine", (Machine,), {"chain_id": chain_id})


def write_genesis(machine: type[Machine], database: AtomicDatabaseAPI, funded: Sequence[bytes], timestamp: int) -> None:
    """Write block 0, in which each of the `funded` addresses owns FUNDS."""
    state = {
        Address(address): AccountDetails({"balance": FUNDS, "nonce": 0, "code": b"", "storage": {}})
        for address in funded
    }
    fields: dict[str, HeaderParams] = {
        "difficulty": 0,
        "gas_limit": BLOCK_GAS_LIMIT,
        "nonce": bytes(8),
        "timestamp": timestamp,
    }
    machine.from_genesis(database, fields, state)
