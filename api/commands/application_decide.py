"""`tally application decide`: say something on an application, signed with a key file on this machine, over HTTP."""

import base64
from pathlib import Path
from typing import Annotated

import typer

from api.commands.application_names import Application, say_done
from api.commands.connection import AsJson, TokenFile, Url, connected
from api.commands.names import application_id
from api.commands.outcome import note
from api.commands.passphrase import read_passphrase
from api.commands.pens import SIGNING_PURPOSES
from ledger.core.applications.decide import Verdict
from signing.canonical import Json
from signing.decision import parse_decision
from signing.envelope import Signature
from signing.keys.files import load_key, read_public_key
from signing.keys.signer import EvmSigner
from signing.typed_data import typed_digest


def decide(  # noqa: PLR0913  # each is an option of the command
    application: Application,
    verdict: Annotated[Verdict, typer.Argument(help="What you say.")],
    *,
    key: Annotated[Path, typer.Option("--key", metavar="FILE", help="Your signing key, enrolled for you.")],
    condition: Annotated[
        list[str] | None,
        typer.Option(
            metavar="TEXT",
            help="With approve: a condition; with return: what is needed; with counter: amount=CNY 80,000.00 or term_months=12.",
        ),
    ] = None,
    reason: Annotated[str | None, typer.Option(metavar="TEXT", help="Why; it is signed too.")] = None,
    in_place_of: Annotated[
        str | None, typer.Option("--in-place-of", metavar="PERSON", help="Whose delegation you decide under.")
    ] = None,
    as_json: AsJson = False,
    url: Url = None,
    token_file: TokenFile = None,
) -> None:
    """Decide on it with your own key; what is signed is shown first."""
    purpose, public = read_public_key(key)
    lines: list[Json] = list(condition or [])
    wanted: dict[str, Json] = {"verdict": verdict.value, "key_id": public.key_id, "conditions": lines}
    if reason is not None:
        wanted["reason"] = reason
    if in_place_of is not None:
        wanted["in_place_of"] = in_place_of
    with connected(url, token_file) as client:
        path = f"/v1/applications/{application_id(client, application)}"
        data = base64.b64decode(str(client.post(f"{path}/decision-statements", wanted)["statement"]))
        note(data.partition(b"\n")[2].decode())
        signature = _sign(data, key, purpose)
        body: dict[str, Json] = {"statement": base64.b64encode(data).decode(), "signature": signature.to_json()}
        done = client.post(f"{path}/decisions", body)
        state = str(client.get(path)["state"])
    say_done({**done, "state": state}, f"Decided ({verdict.value}; {state})", application, as_json=as_json)


def _sign(data: bytes, file: Path, purpose: str) -> Signature:
    key = load_key(
        file,
        purpose=purpose if purpose in SIGNING_PURPOSES else SIGNING_PURPOSES[0],
        passphrase=read_passphrase(f"Passphrase of {file}"),
    )
    digest = typed_digest(*parse_decision(data).typed_data()) if isinstance(key, EvmSigner) else b""
    value = key.sign_digest(digest) if isinstance(key, EvmSigner) else key.sign(data)
    return Signature(key.public.suite, key.public.key_id, value)
