"""`tally application`: enter, list, read and submit applications for loans, and follow them through their later life, over HTTP."""

from pathlib import Path
from typing import Annotated

import typer

from api.commands.application_decide import decide
from api.commands.application_life import accept, check_condition, committee, condition, correct, mail, tell, withdraw
from api.commands.application_names import Application, say_done
from api.commands.connection import AsJson, TokenFile, Url, connected
from api.commands.files import read_json
from api.commands.names import application_id
from api.commands.outcome import note, say, say_json
from api.commands.tables import facts, table
from api.commands.terms_hash import terms_hash
from ledger.core.agreements.currency import written
from ledger.errors import InvalidInput
from signing.canonical import Json

app = typer.Typer(
    add_completion=False, rich_markup_mode=None, no_args_is_help=True, help="Enter, submit and follow applications."
)


@app.command()
def create(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help='JSON: {"application": {…}, "people": […]}; - for standard input.')
    ],
    *,
    terms: Annotated[
        str | None, typer.Option(metavar="FILE", help="The contract's terms, as JSON: sets terms_sha256.")
    ] = None,
    as_json: AsJson = False,
    url: Url = None,
    token_file: TokenFile = None,
) -> None:
    """Enter an application as a draft; number, version and applicants' ids are made by the service."""
    body = read_json(file)
    if not isinstance(body, dict):
        raise InvalidInput("application.invalid", 'expected a JSON object with "application" and "people"')
    if terms is not None and isinstance(content := body.get("application"), dict):
        content["terms_sha256"] = terms_hash(terms)
    with connected(url, token_file) as client:
        done = client.post("/v1/applications", body)
        number = str(client.get(f"/v1/applications/{done['id']}")["number"])
    say_done({**done, "number": number}, "Entered", number, as_json=as_json)


@app.command()
def submit(application: Application, *, as_json: AsJson = False, url: Url = None, token_file: TokenFile = None) -> None:
    """Give it to those who decide, on the path of the policy in force; a rule set decides at once."""
    with connected(url, token_file) as client:
        path = f"/v1/applications/{application_id(client, application)}"
        done = client.post(f"{path}/submissions", {})
        found = client.get(path)
    if as_json:
        say_json({**done, "state": found["state"], "waiting_for": found["waiting_for"]})
        return
    say_done(done, "Submitted", application, as_json=False)
    say(facts([("Stands", _stands(found))]))


@app.command(name="list")
def list_applications(  # noqa: PLR0913  # each is an option of the command
    *,
    number: Annotated[str | None, typer.Option(metavar="TEXT", help="Find by application number.")] = None,
    person: Annotated[str | None, typer.Option(metavar="NAME", help="Find by an applicant's name, exactly.")] = None,
    phone: Annotated[str | None, typer.Option(metavar="NUMBER", help="Find by an applicant's phone.")] = None,
    identity: Annotated[
        str | None,
        typer.Option(metavar="KIND:VALUE", help="Find by an identity document, as cn-id:11010519491231002X."),
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=200, help="Most lines.")] = 50,
    as_json: AsJson = False,
    url: Url = None,
    token_file: TokenFile = None,
) -> None:
    """List applications of your institution, newest first."""
    terms = {"number": number, "name": person, "phone": phone, "identity": identity}
    searches = [(kind, term) for kind, term in terms.items() if term is not None]
    if len(searches) > 1:
        raise InvalidInput(
            "application.search", "search by one of --number, --person, --phone and --identity at a time"
        )
    query = {"limit": str(limit), **({"search": searches[0][0], "value": searches[0][1]} if searches else {})}
    with connected(url, token_file) as client:
        page = client.get("/v1/applications", **query)
    if as_json:
        say_json(page)
        return
    rows = [
        (str(item["number"]), str(item["state"]), str(item["waiting_for"] or ""), str(item["due_on"] or ""), str(item["id"]))
        for item in _objects(page["items"])
    ]  # fmt: skip
    say(table(("NUMBER", "STATE", "WAITS FOR", "DUE", "ID"), rows) if rows else "No application found.")
    if page.get("next"):
        note(f"There are more than {limit}; --limit shows up to 200, --number and --person find one.")


@app.command()
def show(application: Application, *, as_json: AsJson = False, url: Url = None, token_file: TokenFile = None) -> None:
    """Show one application, who decided on it, and what it waits for."""
    with connected(url, token_file) as client:
        found = client.get(f"/v1/applications/{application_id(client, application)}")
    if as_json:
        say_json(found)
        return
    content = found["content"] if isinstance(found["content"], dict) else {}
    amount = content.get("amount")
    asked = (
        f"{amount['currency']} {written(int(str(amount['minor'])), str(amount['currency']))}"
        if isinstance(amount, dict)
        else ""
    )
    say(
        facts(
            [
                ("Application", f"{found['number']}, version {found['version']}"),
                ("Stands", _stands(found)),
                ("Asks for", f"{asked}, {content.get('term_months')} months, {content.get('product')}"),
                ("Path", str(found["path"] or "none yet")),
                ("Id", str(found["id"])),
            ]
        )
    )
    decisions = [
        (str(item["at"]), str(item["role"]), str(item["verdict"]), str(item["decider"]), _words(item))
        for item in _objects(found["decisions"])
    ]
    if decisions:
        say("\n" + table(("DECIDED", "ROLE", "SAID", "BY", "IN WORDS"), decisions))
    conditions = [
        (str(place), "met" if item["is_met"] else "reported" if item["reported_by"] else "open", str(item["condition"]))
        for place, item in enumerate(_objects(found["conditions"]))
    ]
    if conditions:
        say("\n" + table(("CONDITION", "STANDS", "WORDS"), conditions))


for command in (decide, committee, correct, mail, tell, accept, condition):
    app.command()(command)
app.command(name="check-condition")(check_condition)
app.command()(withdraw)


def _stands(found: dict[str, Json]) -> str:
    waits = f", waits for {found['waiting_for']} until {found['due_on']}" if found["waiting_for"] else ""
    until = f", until {found['due_on']}" if found["due_on"] and not found["waiting_for"] else ""
    return f"{found['state']}{waits}{until}"


def _words(decision: dict[str, Json]) -> str:
    """Return what goes with a decision: its conditions, what is needed or offered, and the reason."""
    conditions = decision["conditions"]
    lines = [str(line) for line in conditions] if isinstance(conditions, list) else []
    return "; ".join([*lines, *([str(decision["reason"])] if decision["reason"] else [])])


def _objects(value: Json) -> list[dict[str, Json]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
