"""What a log publishes about itself: its name and keys, and its newest signed checkpoint."""

import re
from dataclasses import dataclass

from ledger.errors import NotFound
from ledger.services.context import Stores
from ledger.storage.database import Connection
from ledger.storage.directory import institution_by_code, institution_by_id
from ledger.storage.logs import LogRow, all_logs, latest_checkpoint, log_of_institution

ACCESS_SUFFIX = "-access"
_CODE = re.compile(r"[a-z0-9]{1,40}")  # anything else is no code; "ß".upper() would be another institution's


@dataclass(frozen=True)
class LogLine:
    """One log as it is listed: `name` is its place under /log/."""

    name: str
    origin: str
    kind: str
    key: str
    size: int


def list_logs(stores: Stores) -> list[LogLine]:
    """Return every log with its published name, verifier key and checkpointed size."""
    return stores.database.read(lambda tx: [_line(tx, log) for log in all_logs(tx)])


def _line(tx: Connection, log: LogRow) -> LogLine:
    owner, newest = institution_by_id(tx, log.institution_id), latest_checkpoint(tx, log.id)
    code = owner.code.lower() if owner else log.institution_id
    name = code + (ACCESS_SUFFIX if log.kind == "access" else "")
    return LogLine(name, log.origin, log.kind, log.public_key, newest.size if newest else 0)


def log_named(tx: Connection, name: str) -> LogRow:
    """Return the log published under this name: the institution's code in lower case, "-access" behind it for its access log.

    Raises NotFound("log.unknown").
    """
    code, kind = (name.removesuffix(ACCESS_SUFFIX), "access") if name.endswith(ACCESS_SUFFIX) else (name, "main")
    owner = institution_by_code(tx, code.upper()) if _CODE.fullmatch(code) else None
    log = log_of_institution(tx, owner.id, kind) if owner else None
    if log is None:
        raise NotFound("log.unknown", "there is no log of this name; GET /log lists them")
    return log


def read_checkpoint(stores: Stores, name: str) -> bytes:
    """Return the newest signed checkpoint note; raise NotFound("log.unknown" | "log.empty")."""
    return stores.database.read(lambda tx: _note(tx, name))


def _note(tx: Connection, name: str) -> bytes:
    newest = latest_checkpoint(tx, log_named(tx, name).id)
    if newest is None:
        raise NotFound("log.empty", "this log has no checkpoint yet")
    return newest.note
