"""The trust policy: the verifier's own list of which logs, witnesses, chain and keys it believes (docs/formats/trust-policy.md).

Promises: a strict reading of `tally/trust/v1`; every key that a verification rests on comes from here, never from the
material under test. A policy that requires nothing is refused.
Leaves to others: how a person came to believe these keys, and applying them (verify_file).
"""

import re
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from ledger.core.evidence.answers import AnswerName
from ledger.core.evidence.trust_seals import TrustedSeals, parse_seals
from ledger.core.log.checkpoint import Checkpoint
from ledger.core.log.fields import Fields, octets, string
from ledger.core.log.note import VerifierKey
from ledger.errors import InvalidInput
from signing import canonical
from signing.algorithms import PublicKey
from signing.canonical import Json
from signing.errors import InvalidEncoding

TAG = "tally/trust/v1"
MAX_BYTES = 256 * 1024  # a policy is written for people; a thousand pinned headers fit
MAX_ITEMS = 1000
DEFAULT_REQUIRED = frozenset({AnswerName.BYTES, AnswerName.SIGNATURES, AnswerName.LOG})

_Thing = TypeVar("_Thing", bound=Hashable)

_CODE = "trust.malformed"
_ADDRESS, _HASH = 20, 32
_ORIGIN = re.compile(r"[a-z][a-z0-9+.-]{1,20}:[!-~]{1,250}")  # https://…, http://localhost:8400, android:apk-key-hash:…
_FIELDS = frozenset(
    {
        "tag",
        "logs",
        "witnesses",
        "quorum",
        "chain",
        "checkpoints",
        "institution_keys",
        "self_operated",
        "required",
    }
)
_OPTIONAL = frozenset({"pages", "seals"})
_REQUIRABLE = {name.label: name for name in AnswerName if name is not AnswerName.NOT_PROVED}


@dataclass(frozen=True, kw_only=True)
class TrustedLog:
    """A log: its origin, the key that signs its checkpoints, its key on the chain (20 bytes), and whose it is."""

    origin: str
    key: VerifierKey
    evm_key: bytes | None
    institution: str
    institution_name: str


@dataclass(frozen=True, kw_only=True)
class TrustedWitness:
    name: str
    key: VerifierKey
    organisation: str


@dataclass(frozen=True)
class PinnedHeader:
    """A block that the policy's author checked to be final on this chain."""

    number: int
    hash: bytes


@dataclass(frozen=True, kw_only=True)
class TrustedChain:
    """A chain and its CheckpointRegistry; `finality` is how many blocks deep counts as final, 0 the chain's own `finalized` tag."""

    chain_id: int
    genesis: bytes
    registry: bytes
    code_hash: bytes
    log_ids: Mapping[str, bytes]
    finality: int
    headers: tuple[PinnedHeader, ...]


@dataclass(frozen=True)
class InstitutionKey:
    institution: str
    key: PublicKey


@dataclass(frozen=True)
class TrustedPages:
    """Where passkeys may have been used: the relying party that they belong to, and the origins of its pages."""

    rp_id: str
    origins: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class TrustPolicy:
    logs: tuple[TrustedLog, ...]
    witnesses: tuple[TrustedWitness, ...] = ()
    quorum: int = 0
    chain: TrustedChain | None = None
    checkpoints: tuple[Checkpoint, ...] = ()
    institution_keys: tuple[InstitutionKey, ...] = ()
    pages: tuple[TrustedPages, ...] = ()
    seals: TrustedSeals | None = None
    self_operated: bool = False
    required: frozenset[AnswerName] = DEFAULT_REQUIRED

    def __post_init__(self) -> None:
        _check_policy(self)

    def log(self, origin: str) -> TrustedLog | None:
        return next((log for log in self.logs if log.origin == origin), None)

    def institution_of(self, origin: str) -> str:
        """Return the id of the institution whose log this is, empty for a log that is not trusted."""
        return next((log.institution for log in self.logs if log.origin == origin), "")

    def pinned_keys(self, institution: str) -> tuple[PublicKey, ...]:
        return tuple(pinned.key for pinned in self.institution_keys if pinned.institution == institution)

    def to_bytes(self) -> bytes:
        return canonical.encode(_to_json(self))


