"""Would this installation start? Each part is opened on its own, so that one that is missing does not hide the next."""

from collections.abc import Callable
from dataclasses import dataclass

from api.commands.local import chain_client
from api.pages.static import missing
from api.settings import Settings
from api.wiring.installation import open_stores, typesetter_of
from api.wiring.keyring import open_keyring
from ledger.errors import LedgerError, Unavailable
from ledger.services.agreements.templates import load_template
from ledger.services.log.bind_chain import require_binding
from ledger.services.log.register_log import bound
from ledger.storage.directory import institutions
from ledger.storage.logs import all_logs, log_status
from ledger.storage.migrate import newest_revision, require_current, revision
from signing.errors import SigningError

ABSENT = "the pages cannot show contracts; run scripts/install_assets (a wheel that was built well has them)"


@dataclass(frozen=True)
class Line:
    """One part: whether it is as it should be, and what was found."""

    name: str
    ok: bool
    detail: str


def look(settings: Settings) -> list[Line]:
    """Open the database, the keys, the logs and the chain, one after another; look whether what the pages load is there."""
    checks: list[tuple[str, Callable[[Settings], str]]] = [
        ("database", _database),
        ("keys", _keys),
        ("logs", _logs),
        ("chain", _chain),
        ("assets", _assets),
        ("contracts", _typesetting),
    ]
    return [_line(name, check, settings) for name, check in checks]


def _line(name: str, check: Callable[[Settings], str], settings: Settings) -> Line:
    try:
        return Line(name, ok=True, detail=check(settings))
    except (LedgerError, SigningError) as error:
        return Line(name, ok=False, detail=f"{error.message} [{error.code}]")


def _database(settings: Settings) -> str:
    _require_folder(settings)
    found, needed = revision(settings.database_url), newest_revision()
    if found != needed:
        raise Unavailable(
            "database.unmigrated", f"revision {found or 'none'}, {needed} is needed: run `tally db migrate`"
        )
    return f"revision {found}"


def _require_folder(settings: Settings) -> None:
    if not settings.database and not settings.data.is_dir():
        raise Unavailable(
            "installation.none", f"there is no installation at {settings.data}: set TALLY_DATA, or run `tally up`"
        )


def _keys(settings: Settings) -> str:
    _require_folder(settings)
    keyring = open_keyring(settings.keys_folder, settings.key_passphrase.get_secret_value(), make=False)
    keyring.sender()
    stores = open_stores(settings, keyring)
    try:
        codes = [row.code for row in stores.database.read(institutions)]
    finally:
        stores.record_keys.close()
        stores.database.close()
    for code in codes:
        keyring.institution(code)
    return f"the sender's, the installation's secrets, and those of {', '.join(codes) or 'no institution'}"


def _logs(settings: Settings) -> str:
    from ledger.storage.database import Database  # noqa: PLC0415  # opened apart from the keys, which may be what is missing

    _require_folder(settings)
    database = Database(settings.database_url, pool_size=1)
    try:
        require_current(database)
        states = database.read(lambda tx: [(row.origin, log_status(tx, row.id)) for row in all_logs(tx)])
    finally:
        database.close()
    stopped = [
        f"{origin} ({status.reason})" for origin, status in states if status is not None and status.state != "running"
    ]
    if stopped:
        raise Unavailable(
            "log.stopped", f"stopped: {'; '.join(stopped)}; run `tally audit`, then `tally db resume LOG`"
        )
    return f"{len(states)} running"


def _chain(settings: Settings) -> str:
    _require_folder(settings)
    client = chain_client(settings)
    if client is None:
        return "embedded, not asked: no service runs here"
    keyring = open_keyring(settings.keys_folder, settings.key_passphrase.get_secret_value(), make=False)
    stores = open_stores(settings, keyring)
    try:
        binding = bound(stores)
    finally:
        stores.record_keys.close()
        stores.database.close()
    require_binding(client, binding)
    return f"chain {binding.chain_id} answers, registry 0x{binding.registry.hex()} is there"


def _assets(_settings: Settings) -> str:
    absent = missing()
    if absent:
        raise Unavailable("assets.missing", f"{ABSENT}: {', '.join(absent)}")
    return "what the pages load is there"


def _typesetting(settings: Settings) -> str:
    typesetter = typesetter_of(settings)
    typesetter.require_fonts()
    templates = [load_template(typesetter, name).name for name in typesetter.names()]
    return f"the fonts are there, templates: {', '.join(templates)}"
