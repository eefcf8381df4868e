"""The code that makes the first administrator: shown on the host's own terminal as long as nobody can sign in."""

from api.commands.outcome import say
from api.wiring.installation import Installation
from ledger.core.log.permissions import Principal
from ledger.services.log.set_up_access import issue_first_code, needs_set_up
from ledger.storage.directory import institution_by_code


def say_set_up(installation: Installation) -> None:
    """Print where to go and a fresh code, once for each start that finds nobody who can sign in."""
    code = installation.settings.institution_code
    row = installation.stores.database.read(lambda tx: institution_by_code(tx, code))
    if row is None or not needs_set_up(installation.stores, row.id):
        return
    operator = Principal("operator", row.id, frozenset(), "program")
    first = issue_first_code(installation.stores, installation.act(operator))
    say(f"Nobody can sign in yet. Make the first administrator: {installation.public_url}/staff/set-up")
    say(f"  code, good for one day and one use: {first}")
