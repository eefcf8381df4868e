"""`tally audit`: read everything that is kept again, and name what differs (DESIGN section 8).

Promises: exit code 1 with findings, 0 when clean; it may run while `tally up` does, the embedded chain is then asked through the
running service. A chain that does not answer is "not checked", which the result says.
"""

from pathlib import Path
from typing import Annotated, Literal

import typer

from api.commands.audit_approvals import audit_approvals
from api.commands.audit_text import audit_text
from api.commands.connection import AsJson, Force
from api.commands.files import write_file
from api.commands.local import asked_chain, opened, reopen_stores
from api.commands.outcome import EXIT_DONE, EXIT_FAILED, note, say, say_json
from api.commands.progress import progress
from api.wiring.installation import Installation
from ledger.chain.client import ChainClient
from ledger.core.log.audit_findings import AuditReport
from ledger.core.log.permissions import Principal, Role
from ledger.errors import LedgerError
from ledger.services.log.audit import Progress, Scope
from ledger.services.log.audit import audit as run_audit
from ledger.services.log.audit_record import record_audit, report_bytes
from ledger.storage.directory import institutions

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def audit(  # noqa: PLR0913 - each option by its name
    what: Annotated[
        Literal["everything", "approvals"],
        typer.Argument(help="`approvals` replays every decision on loan applications instead."),
    ] = "everything",
    *,
    as_json: AsJson = False,
    no_record: Annotated[bool, typer.Option("--no-record", help="Do not put the result on record.")] = False,
    report: Annotated[
        Path | None,
        typer.Option("--report", metavar="FILE", help="Write the report, whose hash goes on record, to this file."),
    ] = None,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Processes for a large ledger.")] = 2,
    no_receipts: Annotated[
        bool,
        typer.Option("--no-receipts", help="With `approvals`: do not judge the receipts of blacklist checks anew."),
    ] = False,
    force: Force = False,
) -> None:
    """Re-read every record, document, field, entry, tile, checkpoint and anchor, and name what differs."""
    if what == "approvals":
        with opened() as here:
            raise typer.Exit(audit_approvals(here, as_json=as_json, receipts=not no_receipts))
    with opened() as here, asked_chain(here.settings) as client:
        found = _run(here, _answering(client), workers)
        if report is not None:
            write_file(report, report_bytes(found), force=force)
        recorded = [] if no_record else _record(here, found)
    if as_json:
        say_json({**found.to_json(), "recorded": recorded})
    else:
        say(audit_text(found, recorded))
    raise typer.Exit(EXIT_DONE if found.is_clean else EXIT_FAILED)


def _answering(client: ChainClient | None) -> ChainClient | None:
    if client is None:
        note("The chain is not checked: another process has it open and no service answers for it.")
        return None
    try:
        client.chain_id()
    except LedgerError as error:
        note(f"The chain is not checked: {error.message} [{error.code}]")
        return None
    return client


def _run(here: Installation, client: ChainClient | None, workers: int) -> AuditReport:
    done = 0
    with progress("Auditing", None) as advance:

        def show(step: Progress) -> None:
            nonlocal done
            advance(step.done - done)
            done = step.done

        return run_audit(here.stores, client, Scope(workers, reopen_stores), show)


def _record(here: Installation, found: AuditReport) -> list[str]:
    """Put the result on record in the log of every institution, as its operator's act; return the entries."""
    entries = []
    for owner in here.stores.database.read(institutions):
        operator = Principal("operator", owner.id, frozenset({Role.OPERATOR}), "program")
        entries.append(record_audit(here.stores, here.act(operator), found).entry_id)
    return entries
