"""`tally blacklist renew`: list one's own live listings again under the newest epoch's key, while the older one is still open."""

from api.commands.blacklist_desk import Here, Where, opened
from api.commands.blacklist_options import Evaluators, KeyFile, PolicyFile
from api.commands.connection import AsJson, TokenFile, Url
from api.commands.outcome import say, say_json
from api.commands.tables import table
from api.wiring import ids
from ledger.core.blacklist.epochs import Epoch
from ledger.core.blacklist.identifiers import Purpose
from ledger.errors import Unavailable
from ledger.partner.renewing import Renewed, of_older_epochs
from ledger.partner.renewing import renew as renew_listings


def renew(
    *,
    as_json: AsJson = False,
    url: Url = None,
    token_file: TokenFile = None,
    policy_path: PolicyFile = None,
    key: KeyFile = None,
    evaluator: Evaluators = None,
) -> None:
    """List your own live listings again under the newest epoch; disputed ones wait. Run it again at any time."""
    where = Where(url=url, token_file=token_file, key=key, policy=policy_path, evaluators=evaluator or ())
    with opened(where) as here:
        done = [each for purpose in Purpose for each in _renewed(here, purpose)]
    if as_json:
        say_json({"items": [{"listing": one.own.id, "state": one.state, "successor": one.successor} for one in done]})
        return
    rows = [(one.own.id, one.state, one.successor or "-") for one in done]
    say(table(("LISTING", "STATE", "RENEWED AS"), rows) if rows else "nothing to renew")


def waiting(here: Here) -> int:
    """Return how many remembered listings are of an older epoch that is still open, and have no successor yet."""
    count = 0
    for purpose in Purpose:
        epochs = _open_epochs(here, purpose)
        if len(epochs) > 1:
            older = {epoch.id for epoch in epochs[1:]}
            count += len(of_older_epochs(here.own_listings().all(), epochs[0].id, older))
    return count


def _renewed(here: Here, purpose: Purpose) -> list[Renewed]:
    epochs = _open_epochs(here, purpose)
    if len(epochs) < 2:  # noqa: PLR2004  # nothing goes over from one into another
        return []
    desk = here.desk(epochs[0], here.view(epochs[0], by_prefix=False))
    older = {epoch.id for epoch in epochs[1:]}
    return list(renew_listings(desk, here.registry, here.own_listings(), older, ids.new_id))


def _open_epochs(here: Here, purpose: Purpose) -> list[Epoch]:
    try:
        return here.epochs(purpose)
    except Unavailable:
        return []
