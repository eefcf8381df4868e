"""Register a log with the registry, once: terms fixed before anything is sent, the fact recorded in the log (ADR 0071).

Promises: the salt is stored before it is used, so a crash anywhere ends in the same log id; the entry "log.registered" says
which chain, registry and id, so that an audit can hold the tables against the log. Leaves anchoring to `anchor`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ledger.chain import registry as contract
from ledger.chain.client import ChainClient
from ledger.chain.faults import Reverted
from ledger.core.log.anchoring import log_subject_id
from ledger.core.log.directory import format_instant
from ledger.core.log.evm_checkpoint import LogTerms, Registry, log_id
from ledger.errors import Unavailable
from ledger.services.context import Act, Stores
from ledger.services.log.anchor_lane import take_lane
from ledger.services.log.anchor_parties import AnchorKeys, Turn
from ledger.services.log.bind_chain import BindingRow, known_binding, require_binding
from ledger.services.log.setup_lane import Setup, settle
from ledger.services.recording import Event, RecordKey, record
from ledger.storage.chain_setup import RegistrationRow, insert_registration, registration_of
from ledger.storage.database import Connection
from ledger.storage.logs import LogRow, log_by_id, set_registry_log_id
from signing.canonical import Json, decode, encode

_SALT_BYTES = 32


@dataclass(frozen=True, kw_only=True)
class Registering:
    """Who registers, in which turn, and the keys (at least one) that may name a successor when all cosigners are lost."""

    act: Act
    turn: Turn
    recovery: Sequence[bytes]
    threshold: int = 1
    recovery_threshold: int = 1


def register_log(
    stores: Stores, client: ChainClient, log: LogRow, keys: AnchorKeys, registering: Registering
) -> bytes | None:
    """Return the id under which the registry knows the log; None while the registration is not final: call again.

    Raises Unavailable("chain.unbound" and those of `require_binding`), InvalidInput("log-terms.malformed").
    """
    known = stores.database.read(lambda tx: log_by_id(tx, log.id))
    if known is not None and known.registry_log_id is not None:
        return known.registry_log_id
    binding = bound(stores)
    require_binding(client, binding)
    row = _fix_terms(stores, binding, log, keys, registering)
    if not _is_final(client, binding, row) and not _send(stores, client, keys, registering, (binding, row)):
        return None
    stores.database.write(lambda tx: _record(tx, stores, registering.act, log, (binding, row)))
    return row.registry_log_id


def bound(stores: Stores) -> BindingRow:
    """Return the binding; raise Unavailable("chain.unbound")."""
    binding = known_binding(stores)
    if binding is None:
        raise Unavailable(
            "chain.unbound", "expected an installation that is bound to a registry: run `tally chain deploy` first"
        )
    return binding


def terms_to_json(terms: LogTerms) -> dict[str, Json]:
    """Return the stored form of a log's terms."""
    return {
        "origin": terms.origin,
        "log_key": terms.log_key.hex(),
        "cosigners": [address.hex() for address in terms.cosigners],
        "threshold": terms.threshold,
        "recovery": [address.hex() for address in terms.recovery],
        "recovery_threshold": terms.recovery_threshold,
        "salt": terms.salt.hex(),
    }


def _fix_terms(
    stores: Stores, binding: BindingRow, log: LogRow, keys: AnchorKeys, registering: Registering
) -> RegistrationRow:
    """Return the log's terms as first stored: whoever asks later, with whatever salt, gets these."""
    terms = LogTerms(
        origin=log.origin,
        log_key=log.evm_address,
        cosigners=tuple(sorted(cosigner.address for cosigner in keys.cosigners)),
        threshold=registering.threshold,
        recovery=tuple(sorted(registering.recovery)),
        recovery_threshold=registering.recovery_threshold,
        salt=registering.act.random(_SALT_BYTES),
    )
    registry = Registry(binding.chain_id, binding.registry)
    new = RegistrationRow(
        log.id, encode(terms_to_json(terms)), log_id(registry, terms), format_instant(registering.act.now)
    )

    def work(tx: Connection) -> RegistrationRow:
        insert_registration(tx, new)
        return registration_of(tx, log.id) or new

    return stores.database.write(work)


def _is_final(client: ChainClient, binding: BindingRow, row: RegistrationRow) -> bool:
    try:
        contract.head(client, binding.registry, row.registry_log_id, block="finalized")
    except (Reverted, Unavailable) as error:
        if error.code not in {"chain.reverted", "chain.bad-answer"}:  # no such log; no such contract yet at that block
            raise
        return False
    return True


def _send(
    stores: Stores,
    client: ChainClient,
    keys: AnchorKeys,
    registering: Registering,
    place: tuple[BindingRow, RegistrationRow],
) -> bool:
    binding, row = place
    lane = take_lane(stores, client, keys.sender, registering.turn)
    if lane is None:
        return False
    data = contract.register_data(_registration(row))
    try:
        return settle(lane, Setup("register", row.log_id, binding.registry, lambda: data)) is not None
    finally:
        lane.release()


def _registration(row: RegistrationRow) -> LogTerms:
    terms = decode(row.terms)
    assert isinstance(terms, dict)  # noqa: S101  # our own row
    return LogTerms(
        origin=str(terms["origin"]),
        log_key=_bytes(terms["log_key"]),
        cosigners=_addresses(terms["cosigners"]),
        threshold=int(str(terms["threshold"])),
        recovery=_addresses(terms["recovery"]),
        recovery_threshold=int(str(terms["recovery_threshold"])),
        salt=_bytes(terms["salt"]),
    )


def _addresses(value: Json) -> tuple[bytes, ...]:
    return tuple(_bytes(item) for item in value) if isinstance(value, list) else ()


def _bytes(value: Json) -> bytes:
    return bytes.fromhex(str(value))


def _record(tx: Connection, stores: Stores, act: Act, log: LogRow, place: tuple[BindingRow, RegistrationRow]) -> None:
    """Set the id and queue the entry in one transaction; nothing where another call was first."""
    binding, row = place
    known = log_by_id(tx, log.id)
    if known is not None and known.registry_log_id is not None:
        return
    set_registry_log_id(tx, log.id, row.registry_log_id)
    facts: dict[str, Json] = {
        "chain_id": binding.chain_id,
        "genesis": binding.genesis_hash.hex(),
        "registry": binding.registry.hex(),
        "code_hash": binding.code_hash.hex(),
        "log_id": row.registry_log_id.hex(),
    }
    event = Event(
        type="log.registered",
        log=log,
        subject_kind="log",
        subject_id=log_subject_id(log.origin),
        role="operator",
        record=RecordKey(log.institution_id, b""),  # no field is sealed: all of it is public
        facts=facts,
    )
    record(tx, stores, act, event)
