"""What `tally chain status` shows: read from rows, plus one question to the chain where it can be asked."""

from dataclasses import asdict, dataclass, replace

from api.wiring.installation import Installation
from ledger.errors import LedgerError
from ledger.services.log.anchor_health import anchor_health
from ledger.services.log.bind_chain import known_binding, require_binding
from ledger.services.log.read_checkpoint import list_logs
from ledger.storage.blacklist import epochs
from ledger.storage.chain_setup import setup_transactions
from ledger.storage.consortium import consortium_of_installation, newest_on_chain
from ledger.storage.database import Connection
from ledger.storage.logs import all_logs
from ledger.storage.token_tree import newest_versions


@dataclass(frozen=True)
class LogLine:
    """How far one log is anchored; sizes count entries."""

    name: str
    origin: str
    size: int
    mined: int
    final: int
    trouble: str


@dataclass(frozen=True)
class ListLine:
    """How far the versions of one list are on record, in final blocks."""

    name: str
    newest: int
    final: int


@dataclass(frozen=True)
class ChainStatus:
    """The chain's side of an installation, in words."""

    chain: str
    registry: str
    signature_verifier: str
    sender: str
    logs: tuple[LogLine, ...]
    answers: bool
    consortium: str = "none"
    lists: tuple[ListLine, ...] = ()

    @property
    def is_well(self) -> bool:
        return self.answers and not any(line.trouble for line in self.logs)

    def to_json(self) -> dict[str, object]:
        return asdict(self)


def read_status(here: Installation) -> ChainStatus:
    """Return the status; a chain that does not answer is a line, not a failure."""
    binding = known_binding(here.stores)
    if binding is None:
        chain, answers, registry = (
            "not bound yet: run `tally up`, or `tally chain deploy` for a chain by URL",
            False,
            "none",
        )
    else:
        registry = f"0x{binding.registry.hex()}"
        try:
            require_binding(here.client, binding)
            chain, answers = f"{binding.chain_id}, answers, at block {here.client.block('latest').number}", True
        except LedgerError as error:
            chain, answers = f"{binding.chain_id}, not asked: {error.message} [{error.code}]", False
    sender = f"0x{here.sender().address.hex()}"
    found = ChainStatus(chain, registry, _verifier(here, answers=answers), sender, tuple(_logs(here)), answers)
    row = here.stores.database.read(consortium_of_installation)
    if row is None:
        return found
    return replace(found, consortium=f"0x{row.consortium.hex()}", lists=here.stores.database.read(_lists))


def _lists(tx: Connection) -> tuple[ListLine, ...]:
    lines = []
    for row in epochs(tx):
        newest = newest_versions(tx, row.id, limit=1)
        number = newest[0].number if newest else 0
        lines.append(ListLine(f"{row.purpose} {row.number}", number, newest_on_chain(tx, row.id)))
    return tuple(lines)


def _verifier(here: Installation, *, answers: bool) -> str:
    """Return where SignatureVerifier is, as the chain says it."""
    rows = here.stores.database.read(lambda tx: setup_transactions(tx, "verifier"))
    if rows and not answers:
        return "deployed; the chain was not asked where"
    receipts = (here.client.receipt(row.transaction_hash) for row in reversed(rows))
    found = next((one.contract for one in receipts if one is not None and one.succeeded), None)
    return f"0x{found.hex()}" if found else "none"


def _logs(here: Installation) -> list[LogLine]:
    names = {line.origin: line.name for line in list_logs(here.stores)}
    policy = here.anchor_policy(here.settings.institution_zone)
    lines = []
    for row in here.stores.database.read(all_logs):
        health = anchor_health(here.stores, row.id, policy)
        trouble = f"{health.trouble.message} [{health.trouble.code}]" if health.trouble else ""
        if row.registry_log_id is None and not trouble:
            trouble = "not registered yet"
        lines.append(
            LogLine(names[row.origin], row.origin, health.newest_size, health.mined_size, health.final_size, trouble)
        )
    return lines
