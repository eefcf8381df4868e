"""EIP-712 digests and wallet requests for flat structs: what a wallet shows, and the 32 bytes that it signs.

Promises: `typed_digest` equals what `eth_signTypedData_v4` signs for `typed_data_json`, for one struct whose fields are
string, bytes, bytes32, address, bool or uint8 … uint256.
Leaves to others: nested structs and arrays (refused), what the fields mean, the signature.
Source: EIP-712, https://eips.ethereum.org/EIPS/eip-712
"""

import re
from dataclasses import dataclass
from typing import TypeAlias

from signing.algorithms import keccak256
from signing.canonical import Json
from signing.errors import InvalidEncoding

FieldValue: TypeAlias = str | bytes | int | bool

_STRUCT_NAME = re.compile(r"[A-Z][A-Za-z0-9]{0,63}")
_FIELD_NAME = re.compile(r"[a-z][A-Za-z0-9]{0,63}")
_UINT = re.compile(r"uint([1-9][0-9]{0,2})")
_WORD_BYTES = 32
_ADDRESS_BYTES = 20
_MAX_UINT_BITS = 256
_FIXED_LENGTHS = {"bytes32": _WORD_BYTES, "address": _ADDRESS_BYTES}
_DOMAIN_TYPE = "EIP712Domain"


@dataclass(frozen=True)
class Field:
    """One member of a struct: Solidity type, and a value of the Python type that belongs to it (address and bytes as bytes)."""

    name: str
    type: str
    value: FieldValue

    def __post_init__(self) -> None:
        if not _FIELD_NAME.fullmatch(self.name):
            raise InvalidEncoding("typed-data.name", f"expected a lower camel-case field name, got {self.name[:40]!r}")
        _check_value(self)


@dataclass(frozen=True)
class Domain:
    name: str
    version: str
    chain_id: int
    verifying_contract: bytes | None

    def fields(self) -> tuple[Field, ...]:
        """Return the members of EIP712Domain that this domain has, in the order of the standard."""
        always = (
            Field("name", "string", self.name),
            Field("version", "string", self.version),
            Field("chainId", "uint256", self.chain_id),
        )
        if self.verifying_contract is None:
            return always
        return (*always, Field("verifyingContract", "address", self.verifying_contract))


def struct_hash(primary_type: str, fields: tuple[Field, ...]) -> bytes:
    """Return hashStruct of EIP-712; the type string is derived from the fields in their order."""
    encoded_type = _encode_type(primary_type, fields)
    return keccak256(keccak256(encoded_type) + b"".join(_encode_value(field) for field in fields))


def domain_separator(domain: Domain) -> bytes:
    return struct_hash(_DOMAIN_TYPE, domain.fields())


def typed_digest(domain: Domain, primary_type: str, fields: tuple[Field, ...]) -> bytes:
    """Return the 32 bytes that a wallet signs."""
    return keccak256(b"\x19\x01" + domain_separator(domain) + struct_hash(primary_type, fields))


def typed_data_json(domain: Domain, primary_type: str, fields: tuple[Field, ...]) -> dict[str, Json]:
    """Return the parameter of `eth_signTypedData_v4`: bytes as 0x-hex, the chain id as a number, other integers as decimal text."""
    _encode_type(primary_type, fields)
    domain_fields = domain.fields()
    shown: dict[str, Json] = {field.name: _shown(field) for field in domain_fields}
    return {
        "types": {_DOMAIN_TYPE: _members(domain_fields), primary_type: _members(fields)},
        "primaryType": primary_type,
        # Wallets compare this with the chain they are on, and some of them do so without reading text as a number.
        "domain": {**shown, "chainId": domain.chain_id},
        "message": {field.name: _shown(field) for field in fields},
    }


def _encode_type(primary_type: str, fields: tuple[Field, ...]) -> bytes:
    if not _STRUCT_NAME.fullmatch(primary_type):
        raise InvalidEncoding("typed-data.name", f"expected an upper camel-case struct name, got {primary_type[:40]!r}")
    if not fields or len({field.name for field in fields}) != len(fields):
        raise InvalidEncoding("typed-data.fields", "expected at least one field and each name once")
    members = ",".join(f"{field.type} {field.name}" for field in fields)
    return f"{primary_type}({members})".encode()


def _check_value(field: Field) -> None:
    expected = _python_type(field.type)
    if type(field.value) is not expected:
        raise InvalidEncoding(
            "typed-data.value",
            f"expected {expected.__name__} for {field.type} {field.name}, got {type(field.value).__name__}",
        )
    _encode_value(field)


def _python_type(solidity_type: str) -> type[FieldValue]:
    known: dict[str, type[FieldValue]] = {
        "string": str,
        "bytes": bytes,
        "bytes32": bytes,
        "address": bytes,
        "bool": bool,
    }
    if solidity_type in known:
        return known[solidity_type]
    if _uint_bits(solidity_type) is not None:
        return int
    raise InvalidEncoding("typed-data.type", f"expected a flat Solidity type, got {solidity_type[:40]!r}")


def _uint_bits(solidity_type: str) -> int | None:
    match = _UINT.fullmatch(solidity_type)
    bits = int(match[1]) if match else 0
    return bits if 0 < bits <= _MAX_UINT_BITS and bits % 8 == 0 else None


def _encode_value(field: Field) -> bytes:
    if isinstance(field.value, str):
        return keccak256(_utf8(field))
    if isinstance(field.value, bytes):
        return _encode_bytes(field, field.value)
    bits = _uint_bits(field.type) or 1
    if not 0 <= field.value < 2**bits:
        raise InvalidEncoding("typed-data.value", f"expected {field.name} to fit {field.type}")
    return int(field.value).to_bytes(_WORD_BYTES, "big")


def _utf8(field: Field) -> bytes:
    try:
        return str(field.value).encode("utf-8")
    except UnicodeEncodeError as error:
        raise InvalidEncoding(
            "typed-data.value", f"expected {field.name} to be text without lone surrogates"
        ) from error


def _encode_bytes(field: Field, value: bytes) -> bytes:
    expected = _FIXED_LENGTHS.get(field.type)
    if expected is None:
        return keccak256(value)
    if len(value) != expected:
        raise InvalidEncoding(
            "typed-data.value", f"expected {expected} bytes for {field.type} {field.name}, got {len(value)}"
        )
    return value.rjust(_WORD_BYTES, b"\x00")


def _members(fields: tuple[Field, ...]) -> list[Json]:
    return [{"name": field.name, "type": field.type} for field in fields]


def _shown(field: Field) -> Json:
    if isinstance(field.value, bytes):
        return "0x" + field.value.hex()
    if isinstance(field.value, bool | str):
        return field.value
    return str(field.value)
