"""Which service a command talks to, and as whom.

Promises: --url, else TALLY_URL, else the service that runs on this data folder; the API key from --token-file, else TALLY_TOKEN,
and never from an argument, which every user of the machine can list.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, TypeAlias
from urllib.parse import urlsplit

import typer

from api.commands.client import Client
from api.commands.configured import read_client_settings, read_settings
from api.commands.files import read_file
from api.commands.service_address import running_service
from ledger.errors import InvalidInput, NotAllowed, Unavailable

Url: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--url", metavar="URL", help="The service to talk to; else TALLY_URL, else the one running on TALLY_DATA."
    ),
]
TokenFile: TypeAlias = Annotated[
    Path | None, typer.Option("--token-file", metavar="FILE", help="File that holds your API key; else TALLY_TOKEN.")
]
AsJson: TypeAlias = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
Application: TypeAlias = Annotated[
    str | None,
    typer.Option("--application", metavar="APPLICATION", help="Id or number of the application it rests on."),
]
Force: TypeAlias = Annotated[bool, typer.Option("--force", help="Replace the file if it is there already.")]

_MOST_TOKEN_BYTES = 1024


@contextmanager
def connected(url: str | None, token_file: Path | None) -> Iterator[Client]:
    """Yield a client with an API key; raise NotAllowed("auth.no-token") where there is none, Unavailable where no service is known."""
    client = Client(service_url(url), _token(token_file))
    try:
        yield client
    finally:
        client.close()


@contextmanager
def connected_anonymously(url: str | None) -> Iterator[Client]:
    """Yield a client that shows no API key."""
    client = Client(service_url(url), None)
    try:
        yield client
    finally:
        client.close()


def credentials(url: str | None, token_file: Path | None) -> tuple[str, str]:
    """Return address and API key, for a command with a client of its own; raises as `connected` does."""
    return service_url(url), _token(token_file)


def service_url(url: str | None) -> str:
    """Return the address of the service; raise Unavailable("service.none"), InvalidInput("service.bad-url")."""
    found = url or read_client_settings().url or running_service(read_settings())
    if found is None:
        folder = read_settings().data
        message = f"no service runs on the data folder {folder}; start one with `tally up`, or name one with --url or TALLY_URL"
        raise Unavailable("service.none", message)
    if urlsplit(found).scheme not in {"http", "https"} or not urlsplit(found).hostname:
        raise InvalidInput("service.bad-url", "expected the service's address as http://host:port or https://…")
    return found.rstrip("/")


def _token(file: Path | None) -> str:
    text = read_file(file, most=_MOST_TOKEN_BYTES).decode(errors="replace").strip() if file else ""
    token = text or read_client_settings().token.get_secret_value()
    if not token:
        keys = read_settings().keys_folder
        message = (
            "this needs an API key: put it into TALLY_TOKEN, or name the file that holds it with --token-file "
            f"(an administrator's is in {keys}/CODE/administrator.token; `tally keys api-token` issues one)"
        )
        raise NotAllowed("auth.no-token", message)
    if not token.isascii() or not token.isprintable():
        raise InvalidInput("auth.bad-token", "expected an API key as one line of text, tally_…")
    return token
