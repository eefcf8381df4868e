"""Which openings go to which party with its copy of a sealed agreement: what is shared, and its own; nobody else's (DESIGN 5).

Promises: what concerns one person alone is shown to that person only; what all need to check that all have signed is shown to
all. Leaves to others: proving who asks.
"""

from collections.abc import Mapping

from signing.canonical import Json

# Private fields that every party may see, by type of entry; fields that stand in `public` are in every receipt anyway.
SHARED: Mapping[str, frozenset[str]] = {
    "agreement.created": frozenset({"number", "terms", "parties"}),
    "agreement.sent": frozenset({"expires_at"}),
    "agreement.signer-replaced": frozenset({"parties"}),
    "agreement.signed": frozenset({"signer", "statement", "signature", "key"}),
}
_ABOUT_ONE = frozenset(
    {
        "agreement.viewed",
        "agreement.identified",
        "agreement.consented",
        "agreement.read",
        "agreement.key-shown",
        "agreement.authority-attached",
        "agreement.signed",
        "agreement.declined",
        "agreement.reminded",
        "agreement.delivered",
    }
)


def shown_to(signer_id: str, entry_type: str, values: Mapping[str, Json]) -> frozenset[str]:
    """Return the names of the private fields of an entry that this party may open; `values` are all of them, opened."""
    shown = SHARED.get(entry_type, frozenset()) & values.keys()
    if entry_type in _ABOUT_ONE and values.get("signer") == signer_id:
        return frozenset(values)
    return shown | {name for name, value in values.items() if _is_person(name) and _owner(value) == signer_id}


def _is_person(name: str) -> bool:
    return name == "person" or name.startswith("person_")


def _owner(value: Json) -> Json:
    return value.get("signer") if isinstance(value, dict) else None
