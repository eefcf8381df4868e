"""`tally kpi`: what the trail of approvals says about the work, over HTTP; and the fold made anew, on the installation's machine."""

from typing import Annotated

import typer

from api.commands.connection import AsJson, TokenFile, Url, connected
from api.commands.local import opened
from api.commands.outcome import say, say_bytes, say_json
from api.commands.tables import facts, table
from ledger.services.applications.fold_figures import fold_figures
from ledger.storage.logs import all_logs
from signing.canonical import Json

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    no_args_is_help=True,
    help="Time per stage, rates, load per approver: counted from the trail, stamped with a checkpoint.",
)

HOUR = 3600


@app.command()
def show(  # noqa: PLR0913, PLR0917  # each is an option of the command
    since: Annotated[str, typer.Option("--since", metavar="TIME", help="From this time on, with its zone.")],
    until: Annotated[str, typer.Option("--until", metavar="TIME", help="Before this time, with its zone.")],
    policy: Annotated[str | None, typer.Option("--policy", metavar="ID", help="Only under this policy.")] = None,
    against_since: Annotated[str | None, typer.Option(metavar="TIME", help="Compare with a span from here.")] = None,
    against_until: Annotated[str | None, typer.Option(metavar="TIME", help="Compare with a span up to here.")] = None,
    against_policy: Annotated[str | None, typer.Option(metavar="ID", help="Compare with another policy.")] = None,
    *,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print everything as CSV.")] = False,
    as_json: AsJson = False,
    url: Url = None,
    token_file: TokenFile = None,
) -> None:
    """Count a period, and another one or another policy beside it."""
    query = {
        "since": since,
        "until": until,
        "policy": policy,
        "against_since": against_since,
        "against_until": against_until,
        "against_policy": against_policy,
    }
    given = {name: value for name, value in query.items() if value is not None}
    with connected(url, token_file) as client:
        if as_csv:
            say_bytes(client.get_bytes("/v1/kpis", format="csv", **given))
            return
        found = client.get("/v1/kpis", **given)
    if as_json:
        say_json(found)
        return
    _print(found)


@app.command()
def rebuild() -> None:
    """Make what the figures are counted from anew from the log, on the installation's own machine."""
    with opened() as here:
        logs = [row for row in here.stores.database.read(all_logs) if row.kind == "main"]
        for log in logs:
            size = count = fold_figures(here.stores, log, anew=True)
            while count:
                count = fold_figures(here.stores, log)
                size += count
            say(facts([(log.origin, f"{size:,} entries")]))


def _print(found: dict[str, Json]) -> None:
    stamp, against = _object(found["checkpoint"]), _object(found["against"])
    say(facts([("Counted at", f"size {stamp['size']} of {stamp['origin']}, root {str(stamp['root'])[:16]}…")]))
    say(facts([("Bottleneck", str(found["bottleneck"] or "none"))]))
    say()
    names = ("approval_rate", "return_rate", "automation_rate")
    say(table(("RATE", "PERIOD", "AGAINST"), [(name, _text(found[name]), _text(against.get(name))) for name in names]))
    for title, group in (("STAGE", "stages"), ("APPROVER", "approvers")):
        say()
        lines = [(name, *_times(_object(times))) for name, times in _object(found[group]).items()]
        say(table((title, "COUNT", "P50 HOURS", "P90 HOURS", "LATE"), lines))
    say("\nHours are business hours: time on the institution's business days, each of 24 hours.")


def _times(times: dict[str, Json]) -> tuple[str, ...]:
    hours = (f"{int(str(times[name])) / HOUR:,.1f}" for name in ("p50", "p90"))
    return (str(times["count"]), *hours, str(times["late"]))


def _object(value: Json) -> dict[str, Json]:
    return value if isinstance(value, dict) else {}


def _text(value: Json) -> str:
    return "" if value is None else str(value)
