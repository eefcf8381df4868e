"""Audit of what ties an installation to its chain: the binding, the logs' registrations, and the transactions behind them.

Promises: a log's id in the registry is computed again from its terms, the registry's address from the deploying transaction,
and each transaction says what its row says. What `log.registered` says of the binding is checked with that entry. DESIGN 4.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ledger.chain import blacklist_registry, verifier
from ledger.chain import registry as contract
from ledger.chain.transactions import sender_of, unsigned
from ledger.core.evidence import rlp
from ledger.core.log.audit_findings import Finding, Gathered
from ledger.core.log.audit_shown import show
from ledger.core.log.evm_checkpoint import LogTerms, Registry, log_id
from ledger.errors import InvalidInput
from ledger.storage.chain_setup import BindingRow
from signing.algorithms import keccak256
from signing.canonical import Json, decode
from signing.errors import SigningError

Row = Mapping[str, object]
Difference = tuple[str, object, object]  # field, expected, found


@dataclass(frozen=True)
class _Words:
    """What is shown as it stands, because it comes from this file and from no row."""

    text: str


def check_setup(gathered: Gathered, rows: Mapping[str, Sequence[Row]], binding: BindingRow | None) -> None:
    """Check the rows of chain_binding, log_registration and setup_transaction (with those of log)."""
    terms = {row["log_id"]: _terms(row["terms"]) for row in rows["log_registration"]}
    logs = {row["id"]: row for row in rows["log"]}
    for row in rows["log_registration"]:
        _report(gathered, "log_registration", row["log_id"], _registration(row, terms[row["log_id"]], logs, binding))
    for row in rows["setup_transaction"]:
        _report(gathered, "setup_transaction", row["id"], _transaction(row, terms, binding))
    for row in rows["chain_binding"]:
        _report(gathered, "chain_binding", row["id"], _binding(row, rows["setup_transaction"]))


def _registration(
    row: Row, terms: LogTerms | None, logs: Mapping[object, Row], binding: BindingRow | None
) -> Iterator[Difference]:
    log = logs.get(row["log_id"])
    if terms is None or log is None or binding is None:
        yield "terms", _Words("terms of a log on the bound chain"), _Words("(malformed)")
        return
    try:
        computed = log_id(Registry(binding.chain_id, binding.registry), terms)
    except InvalidInput as error:
        yield "terms", _Words("terms that a registry accepts"), error.code
        return
    yield "registry_log_id", computed, row["registry_log_id"]
    yield "terms", log["origin"], terms.origin
    yield "terms", log["evm_address"], terms.log_key
    if log["registry_log_id"] is not None:
        yield "registry_log_id", log["registry_log_id"], row["registry_log_id"]


def _transaction(row: Row, terms: Mapping[object, LogTerms | None], binding: BindingRow | None) -> Iterator[Difference]:
    raw = row["raw_transaction"] if isinstance(row["raw_transaction"], bytes) else b""
    try:
        transaction, sender = unsigned(raw), sender_of(raw)
    except InvalidInput as error:
        yield "raw_transaction", _Words("a transaction of ours"), error.code
        return
    yield "transaction_hash", keccak256(raw), row["transaction_hash"]
    yield "nonce", transaction.nonce, row["nonce"]
    yield "sender", sender, row["sender"]
    blacklist = blacklist_registry.purpose_of(transaction.to, transaction.data)
    if blacklist is not None:
        yield "purpose", blacklist, ":".join(str(row["purpose"]).split(":")[:2])
        yield "log_id", None, row["log_id"]
        return
    if transaction.to is None:
        is_verifier = transaction.data == verifier.creation_code()
        yield "purpose", "verifier" if is_verifier else "deploy", row["purpose"]
        yield "log_id", None, row["log_id"]
        yield "raw_transaction", transaction.data if is_verifier else contract.creation_code(), transaction.data
        return
    yield "purpose", "register", row["purpose"]
    yield "raw_transaction", binding.registry if binding else None, transaction.to
    named = terms.get(row["log_id"])
    yield "log_id", transaction.data, contract.register_data(named) if named else None


def _binding(row: Row, transactions: Sequence[Row]) -> Iterator[Difference]:
    made = {item["transaction_hash"]: _created_address(item) for item in transactions if item["purpose"] == "deploy"}
    ours = [hashed for hashed, address in made.items() if address == row["registry"]]
    if row["deployed_transaction"] not in ours and (ours or row["deployed_transaction"] is not None):
        yield (
            "deployed_transaction",
            ours[0] if ours else _Words("a stored transaction that made it"),
            row["deployed_transaction"],
        )
    yield "block_number", row["deployed_transaction"] is None, row["block_number"] is None
    yield "id", 1, row["id"]


def _created_address(row: Row) -> bytes:
    sender, nonce = row["sender"], row["nonce"]
    if not isinstance(sender, bytes) or not isinstance(nonce, int):
        return b""
    number = nonce.to_bytes((nonce.bit_length() + 7) // 8, "big")
    return keccak256(rlp.encode((sender, number)))[12:]


def _terms(stored: object) -> LogTerms | None:
    try:
        value = decode(stored if isinstance(stored, bytes) else b"")
        assert isinstance(value, dict)  # noqa: S101  # anything else is the malformed case below
        return LogTerms(
            origin=str(value["origin"]),
            log_key=_bytes(value["log_key"]),
            cosigners=_addresses(value["cosigners"]),
            threshold=int(str(value["threshold"])),
            recovery=_addresses(value["recovery"]),
            recovery_threshold=int(str(value["recovery_threshold"])),
            salt=_bytes(value["salt"]),
        )
    except (SigningError, AssertionError, KeyError, ValueError):
        return None


def _addresses(value: Json) -> tuple[bytes, ...]:
    return tuple(_bytes(item) for item in value) if isinstance(value, list) else ()


def _bytes(value: Json) -> bytes:
    return bytes.fromhex(str(value))


def _report(gathered: Gathered, table: str, key: object, differences: Iterator[Difference]) -> None:
    for field, expected, found in differences:
        if expected != found:
            gathered.find(
                Finding(
                    code="row.differs",
                    kind=table,
                    id=show("id", key),
                    field=field,
                    expected=_shown(field, expected),
                    found=_shown(field, found),
                )
            )


def _shown(field: str, value: object) -> str:
    return value.text if isinstance(value, _Words) else show(field, value)