def parse_trust(data: bytes) -> TrustPolicy:
    """Return the policy of these exact canonical bytes; raise InvalidInput "trust.malformed" or "trust.unknown-version"."""
    if len(data) > MAX_BYTES:
        raise InvalidInput(_CODE, f"expected a trust policy of at most {MAX_BYTES} bytes, got {len(data)}")
    try:
        value = canonical.decode(data)
    except InvalidEncoding as error:
        raise InvalidInput(_CODE, f"expected a trust policy in canonical JSON: {error.message}") from error
    if not isinstance(value, dict) or value.get("tag") != TAG:
        raise InvalidInput("trust.unknown-version", f'expected a trust policy with the tag "{TAG}"')
    return _parse_policy(value)


def _parse_policy(value: Json) -> TrustPolicy:
    # absent where no passkeys, and where no sealed files, are expected
    more = _OPTIONAL & value.keys() if isinstance(value, dict) else frozenset()
    fields = Fields(value, _FIELDS | more, where="trust", code=_CODE)
    return TrustPolicy(
        logs=fields.many("logs", _parse_log, least=1, most=MAX_ITEMS),
        witnesses=fields.many("witnesses", _parse_witness, most=MAX_ITEMS),
        quorum=fields.integer("quorum", least=0),
        chain=fields.optional("chain", _parse_chain),
        checkpoints=fields.many("checkpoints", _parse_checkpoint, most=MAX_ITEMS),
        institution_keys=fields.many("institution_keys", _parse_institution_key, most=MAX_ITEMS),
        pages=fields.many("pages", _parse_pages, least=1, most=MAX_ITEMS) if "pages" in more else (),
        seals=fields.parsed("seals", parse_seals) if "seals" in more else None,
        self_operated=fields.boolean("self_operated"),
        required=_no_repeats("required", fields.many("required", _parse_required, most=len(_REQUIRABLE))),
    )


def _parse_log(value: Json) -> TrustedLog:
    fields = Fields(value, frozenset({"origin", "key", "evm_key", "institution", "name"}), where="log", code=_CODE)
    return TrustedLog(
        origin=fields.text("origin"),
        key=fields.parsed("key", _parse_verifier_key),
        evm_key=fields.optional("evm_key", lambda part: octets(part, _ADDRESS)),
        institution=fields.text("institution"),
        institution_name=fields.text("name"),
    )


def _parse_witness(value: Json) -> TrustedWitness:
    fields = Fields(value, frozenset({"name", "key", "organisation"}), where="witness", code=_CODE)
    return TrustedWitness(
        name=fields.text("name"),
        key=fields.parsed("key", _parse_verifier_key),
        organisation=fields.text("organisation"),
    )


def _parse_chain(value: Json) -> TrustedChain:
    names = frozenset({"chain_id", "genesis", "registry", "code_hash", "log_ids", "finality", "headers"})
    fields = Fields(value, names, where="chain", code=_CODE)
    return TrustedChain(
        chain_id=fields.integer("chain_id", least=1),
        genesis=fields.octets("genesis", _HASH),
        registry=fields.octets("registry", _ADDRESS),
        code_hash=fields.octets("code_hash", _HASH),
        log_ids=fields.parsed("log_ids", _parse_log_ids),
        finality=fields.integer("finality", least=0),
        headers=fields.many("headers", _parse_header, most=MAX_ITEMS),
    )


def _parse_log_ids(value: Json) -> dict[str, bytes]:
    if not isinstance(value, dict):
        raise InvalidInput(_CODE, "expected an object from log origins to their ids on the chain")
    return {origin: octets(log_id, _HASH) for origin, log_id in value.items()}


def _parse_header(value: Json) -> PinnedHeader:
    fields = Fields(value, frozenset({"number", "hash"}), where="header", code=_CODE)
    return PinnedHeader(fields.integer("number", least=0), fields.octets("hash", _HASH))


def _parse_checkpoint(value: Json) -> Checkpoint:
    fields = Fields(value, frozenset({"origin", "size", "root"}), where="checkpoint", code=_CODE)
    return Checkpoint(fields.text("origin"), fields.integer("size", least=1), fields.octets("root", _HASH))


def _parse_institution_key(value: Json) -> InstitutionKey:
    fields = Fields(value, frozenset({"institution", "key"}), where="institution_key", code=_CODE)
    return InstitutionKey(fields.text("institution"), fields.parsed("key", PublicKey.from_json))


