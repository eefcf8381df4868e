"""A compiled contract, read from `artifacts/<Contract>.json` (docs/formats/registry.md, "Artifact").

Promises: a shape that was checked once, and exact ABI encoding and decoding by the names in the sources.
Leaves to others: compiling (scripts/compile_contracts.py), what the calls mean (`registry`).
"""

import json
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Final, cast

from eth_abi.abi import decode, encode
from eth_abi.exceptions import DecodingError, EncodingError
from eth_typing import ABI, ABIElement, ABIFunction
from eth_utils.abi import (
    abi_to_signature,
    filter_abi_by_type,
    get_abi_input_types,
    get_abi_output_types,
)
from eth_utils.crypto import keccak

from ledger.errors import InvalidInput, Unavailable

_SELECTOR: Final = 4
_MEMBERS: Final = ("abi", "bytecode", "contract", "deployed_bytecode")


@dataclass(frozen=True)
class Artifact:
    """One contract: how to create it and how to speak to it."""

    contract: str
    creation_code: bytes
    runtime_code: bytes
    abi: ABI

    def encode(self, function: str, *arguments: object) -> bytes:
        """Return call data; InvalidInput `chain.bad-argument` if the arguments do not fit the function."""
        element = self._function(function)
        try:
            return selector(element) + encode(get_abi_input_types(element), arguments)
        except EncodingError as error:
            raise InvalidInput(
                "chain.bad-argument", f"expected arguments that fit {abi_to_signature(element)}: {error}"
            ) from error

    def selector_of(self, function: str) -> bytes:
        """Return the four bytes that name a function."""
        return selector(self._function(function))

    def decode(self, function: str, output: bytes) -> tuple[object, ...]:
        """Return what a view answered; Unavailable `chain.bad-answer` if it is not what the function returns."""
        element = self._function(function)
        try:
            return tuple(decode(get_abi_output_types(element), output))
        except DecodingError as error:
            raise Unavailable(
                "chain.bad-answer",
                f"expected the answer of {self.contract}.{function}; check that the address is this contract's",
            ) from error

    def error_text(self, data: bytes) -> str | None:
        """Return a revert as `Name(arguments)`, or None for an error that this contract does not have."""
        for element in filter_abi_by_type("error", self.abi):
            if selector(element) == data[:_SELECTOR]:
                return _describe(element["name"], get_abi_input_types(element), data[_SELECTOR:])
        return None

    def _function(self, name: str) -> ABIFunction:
        found = [element for element in filter_abi_by_type("function", self.abi) if element["name"] == name]
        if len(found) != 1:
            raise Unavailable(
                "chain.bad-artifact", f"expected one function {name} in the artifact of {self.contract}; reinstall"
            )
        return found[0]


@lru_cache
def load(contract: str) -> Artifact:
    """Return the artifact of a contract; Unavailable `chain.bad-artifact` if it is missing or not whole."""
    resource = files("ledger.chain").joinpath("artifacts", f"{contract}.json")
    try:
        return parse(contract, resource.read_bytes())
    except OSError as error:
        raise _bad(contract, "is missing") from error


def parse(contract: str, content: bytes) -> Artifact:
    """Read an artifact's bytes."""
    try:
        found = json.loads(content)
    except ValueError as error:
        raise _bad(contract, "is not JSON") from error
    if not isinstance(found, dict) or not all(name in found for name in _MEMBERS):
        raise _bad(contract, f"lacks one of {', '.join(_MEMBERS)}")
    if found["contract"] != contract or not isinstance(found["abi"], list):
        raise _bad(contract, "is another contract's")
    return Artifact(
        contract,
        _code(contract, found["bytecode"]),
        _code(contract, found["deployed_bytecode"]),
        cast("ABI", found["abi"]),
    )


def selector(element: ABIElement) -> bytes:
    """Return the four bytes that name a function or an error."""
    return keccak(text=abi_to_signature(element))[:_SELECTOR]


def _code(contract: str, value: object) -> bytes:
    try:
        code = bytes.fromhex(str(value).removeprefix("0x"))
    except ValueError as error:
        raise _bad(contract, "has bytecode that is not hexadecimal") from error
    if not code:
        raise _bad(contract, "has no bytecode")
    return code


def _describe(name: str, types: list[str], arguments: bytes) -> str:
    try:
        values = decode(types, arguments)
    except DecodingError:
        return name
    written = (f"0x{value.hex()}" if isinstance(value, bytes) else str(value) for value in values)
    return f"{name}({', '.join(written)})"


def _bad(contract: str, what: str) -> Unavailable:
    return Unavailable(
        "chain.bad-artifact",
        f"the artifact of {contract} {what}; reinstall, or run scripts/compile_contracts.py in a source tree",
    )
