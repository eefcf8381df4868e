"""What an installation says about itself to anybody: institutions, logs with their newest checkpoint and anchor, and the chain."""

from dataclasses import dataclass

from ledger.services.context import Stores
from ledger.services.institution_name import institution_name
from ledger.services.log.read_checkpoint import ACCESS_SUFFIX
from ledger.storage.anchors import AnchorRow, latest_anchor
from ledger.storage.chain_setup import chain_of_installation
from ledger.storage.database import Connection
from ledger.storage.directory import InstitutionRow, institution_by_id
from ledger.storage.logs import CheckpointRow, LogRow, all_logs, latest_checkpoint, log_status


@dataclass(frozen=True, kw_only=True)
class InstitutionLine:
    """An institution whose log is kept here."""

    code: str
    name: str


@dataclass(frozen=True, kw_only=True)
class LogSummary:
    """One log: `name` is its place under /log/; the anchor is the newest that the chain accepted."""

    name: str
    origin: str
    kind: str
    is_running: bool
    checkpoint: CheckpointRow | None
    anchor: AnchorRow | None

    @property
    def size(self) -> int:
        return self.checkpoint.size if self.checkpoint else 0

    @property
    def anchored_size(self) -> int:
        return self.anchor.size if self.anchor else 0


@dataclass(frozen=True, kw_only=True)
class Overview:
    """Everything of it in one snapshot; `chain_id` and `registry` are None before the first anchor was prepared."""

    institutions: tuple[InstitutionLine, ...]
    logs: tuple[LogSummary, ...]
    chain_id: int | None
    registry: bytes | None


def describe_installation(stores: Stores) -> Overview:
    """Return the overview; raise Unavailable when the database does not answer."""
    return stores.database.read(_overview)


def _overview(tx: Connection) -> Overview:
    logs, chain = all_logs(tx), chain_of_installation(tx)
    owners = {log.institution_id: institution_by_id(tx, log.institution_id) for log in logs}
    return Overview(
        institutions=tuple(_institution(tx, owner) for owner in owners.values() if owner),
        logs=tuple(_summary(tx, log, owners[log.institution_id]) for log in logs),
        chain_id=chain.chain_id if chain else None,
        registry=chain.registry if chain else None,
    )


def _institution(tx: Connection, row: InstitutionRow) -> InstitutionLine:
    return InstitutionLine(code=row.code, name=institution_name(tx, row))


def _summary(tx: Connection, log: LogRow, owner: InstitutionRow | None) -> LogSummary:
    status = log_status(tx, log.id)
    code = owner.code.lower() if owner else log.institution_id
    return LogSummary(
        name=code + (ACCESS_SUFFIX if log.kind == "access" else ""),
        origin=log.origin,
        kind=log.kind,
        is_running=status is None or status.state == "running",
        checkpoint=latest_checkpoint(tx, log.id),
        anchor=latest_anchor(tx, log.id),
    )
