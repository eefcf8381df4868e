"""Write the trust policy that this installation would hand to a verifier: its logs, keys, chain and newest final blocks.

It is the operator's own word. Whoever relies on it should compare the keys with a copy had by another way.
"""

from dataclasses import replace

from ledger.core.evidence.trust import InstitutionKey, PinnedHeader, TrustedChain, TrustedLog, TrustedPages, TrustPolicy
from ledger.core.evidence.trust_seals import TrustedSeals
from ledger.core.log.checkpoint import open_checkpoint
from ledger.core.log.note import VerifierKey
from ledger.services.context import Stores
from ledger.storage.anchors import final_anchors
from ledger.storage.chain_setup import chain_of_installation
from ledger.storage.database import Connection
from ledger.storage.directory import InstitutionRow, institution_by_id
from ledger.storage.logs import LogRow, all_logs, latest_checkpoint
from signing.algorithms import PublicKey
from signing.canonical import decode

MAX_PINNED = 200  # the newest final blocks: a receipt issued later is anchored in one of them or needs a newer policy


def export_trust(
    stores: Stores, *, finality: int, pages: tuple[TrustedPages, ...], seals: TrustedSeals | None = None
) -> TrustPolicy:
    """Return the policy, labelled self-operated.

    `finality` is how deep a block must be, 0 for the chain's own word; `seals` are the roots that this installation seals under.
    """
    return replace(stores.database.read(lambda tx: _policy(tx, finality, pages)), seals=seals)


def _policy(tx: Connection, finality: int, pages: tuple[TrustedPages, ...]) -> TrustPolicy:
    logs = all_logs(tx)
    owners = {log.institution_id: institution_by_id(tx, log.institution_id) for log in logs}
    newest = ((log, latest_checkpoint(tx, log.id)) for log in logs)
    return TrustPolicy(
        logs=tuple(_log(log, owners[log.institution_id]) for log in logs),
        chain=_chain(tx, logs, finality),
        checkpoints=tuple(open_checkpoint(row.note, VerifierKey.parse(log.public_key)) for log, row in newest if row),
        institution_keys=tuple(
            InstitutionKey(row.id, PublicKey.from_json(decode(row.public_key.encode())))
            for row in owners.values()
            if row
        ),
        pages=pages,
        self_operated=True,
    )


def _log(log: LogRow, owner: InstitutionRow | None) -> TrustedLog:
    return TrustedLog(
        origin=log.origin,
        key=VerifierKey.parse(log.public_key),
        evm_key=log.evm_address,
        institution=log.institution_id,
        institution_name=owner.code if owner else log.institution_id,
    )


def _chain(tx: Connection, logs: list[LogRow], finality: int) -> TrustedChain | None:
    binding = chain_of_installation(tx)
    if binding is None:
        return None
    final = final_anchors(tx, limit=MAX_PINNED)
    pinned = {
        row.block_number: row.block_hash for row in final if row.block_number is not None and row.block_hash is not None
    }
    return TrustedChain(
        chain_id=binding.chain_id,
        genesis=binding.genesis_hash,
        registry=binding.registry,
        code_hash=binding.code_hash,
        log_ids={log.origin: log.registry_log_id for log in logs if log.registry_log_id is not None},
        finality=finality,
        headers=tuple(PinnedHeader(number, digest) for number, digest in sorted(pinned.items())),
    )
