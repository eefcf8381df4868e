"""Every table of the ledger, by wing; importing this fills `METADATA`."""

from ledger.storage.tables import agreements, applications, blacklist, ceremony, directory, log, messages, seals
from ledger.storage.tables.schema import METADATA, Guard, Rule, guard_of

__all__ = [
    "METADATA",
    "Guard",
    "Rule",
    "agreements",
    "applications",
    "blacklist",
    "ceremony",
    "directory",
    "guard_of",
    "log",
    "messages",
    "seals",
]
