"""The installation of this data folder, opened by a command on the same host: its database, objects, keys, and a chain to ask.

Promises: nothing is migrated or made; it works beside a running `tally up`: the embedded chain, which one process owns, is asked
through the running service, and opened here only when nobody has it open.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from api.commands.configured import read_settings
from api.commands.service_address import running_service
from api.settings import EMBEDDED, Settings
from api.wiring import ids
from api.wiring.installation import CHAIN_TIMEOUT_SECONDS, Installation, confirmations, open_stores
from api.wiring.keyring import open_keyring
from ledger.chain.client import ChainClient
from ledger.chain.remote import connect
from ledger.errors import Conflict, Unavailable
from ledger.services.context import Stores


@contextmanager
def opened() -> Iterator[Installation]:
    """Yield the installation of this data folder; raises Unavailable, KeyUnavailable, naming what to do."""
    settings = read_settings()
    _require_folder(settings)
    keyring = open_keyring(settings.keys_folder, settings.key_passphrase.get_secret_value(), make=False)
    # Where no chain can be asked the client is there and answers Unavailable: what a command reads without the chain still works.
    client = chain_client(settings) or connect(
        f"http://{settings.host}:{settings.port}/rpc", timeout_seconds=CHAIN_TIMEOUT_SECONDS
    )
    installation = Installation(
        settings=settings, stores=open_stores(settings, keyring), keyring=keyring, client=client, embedded=None
    )
    try:
        yield installation
    finally:
        installation.close()


def reopen_stores() -> Stores:
    """Return the stores, opened anew in another process of the same command."""
    settings = read_settings()
    return open_stores(
        settings, open_keyring(settings.keys_folder, settings.key_passphrase.get_secret_value(), make=False)
    )


def chain_client(settings: Settings) -> ChainClient | None:
    """Return a client of the chain; None for an embedded chain that no running service can be asked for."""
    if not settings.is_embedded:
        return connect(settings.chain, timeout_seconds=CHAIN_TIMEOUT_SECONDS, confirmations=confirmations(settings))
    url = running_service(settings)
    if url is None:
        return None
    return connect(f"{url}/rpc", timeout_seconds=CHAIN_TIMEOUT_SECONDS, confirmations=confirmations(settings))


@contextmanager
def asked_chain(settings: Settings) -> Iterator[ChainClient | None]:
    """Yield a client of the chain, opening an embedded one that no service runs; None where it is neither here nor free."""
    client = chain_client(settings)
    if client is not None or not (settings.data / "chain" / "chain.sqlite").exists():
        yield client
        return
    from ledger.chain.embedded import EmbeddedChain  # noqa: PLC0415  # the EVM costs a second where it is not used

    with ExitStack() as stack:
        try:
            chain = stack.enter_context(
                EmbeddedChain.open(settings.data / "chain", funded=(), random=ids.random_bytes, clock=ids.seconds)
            )
        except Conflict:
            yield None
        else:
            yield chain.client()


def require_own_chain(settings: Settings, what: str, instead: str) -> None:
    """Refuse the embedded chain for `what`, which one process owns; raise Unavailable("chain.embedded-split")."""
    if settings.is_embedded:
        message = f"{what} needs a chain that several processes reach: set TALLY_CHAIN to its RPC URL. With the {EMBEDDED} chain, {instead}"
        raise Unavailable("chain.embedded-split", message)


def _require_folder(settings: Settings) -> None:
    if not settings.data.is_dir():
        message = (
            f"there is no installation at {settings.data}: set TALLY_DATA to its folder, or make one with `tally up`"
        )
        raise Unavailable("installation.none", message)
