"""`tally policy rules`: the rule sets that decide what the policy leaves to them, over HTTP."""

import json
from datetime import UTC
from pathlib import Path
from typing import Annotated

import typer

from api.commands.connection import AsJson, Force, TokenFile, Url, connected
from api.commands.files import STANDARD, read_json, write_file
from api.commands.outcome import say, say_json
from api.commands.tables import covered, facts, table
from api.wiring import ids
from ledger.core.applications.default_rules import DEFAULT_RULES
from ledger.core.applications.rule_set import parse_rule_set
from ledger.core.log.directory import format_instant

app = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Rule sets, which decide what the policy leaves to them."
)

RulesFile = Annotated[Path, typer.Argument(metavar="FILE", help="The rule set as JSON; - for standard input.")]


@app.command(name="list")
def list_rules(*, as_json: AsJson = False, url: Url = None, token_file: TokenFile = None) -> None:
    """List the rule sets of your institution, newest first."""
    with connected(url, token_file) as client:
        page = client.get("/v1/rule-sets")
    if as_json:
        say_json(page)
        return
    items = page["items"] if isinstance(page["items"], list) else []
    rows = [
        (str(item["name"]), str(item["version"]), str(item["holds_from"] or "proposed"), str(item["id"]))
        for item in items
        if isinstance(item, dict)
    ]
    say(table(("NAME", "VERSION", "HOLDS FROM", "ID"), rows) if rows else "No rule set yet; `export` writes ours.")


@app.command()
def check(file: RulesFile, *, as_json: AsJson = False) -> None:
    """Look at a rule set here, without a service."""
    rules = parse_rule_set(read_json(file))
    if as_json:
        say_json({"name": rules.name, "version": rules.version, "sha256": rules.sha256().hex()})
        return
    say(
        facts(
            [
                ("Rule set", f"{rules.name} version {rules.version}, {len(rules.rules)} rules, {rules.currency}"),
                ("Otherwise", rules.otherwise.value),
                ("SHA-256", rules.sha256().hex()),
            ]
        )
    )


@app.command()
def export(
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="FILE", help="Where to write; - for standard output.")
    ] = STANDARD,
    *,
    force: Force = False,
) -> None:
    """Write the rule set that we ship, to begin with."""
    text = json.dumps(DEFAULT_RULES.to_json(), ensure_ascii=False, indent=2)
    write_file(output, text.encode() + b"\n", force=force)


@app.command()
def propose(
    file: RulesFile,
    valid_from: Annotated[
        str | None,
        typer.Option(
            "--valid-from", metavar="TIME", help="When it is to hold at the earliest, with its zone; else at once."
        ),
    ] = None,
    *,
    as_json: AsJson = False,
    url: Url = None,
    token_file: TokenFile = None,
) -> None:
    """Propose a version of a rule set; a second person publishes it."""
    since = valid_from or format_instant(ids.now().astimezone(UTC))
    with connected(url, token_file) as client:
        done = client.post("/v1/rule-sets", {"rule_set": read_json(file), "valid_from": since})
    if as_json:
        say_json(done)
        return
    say(facts([("Proposed", str(done["id"])), covered(done)]))
    say(f"Next: another person runs tally policy rules publish {done['id']}")


@app.command()
def publish(
    rule_set: Annotated[str, typer.Argument(metavar="ID", help="Id of a proposed rule set.")],
    *,
    as_json: AsJson = False,
    url: Url = None,
    token_file: TokenFile = None,
) -> None:
    """Put a proposed rule set into force; never by its author."""
    with connected(url, token_file) as client:
        done = client.post(f"/v1/rule-sets/{rule_set}/publications", {})
    if as_json:
        say_json(done)
        return
    say(facts([("Published", rule_set), covered(done)]))
