"""Reading JSON-RPC parameters: one function per shape, each exact or refused.

Promises: what passes is in range; what does not is an RpcFault that names the shape. EIP-1474 (quantity, data).
"""

import re
from dataclasses import dataclass
from typing import Final

from ledger.chain.embedded.faults import INVALID_PARAMS, RpcFault
from signing.canonical import Json

MAX_CALL_GAS: Final = 2_000_000  # about a second of py-evm; the dearest honest view needs a quarter of it
_QUANTITY: Final = re.compile(r"0x(?:0|[1-9a-fA-F][0-9a-fA-F]{0,63})")
_DATA: Final = re.compile(r"0x(?:[0-9a-fA-F]{2})*")
_WORD: Final = re.compile(r"0x[0-9a-fA-F]{1,64}")
_CALL_FIELDS: Final = frozenset(
    {
        "from",
        "to",
        "gas",
        "gasPrice",
        "maxFeePerGas",
        "maxPriorityFeePerGas",
        "value",
        "data",
        "input",
        "nonce",
        "type",
        "chainId",
    }
)


@dataclass(frozen=True, kw_only=True)
class Call:
    """One message to execute; `to` empty creates a contract."""

    sender: bytes
    to: bytes
    gas: int
    value: int
    data: bytes


def bad(expected: str) -> RpcFault:
    """Return the refusal of a parameter that is not `expected`."""
    return RpcFault(INVALID_PARAMS, f"invalid params: expected {expected}")


def quantity(value: Json) -> int:
    """Read a 0x number without leading zeros, at most 256 bits."""
    if not isinstance(value, str) or not _QUANTITY.fullmatch(value):
        raise bad("a quantity such as 0x1f")
    return int(value, 16)


def data(value: Json) -> bytes:
    """Read 0x bytes of even length."""
    if not isinstance(value, str) or not _DATA.fullmatch(value):
        raise bad("data such as 0x0102")
    return bytes.fromhex(value[2:])


def fixed(value: Json, length: int) -> bytes:
    """Read exactly `length` bytes."""
    found = data(value)
    if len(found) != length:
        raise bad(f"data of {length} bytes")
    return found


def address(value: Json) -> bytes:
    """Read an address."""
    return fixed(value, 20)


def word(value: Json) -> int:
    """Read a storage slot, with or without leading zeros."""
    if not isinstance(value, str) or not _WORD.fullmatch(value):
        raise bad("a storage slot of at most 32 bytes")
    return int(value, 16)


def flag(value: Json) -> bool:
    """Read true or false."""
    if not isinstance(value, bool):
        raise bad("true or false")
    return value


def call(value: Json) -> Call:
    """Read a transaction object of eth_call; the gas is capped at MAX_CALL_GAS, fees are ignored (a call is free)."""
    if not isinstance(value, dict) or not _CALL_FIELDS.issuperset(value):
        raise bad("a call object with from, to, gas, value and data (or input) only")
    if "data" in value and "input" in value and value["data"] != value["input"]:
        raise bad("data and input to be the same where both are given")
    to = value.get("to")
    return Call(
        sender=address(value.get("from", "0x" + "00" * 20)),
        to=b"" if to is None else address(to),
        gas=min(quantity(value.get("gas", hex(MAX_CALL_GAS))), MAX_CALL_GAS),
        value=quantity(value.get("value", "0x0")),
        data=data(value.get("input", value.get("data", "0x"))),
    )
