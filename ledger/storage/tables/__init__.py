"""Every table of the ledger, by wing; importing this fills `METADATA`."""

from ledger.storage.tables import agreements, directory, log
from ledger.storage.tables.schema import METADATA, Guard, Rule, guard_of

__all__ = ["METADATA", "Guard", "Rule", "agreements", "directory", "guard_of", "log"]
