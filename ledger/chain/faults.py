"""A node's refusals in our words: one stable code per cause.

Promises: text from a node is cut short and shown as a quotation; a revert keeps its data, to be named by `registry`.
"""

from typing import Final

from ledger.chain import answers
from ledger.errors import Conflict, LedgerError, Unavailable
from signing.canonical import Json

_MAX_QUOTED: Final = 120
_REVERTED: Final = 3  # geth's code of a revert that carries data
_SELECTOR: Final = 4

# Nodes agree on these words better than on codes: geth, reth, anvil, nethermind, besu.
_CAUSES: Final[tuple[tuple[tuple[str, ...], type[LedgerError], str, str], ...]] = (
    (
        ("nonce too low", "nonce is too low", "oldnonce"),
        Conflict,
        "chain.nonce-used",
        "another transaction of this sender took the nonce; build the next one",
    ),
    (
        ("nonce too high",),
        Conflict,
        "chain.nonce-gap",
        "an earlier transaction of this sender is missing; send that first",
    ),
    (("underpriced",), Conflict, "chain.underpriced", "offer a higher fee for the same nonce"),
    (
        ("less than block base fee", "fee cap less than"),
        Conflict,
        "chain.fee-too-low",
        "build it again with the present base fee",
    ),
    (
        ("insufficient funds", "insufficient balance"),
        Unavailable,
        "chain.insufficient-funds",
        "send money to the sender's address",
    ),
)


class Reverted(Conflict):
    """The contract said no; `data` is what it said (a custom error's selector and arguments)."""

    def __init__(self, data: bytes, name: str | None = None) -> None:
        said = name or ("nothing" if len(data) < _SELECTOR else f"error 0x{data[:_SELECTOR].hex()}")
        super().__init__("chain.reverted", f"expected the contract to accept the call, but it answered {said}")
        self.data = data
        self.name = name


def refusal(error: Json) -> LedgerError:
    """Return what a JSON-RPC error object means."""
    code = error.get("code") if isinstance(error, dict) else None
    text = str(error.get("message")) if isinstance(error, dict) else str(error)
    if code == _REVERTED or "revert" in text.lower():
        return Reverted(_revert_data(error))
    for words, kind, our_code, advice in _CAUSES:
        if any(word in text.lower() for word in words):
            return kind(our_code, f"the chain refused the transaction ({_quote(text)}): {advice}")
    return Unavailable("chain.refused", f"the chain's node refused the request: {_quote(text)}")


def _revert_data(error: Json) -> bytes:
    found = error.get("data") if isinstance(error, dict) else None
    try:
        return answers.data(found)
    except Unavailable:
        return b""  # some nodes send no data, or prose


def _quote(text: str) -> str:
    printable = "".join(letter if letter.isprintable() else "?" for letter in text[:_MAX_QUOTED])
    return f'"{printable}"'
