"""Try a policy on past applications: what it would have made of those submitted between two dates. Nothing is stored.

Promises: the past is read from the log and its opened fields; erased applications are counted, not guessed. Numbers of applications
are for those who may read applications.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from ledger.core.applications.application import parse_amount, parse_application
from ledger.core.applications.dry_run import DryRun, Past, Period, dry_run
from ledger.core.applications.policy import Policy, parse_policy
from ledger.core.applications.states import ENDED
from ledger.core.log.audit_findings import Gathered
from ledger.core.log.permissions import Action, Grade, Resource, allowed, require
from ledger.errors import InvalidInput, LedgerError
from ledger.services.applications.trail import History, histories
from ledger.services.context import Act, Stores
from ledger.services.log.audit_vault import Values, Vault
from ledger.storage.database import Connection
from ledger.storage.logs import log_of_institution
from ledger.storage.policies import policies
from signing.canonical import Json, decode

BATCH = 100  # applications whose fields are opened at once
MAX_POLICIES = 500  # of an older one the days of linking are not asked: its groups are added up anew
_ENTRIES = 400  # at once, below the parameter limit of every SQLite
_CODE = "period.invalid"


@dataclass(frozen=True, kw_only=True)
class TriedPolicy:
    """The figures, and whether the reader may see which applications moved; `unopened` could not be read: erased or altered."""

    figures: DryRun
    shows_numbers: bool
    unopened: int


def dry_run_policy(stores: Stores, act: Act, policy: Policy, period: Period) -> TriedPolicy:
    """Return what a policy would have made of the past; raise NotAllowed, InvalidInput("period.invalid")."""
    own = act.principal.institution_id
    require(act.principal, Action.POLICY_READ, Resource(own, Grade.COMMERCIAL))
    if period.since >= period.until:
        raise InvalidInput(_CODE, "expected a period that ends after it begins", field="until")
    past, unopened = stores.database.read(lambda tx: _past(tx, stores, own, _linked(period, policy)))
    shows = allowed(act.principal, Action.APPLICATION_READ, Resource(own, Grade.COMMERCIAL))
    return TriedPolicy(figures=dry_run(policy, past, period), shows_numbers=shows, unopened=unopened)


def _linked(period: Period, policy: Policy) -> Period:
    """Return the period in which applications were handed in that those of `period` may have been added up with: never later ones."""
    days = timedelta(days=min(policy.link_days, 3650))
    return Period(since=period.since - days, until=period.until)


def _past(tx: Connection, stores: Stores, institution_id: str, period: Period) -> tuple[list[Past], int]:
    log = log_of_institution(tx, institution_id)
    if log is None:
        return [], 0
    days = {
        row.id: parse_policy(decode(row.content.encode())).link_days
        for row in policies(tx, institution_id, limit=MAX_POLICIES)
    }
    vault, past, unopened = Vault.of(tx, stores, Gathered()), list[Past](), 0
    for batch in _batches(history for history in histories(tx, log) if _submitted_in(history, period)):
        values = _opened(vault, batch)
        for history in batch:
            found = _submissions(history, values, days)
            past += found
            unopened += not found
    return past, unopened


def _submitted_in(history: History, period: Period) -> bool:
    return any(
        placed.entry.type == "application.submitted" and period.holds(datetime.fromisoformat(placed.entry.at))
        for placed in history.entries
    )


def _batches(found: Iterator[History]) -> Iterator[list[History]]:
    batch: list[History] = []
    for history in found:
        batch.append(history)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _opened(vault: Vault, batch: Sequence[History]) -> dict[str, Values]:
    entries = [placed for history in batch for placed in history.entries]
    values: dict[str, Values] = {}
    for start in range(0, len(entries), _ENTRIES):
        values.update(vault.open(entries[start : start + _ENTRIES]))
    return values


def _submissions(history: History, values: Mapping[str, Values], days: Mapping[str, int]) -> list[Past]:
    """Return the submissions of one application, each on the version that it was then; none where its fields do not open."""
    content: Json = None
    listed, found, ended = False, list[Past](), None
    for placed in history.entries:
        told = values[placed.entry.id]
        content = told.get("application", content)
        submission, check, stands = told.get("submission"), told.get("check"), told.get("stands")
        if isinstance(stands, dict) and stands.get("state") in ENDED:
            ended = datetime.fromisoformat(placed.entry.at)
        listed = listed or (isinstance(check, dict) and check.get("listed") is True)
        if isinstance(submission, dict) and content is not None:
            at = datetime.fromisoformat(placed.entry.at)
            try:
                found.append(replace(_one(history.application, content, submission, at, days), listed=listed))
            except LedgerError:
                return []  # what is wrong with it, `tally audit` and `tally audit approvals` say
    return [replace(each, ended_at=ended) for each in found]


def _one(
    application: str, content: Json, submission: Mapping[str, Json], at: datetime, days: Mapping[str, int]
) -> Past:
    group = submission.get("group")
    _, amount = parse_amount(group.get("amount") if isinstance(group, dict) else None)
    return Past(
        application=application,
        content=parse_application(content),
        submitted_at=at,
        path=str(submission.get("path")),
        group_amount=amount,
        link_days=days.get(str(submission.get("policy")), -1),
    )
