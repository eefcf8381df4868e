"""What a decision says, opened from the vault: its words lie nowhere else, and go with the application's record key (decision 0242).

Promises: the bytes that were signed, held against what the decision's row tells in clear. Leaves to others: whether the decision was
allowed (core.applications.replay), and whether its entry and its row are those of the log (tally audit).
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from ledger.core.applications.automated import ruling_of
from ledger.core.applications.rule_set import Ruling
from ledger.errors import InvalidInput, NotFound, VerificationFailed
from ledger.services.context import Stores
from ledger.services.opening import open_fields
from ledger.storage.applications import DecisionRow
from ledger.storage.database import Connection
from ledger.storage.vault_fields import fields_of_entry
from signing.canonical import Json
from signing.decision import DecisionStatement, parse_decision
from signing.errors import SigningError

_WORDS = frozenset({"automated", "statement", "held", "decider"})


@dataclass(frozen=True, kw_only=True)
class Said:
    """One decision: its row, and what a person signed, with the roles held then, or what a rule set ruled."""

    row: DecisionRow
    words: DecisionStatement | Ruling
    held: frozenset[str]


def said_in(tx: Connection, stores: Stores, row: DecisionRow, keys: dict[str, bytes] | None = None) -> Said:
    """Return what a decision says, opened with `keys` where they are at hand.

    Raises NotFound("application.erased") when its words were erased, VerificationFailed("application.altered") when they are not
    those of the row, and what opening raises.
    """
    opened = open_fields(stores, fields_of_entry(tx, row.entry_id), _WORDS, keys)
    values = {name: opening.value for name, opening in opened.items()}
    if "automated" not in values and "statement" not in values:
        raise NotFound("application.erased", "what this decision says was erased; its proofs still hold")
    try:
        said = _by_rules(row, values) if "automated" in values else _by_person(row, values)
    except (SigningError, InvalidInput) as error:
        raise altered() from error
    if values.get("decider") != row.decider_id:
        raise altered()
    return said


def altered() -> VerificationFailed:
    """Return the refusal of a decision whose row and whose words do not belong together."""
    return VerificationFailed(
        "application.altered", "a decision is not the one that was recorded; the operator should run `tally audit`"
    )


def _by_person(row: DecisionRow, values: Mapping[str, Json]) -> Said:
    statement, held = parse_decision(_octets(values["statement"])), values.get("held")
    if (statement.application, statement.nonce) != (row.application_id, row.nonce) or not isinstance(held, list):
        raise altered()
    return Said(row=row, words=statement, held=frozenset(map(str, held)))


def _by_rules(row: DecisionRow, values: Mapping[str, Json]) -> Said:
    data = _octets(values["automated"])
    ruling = ruling_of(data)
    if ruling is None or hashlib.sha256(data).digest() != row.nonce:
        raise altered()
    return Said(row=row, words=ruling, held=frozenset())


def _octets(value: Json) -> bytes:
    return value.encode() if isinstance(value, str) else b""
