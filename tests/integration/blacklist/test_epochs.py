"""Two epochs open at once: a new key, new tokens; listers list again, and partners check under both."""

from pathlib import Path

from api.turns import Publishing
from api.wiring.co_located import open_co_located, registry_key
from ledger.core.blacklist.identifiers import Purpose
from ledger.core.blacklist.policy import parse_check_policy
from ledger.services.blacklist.known import signed_epoch
from ledger.storage.blacklist import epochs
from support.blacklist_service import FRAUDSTER, blacklist_service, in_epoch


def test_a_new_epoch_has_other_tokens_and_listers_list_again(tmp_path: Path) -> None:
    with blacklist_service(tmp_path) as opened:
        here = opened.service.here
        opened.home.list_subject(FRAUDSTER)
        opened.publish()
        open_co_located(here, Purpose.BLACKLIST, registry_key(here), number=2)
        rows = [row for row in here.stores.database.read(epochs) if row.purpose == "blacklist"]
        second = signed_epoch(rows[1]).epoch
        policy = parse_check_policy(opened.home.registry.get("policy"))
        assert {epoch.plan.number for epoch in policy.epochs.values() if epoch.plan.purpose is Purpose.BLACKLIST} == {
            1,
            2,
        }
        later = in_epoch(opened.neighbour, second, policy)
        Publishing(here).turn()
        (old,), (new,) = opened.neighbour.check(FRAUDSTER), later.check(FRAUDSTER)
        assert (old.listed, new.listed) == (True, False)
        assert old.name.token != new.name.token
        in_epoch(opened.home, second, policy).list_subject(FRAUDSTER)
        opened.publish(second)
        (again,) = later.check(FRAUDSTER)
        assert again.listed
