"""`tally keys`: make and inspect key files, and issue an API key to a person from the host itself.

Promises: a secret never shows; a passphrase comes from TALLY_KEY_PASSPHRASE or the terminal, never from an argument; a new API key
is written to a file that only its owner can read.
"""

from pathlib import Path
from typing import Annotated

import typer

from api.commands.configured import read_settings
from api.commands.connection import AsJson, Force
from api.commands.files import write_file
from api.commands.keys_registry import add_registry
from api.commands.outcome import note, say, say_json
from api.commands.passphrase import read_passphrase
from api.commands.tables import facts, table
from ledger.errors import InvalidInput
from signing.algorithms import Suite
from signing.canonical import Json, encode
from signing.errors import KeyUnavailable
from signing.keys.files import PURPOSES, create_key, read_public_key
from signing.keys.secret_files import read_secret_purpose

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    no_args_is_help=True,
    help="Make and inspect key files, issue API keys, enrol and revoke keys.",
)


add_registry(app)


@app.command()
def create(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where to write the key; never over an existing file.")],
    *,
    purpose: Annotated[
        str, typer.Option(metavar="PURPOSE", help=f"The one thing the key is for: {', '.join(PURPOSES)}.")
    ] = "signer",
    suite: Annotated[Suite, typer.Option(help="ed25519, secp256k1, or eip712 for a wallet key.")] = Suite.ED25519,
    as_json: AsJson = False,
) -> None:
    """Make a new key in an encrypted file."""
    if file.exists():
        raise KeyUnavailable(
            "key.exists", f"expected no file at {file}: a key is never overwritten, choose another name"
        )
    passphrase = read_passphrase("Passphrase for the new key", twice=True)
    key = create_key(file, purpose=purpose, suite=suite, passphrase=passphrase)
    if as_json:
        say_json({"file": str(file), "purpose": key.purpose, "key_id": key.public.key_id, "key": key.public.to_json()})
        return
    say(
        facts(
            [
                ("Wrote", str(file)),
                ("Purpose", key.purpose),
                ("Key", key.public.key_id),
                ("Public", key.public.raw.hex()),
            ]
        )
    )
    note("Keep a backup of the file and of its passphrase, apart from each other: nobody can restore them.")


@app.command()
def show(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A key file or secret file.")],
    *,
    public_file: Annotated[
        Path | None,
        typer.Option("--public", metavar="PUB", help="Also write the public key, for those who are to know it."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say what a key file is for and its public key, without opening it."""
    found = _describe(file)
    if public_file is not None:
        write_file(public_file, encode(read_public_key(file)[1].to_json()))
    if as_json:
        say_json(found)
        return
    names = {"file": "File", "kind": "Kind", "purpose": "Purpose", "key_id": "Key", "public": "Public"}
    say(facts([(names[name], str(value)) for name, value in found.items() if name in names]))


@app.command(name="list")
def list_keys(
    folder: Annotated[
        Path | None, typer.Argument(metavar="FOLDER", help="Where to look; else the keys of this installation.")
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """List the key files under a folder."""
    place = folder or read_settings().keys_folder
    if not place.is_dir():
        raise InvalidInput("keys.no-folder", f"expected a folder of key files at {place}; name it, or set TALLY_DATA")
    found = [_describe_or_say(file) for file in sorted(place.rglob("*.json"))]
    if as_json:
        say_json(found)
        return
    rows = [
        (str(Path(str(line["file"])).relative_to(place)), str(line["purpose"]), str(line.get("key_id", line["kind"])))
        for line in found
    ]
    say(table(("FILE", "PURPOSE", "KEY"), rows) if rows else f"No key files under {place}.")


@app.command(name="api-token")
def api_token(
    institution: Annotated[str, typer.Option(metavar="CODE", help="Code of the institution.")],
    output: Annotated[
        Path,
        typer.Option("-o", "--output", metavar="FILE", help="Where to write the token; a new file only you can read."),
    ],
    *,
    person: Annotated[str | None, typer.Option(metavar="ID", help="Whose key; else its first administrator's.")] = None,
    as_json: AsJson = False,
) -> None:
    """Issue an API key from the host itself, for when the first token was lost. It goes on record as any other."""
    from api.commands.api_token import issue_to_file  # noqa: PLC0415  # the database, which `keys create` does without

    issued = issue_to_file(institution, person, output)
    if as_json:
        say_json(issued)
        return
    say(
        facts(
            [
                ("Wrote", str(output)),
                ("Person", issued["person"]),
                ("API key", issued["api_key"]),
                ("Entry", issued["entry"]),
            ]
        )
    )
    note("The token is in that file and nowhere else. Next: tally agreement list --token-file " + str(output))


Institution = Annotated[str, typer.Option(metavar="CODE", help="Code of the institution.")]


@app.command(name="seal-request")
def seal_request(
    institution: Institution,
    name: Annotated[str, typer.Option(metavar="NAME", help="The institution's name, as the certificate shall say it.")],
    *,
    country: Annotated[str, typer.Option(metavar="CC", help="Its country, two letters.")] = "CN",
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="FILE", help="Where to write the request (PEM).")
    ] = Path("seal.csr"),
    force: Force = False,
) -> None:
    """Ask for a certificate of the institution's seal; makes the seal's key where there is none yet."""
    from api.commands.seal_keys import make_request  # noqa: PLC0415  # X.509, which `keys create` does without

    write_file(output, make_request(institution, name=name, country=country), force=force)
    note(f"Wrote {output}. Have it certified, then: tally keys seal-import --institution {institution} CHAIN")


@app.command(name="seal-import")
def seal_import(
    chain: Annotated[
        Path, typer.Argument(metavar="CHAIN", help="PEM: the seal's certificate first, its issuers, the root last.")
    ],
    institution: Institution,
    *,
    force: Force = False,
) -> None:
    """Use a certificate for the institution's seal, after checking that it is of the seal's key and its chain is whole."""
    from api.commands.seal_keys import import_chain  # noqa: PLC0415  # as above

    kept = import_chain(institution, chain, force=force)
    say(facts([("Wrote", str(kept.file)), ("Seal", kept.subject), ("Until", kept.until), ("Root", kept.root)]))
    note("Start the service and its workers anew: they read it once.")


def _describe(file: Path) -> dict[str, Json]:
    try:
        purpose, public = read_public_key(file)
    except KeyUnavailable as error:
        if error.code != "key.malformed":
            raise
        return {"file": str(file), "kind": "secret", "purpose": read_secret_purpose(file)}
    return {
        "file": str(file),
        "kind": "key",
        "purpose": purpose,
        "suite": str(public.suite),
        "key_id": public.key_id,
        "public": public.raw.hex(),
    }


def _describe_or_say(file: Path) -> dict[str, Json]:
    """Describe a file of a list, where one that cannot be read is a line and not the end."""
    try:
        return _describe(file)
    except KeyUnavailable as error:
        return {"file": str(file), "kind": f"cannot be read [{error.code}]", "purpose": "-"}
