"""`tally keys enrol`, `registry` and `revoke`: the key registry of one's institution, over HTTP."""

from pathlib import Path
from typing import Annotated

import typer

from api.commands.client import Client
from api.commands.connection import AsJson, TokenFile, Url, connected
from api.commands.files import read_file
from api.commands.outcome import note, say, say_json
from api.commands.tables import facts, table
from ledger.core.log.keys import OwnerKind, ProofGrade
from ledger.core.log.revocation import Ground
from ledger.errors import InvalidInput
from signing.algorithms import PublicKey
from signing.canonical import Json, decode
from signing.errors import InvalidEncoding, KeyUnavailable
from signing.keys.files import read_public_key

_MOST_BYTES = 4096
_PAGE = 200

KeyId = Annotated[str, typer.Argument(metavar="KEY", help="Id of the key, as `tally keys registry` shows it.")]


def add_registry(app: typer.Typer) -> None:
    """Add the commands of the registry to `tally keys`."""
    app.command(name="enrol")(enrol)
    app.command(name="registry")(registry)
    app.command(name="revoke")(revoke)


def enrol(  # noqa: PLR0913  # each is an option of the command
    key: Annotated[Path, typer.Argument(metavar="FILE", help="A key file, or a public key as JSON (suite, raw).")],
    *,
    owner: Annotated[OwnerKind, typer.Option(help="Whose key it is.")] = OwnerKind.CUSTOMER,
    owner_id: Annotated[
        str | None, typer.Option(metavar="ID", help="Of a person, or of a customer who is known.")
    ] = None,
    identity: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Proofed identity by which a customer is found again.")
    ] = None,
    provider: Annotated[str, typer.Option(metavar="NAME", help="Who proofed the identity.")] = "lender",
    grade: Annotated[ProofGrade, typer.Option(help="On whose word it is.")] = ProofGrade.LENDERS_WORD,
    replaces: Annotated[str | None, typer.Option(metavar="KEY", help="The lost key that this one replaces.")] = None,
    as_json: AsJson = False,
    url: Url = None,
    token_file: TokenFile = None,
) -> None:
    """Enrol a public key: say on record whose it is, and on whose word."""
    body: dict[str, Json] = {
        "key": public_key_in(key).to_json(),
        "owner": {"kind": owner.value, "id": owner_id},
        "proofing": {"provider": provider, "grade": grade.value},
        "identity": identity,
        "replaces": replaces,
    }
    with connected(url, token_file) as client:
        answer = client.post("/v1/keys", body)
    if as_json:
        say_json(answer)
        return
    say(facts([("Enrolled", str(answer["id"])), ("Entry", str(answer["entry"]))]))


def registry(
    *,
    owner_id: Annotated[str | None, typer.Option(metavar="ID", help="Only the keys of this owner.")] = None,
    as_json: AsJson = False,
    url: Url = None,
    token_file: TokenFile = None,
) -> None:
    """List the enrolled keys of your institution, revoked ones too."""
    with connected(url, token_file) as client:
        items = _all(client, owner_id)
    if as_json:
        say_json(list(items))
        return
    rows = [(str(item["key_id"]), str(item["purpose"]), _owner(item), _state(item)) for item in items]
    say(table(("KEY", "PURPOSE", "OWNER", "STATE"), rows) if rows else "No key is enrolled.")


def revoke(  # noqa: PLR0913  # each is an option of the command
    key: KeyId,
    *,
    ground: Annotated[Ground, typer.Option(help="Why; old signatures are judged by it.")],
    since: Annotated[
        str | None, typer.Option(metavar="TIME", help="Since when it is compromised, in UTC: 2026-11-23T15:04:05Z.")
    ] = None,
    as_json: AsJson = False,
    url: Url = None,
    token_file: TokenFile = None,
) -> None:
    """Revoke a key: it signs and signs in no more."""
    with connected(url, token_file) as client:
        answer = client.post(f"/v1/keys/{key}/revocations", {"ground": ground.value, "since": since})
    if as_json:
        say_json(answer)
        return
    say(facts([("Revoked", str(answer["id"])), ("Entry", str(answer["entry"]))]))
    if ground is Ground.COMPROMISED and since is None:
        note("Without --since every signature of this key is in doubt from now on.")


def public_key_in(file: Path) -> PublicKey:
    """Return the public key of a key file, or of a file that holds it alone; raise InvalidInput, KeyUnavailable."""
    try:
        return read_public_key(file)[1]
    except KeyUnavailable:
        try:
            return PublicKey.from_json(decode(read_file(file, most=_MOST_BYTES).strip()))
        except InvalidEncoding as error:
            raise InvalidInput(
                "key.malformed", f"expected a key file or a public key in {file}: {error.message}"
            ) from error


def _all(client: Client, owner_id: str | None) -> list[dict[str, Json]]:
    query = {"limit": str(_PAGE), **({"owner": owner_id} if owner_id else {})}
    found: list[dict[str, Json]] = []
    while True:
        page = client.get("/v1/keys", **query)
        items = page["items"]
        found += [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
        if not page["next"]:
            return found
        query["cursor"] = str(page["next"])


def _owner(item: dict[str, Json]) -> str:
    owner = item["owner"]
    return f"{owner['kind']} {owner['id']}" if isinstance(owner, dict) else ""


def _state(item: dict[str, Json]) -> str:
    revoked = item["revoked"]
    if not isinstance(revoked, dict):
        return "active"
    return f"revoked: {revoked['ground']}" + (f" since {revoked['since']}" if revoked["since"] else "")