def _parse_pages(value: Json) -> TrustedPages:
    fields = Fields(value, frozenset({"rp_id", "origins"}), where="pages", code=_CODE)
    return TrustedPages(fields.text("rp_id"), fields.many("origins", _parse_origin, least=1, most=MAX_ITEMS))


def _parse_origin(value: Json) -> str:
    origin = string(value)
    if not _ORIGIN.fullmatch(origin):
        raise InvalidInput(_CODE, "expected an origin such as https://sign.lender.example")
    return origin


def _parse_verifier_key(value: Json) -> VerifierKey:
    return VerifierKey.parse(string(value))


def _parse_required(value: Json) -> AnswerName:
    name = _REQUIRABLE.get(string(value))
    if name is None:
        raise InvalidInput(_CODE, f"expected one of {', '.join(_REQUIRABLE)}")
    return name


def _to_json(policy: TrustPolicy) -> dict[str, Json]:
    pages: list[Json] = [{"rp_id": item.rp_id, "origins": list(item.origins)} for item in policy.pages]
    return {
        **({"pages": pages} if pages else {}),
        "tag": TAG,
        "logs": [_log_json(log) for log in policy.logs],
        "witnesses": [
            {"name": witness.name, "key": witness.key.encode(), "organisation": witness.organisation}
            for witness in policy.witnesses
        ],
        "quorum": policy.quorum,
        "chain": None if policy.chain is None else _chain_json(policy.chain),
        "checkpoints": [
            {"origin": pinned.origin, "size": pinned.size, "root": pinned.root.hex()} for pinned in policy.checkpoints
        ],
        "institution_keys": [
            {"institution": pinned.institution, "key": pinned.key.to_json()} for pinned in policy.institution_keys
        ],
        **({"seals": policy.seals.to_json()} if policy.seals else {}),
        "self_operated": policy.self_operated,
        "required": [name.label for name in sorted(policy.required)],
    }


def _log_json(log: TrustedLog) -> Json:
    return {
        "origin": log.origin,
        "key": log.key.encode(),
        "evm_key": None if log.evm_key is None else log.evm_key.hex(),
        "institution": log.institution,
        "name": log.institution_name,
    }


def _chain_json(chain: TrustedChain) -> Json:
    return {
        "chain_id": chain.chain_id,
        "genesis": chain.genesis.hex(),
        "registry": chain.registry.hex(),
        "code_hash": chain.code_hash.hex(),
        "log_ids": {origin: log_id.hex() for origin, log_id in chain.log_ids.items()},
        "finality": chain.finality,
        "headers": [{"number": header.number, "hash": header.hash.hex()} for header in chain.headers],
    }


def _check_policy(policy: TrustPolicy) -> None:
    if not policy.required:
        raise InvalidInput(
            _CODE, "trust.required: expected at least one required answer; all of nothing proves nothing"
        )
    for log in policy.logs:
        if log.key.name != log.origin:
            raise InvalidInput(
                _CODE, f"trust.logs: expected the key of {log.origin} to carry that name, got {log.key.name}"
            )
    _no_repeats("logs", (log.origin for log in policy.logs))
    # one key in several rows would let one witness count as several organisations, or a log witness itself
    _no_repeats("keys", [log.key.raw for log in policy.logs] + [witness.key.raw for witness in policy.witnesses])
    _no_repeats("pages", (item.rp_id for item in policy.pages))
    _no_repeats("checkpoints", ((pinned.origin, pinned.size) for pinned in policy.checkpoints))
    _check_quorum(policy)
    if policy.chain is not None:
        _no_repeats("headers", (header.number for header in policy.chain.headers))
        _no_repeats("log_ids", policy.chain.log_ids.values())


def _check_quorum(policy: TrustPolicy) -> None:
    organisations = len({witness.organisation for witness in policy.witnesses})
    least = 1 if policy.witnesses or AnswerName.WITNESSES in policy.required else 0
    if not least <= policy.quorum <= organisations:
        message = f"trust.quorum: expected {least} to {organisations}, the number of organisations that witness, got {policy.quorum}"
        raise InvalidInput(_CODE, message)


def _no_repeats(name: str, things: Iterable[_Thing]) -> frozenset[_Thing]:
    listed = tuple(things)
    if len(frozenset(listed)) != len(listed):
        raise InvalidInput(_CODE, f"trust.{name}: expected each once, got one twice")
    return frozenset(listed)
