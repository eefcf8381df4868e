"""Gas of a version of the blacklist with a thousand new listings, signed by two of three members, on the embedded chain with the
committed contracts. A version costs the same whatever changed in it. Beside: the same listings in a mapping, one transaction each
(contracts/test/TokenMapping.sol, compiled with the settings of the committed artifacts)."""

import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from eth_abi.abi import encode

from benchmarks.measuring import Aim, Figure, Run, temporary_folder
from ledger.chain import blacklist_registry, consortium
from ledger.chain.embedded import EmbeddedChain
from ledger.core.blacklist.consortium import ALL_ROLES, ChainMember, EpochTerms, Place, epoch_digest, version_digest
from ledger.core.blacklist.versions import Version
from signing.algorithms import keccak256
from support.chains import SENDER, START, Account, evm_key

AIM = Aim(100, "most")
LISTINGS, CADENCE, MEMBERS = 1000, 600, 3
EPOCH = b"\x01" * 32
TOKEN_MAPPING = Path(__file__).with_name("token_mapping.hex")
LIST_CALL = keccak256(b"list(bytes32,bytes32)")[:4]
SIGNERS = sorted((evm_key(f"member {place}") for place in range(MEMBERS)), key=lambda key: key.address)


def measure(_run: Run) -> Sequence[Figure]:
    """Return gas per listing, and of the version."""
    now = [START]
    with temporary_folder() as folder:
        chain = EmbeddedChain.open(folder, funded=[SENDER.address], random=os.urandom, clock=lambda: now[0])
        try:
            account = Account(chain.client(), SENDER)
            naive = _naive(account)
            registry = _open(account)
            gas = [_publish(account, registry, number, now) for number in (1, 2)][-1]
        finally:
            chain.close()
    beside = "a mapping, one transaction each"
    return [
        Figure(name="gas per listing, 1,000 in a version", value=gas / LISTINGS, unit="gas", baseline=naive, baseline_name=beside, aim=AIM),
        Figure(name="gas per version, 2 of 3 members", value=gas, unit="gas", baseline=naive * LISTINGS, baseline_name=beside),
    ]  # fmt: skip


def _naive(account: Account) -> float:
    contract = account.send(None, bytes.fromhex(TOKEN_MAPPING.read_text(encoding="ascii"))).contract
    return float(
        account.send(contract, LIST_CALL + encode(["bytes32", "bytes32"], [b"\x05" * 32, b"\x06" * 32])).gas_used
    )


def _open(account: Account) -> Place:
    """Found a consortium of three, deploy its registry, open an epoch."""
    founders = [
        ChainMember(
            institution=f"inst-{place}", voter=evm_key(f"voter {place}").address, expires_at=START + 10**8, roles=ALL_ROLES,
            signer=signer.address, key=bytes([place + 1]) * 32,
        )
        for place, signer in enumerate(SIGNERS)
    ]  # fmt: skip
    found = account.send(None, consortium.creation_code("bench", founders)).contract
    assert found is not None
    address = account.send(None, blacklist_registry.creation_code(found)).contract
    assert address is not None
    place = Place(account.client.chain_id(), address)
    terms = EpochTerms(id=EPOCH, keys=b"\x02" * 32, threshold=2, evaluators=3, cadence=CADENCE, closes_at=START + 10**7)
    signatures = [signer.sign_digest(epoch_digest(place, terms)) for signer in SIGNERS[:2]]
    assert account.send(address, blacklist_registry.open_epoch_data(terms, signatures)).succeeded
    return place


def _publish(account: Account, place: Place, number: int, now: list[int]) -> float:
    now[0] += CADENCE
    at = datetime.fromtimestamp(now[0], UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    version = Version(
        epoch=EPOCH, number=number, previous=bytes(32), root=keccak256(bytes([number])), count=LISTINGS, at=at
    )
    signatures = [signer.sign_digest(version_digest(place, version)) for signer in SIGNERS[:2]]
    receipt = account.send(place.address, blacklist_registry.publish_data(version, signatures))
    assert receipt.succeeded
    return float(receipt.gas_used)
