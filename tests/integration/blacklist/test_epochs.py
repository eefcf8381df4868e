"""Two epochs open at once: a new key, new tokens; listers list again, and partners check under both."""

import json
from pathlib import Path

from api.turns import Publishing
from api.wiring import ids
from api.wiring.co_located import open_co_located, registry_key
from ledger.core.blacklist.identifiers import Identifier, Purpose, parse_identifier
from ledger.core.blacklist.policy import parse_check_policy
from ledger.core.blacklist.steps import Step
from ledger.partner.own_listings import OwnListings, own_listing
from ledger.services.blacklist.known import signed_epoch
from ledger.storage.blacklist import epochs
from support.blacklist_service import FRAUDSTER, HONEST, Checker, as_partner, blacklist_service, in_epoch
from support.commands import tally
from support.consortium import TODAY


def test_a_new_epoch_has_other_tokens_and_listers_list_again(tmp_path: Path) -> None:
    with blacklist_service(tmp_path) as opened:
        here = opened.service.here
        key = here.keyring.secret("own-listings", make=True)
        remembered = OwnListings(here.settings.data / "blacklist" / "own-listings", key, ids.random_bytes)
        people = (FRAUDSTER, HONEST, parse_identifier("phone", "13812345678", TODAY))
        kept, disputed, revoked = (list_and_remember(opened.home, each, remembered) for each in people)
        opened.neighbour.step(kept, Step.CONFIRM, "documented", evidence=bytes(32))
        opened.neighbour.step(disputed, Step.DISPUTE, "by-member", evidence=bytes(32))
        opened.home.step(revoked, Step.REVOKE, "mistaken")
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
        environment = as_partner(opened)
        assert tally(environment, "blacklist", "policy").returncode == 0
        assert "3 of your listings are of an older epoch" in tally(environment, "blacklist", "sync").stderr
        renewed = [json.loads(tally(environment, "blacklist", "renew", "--json").stdout)["items"] for _ in range(2)]
        assert [[(one["listing"], one["state"]) for one in done] for done in renewed] == [
            [(kept, "confirmed"), (disputed, "disputed"), (revoked, "revoked")],
            [(disputed, "disputed")],
        ]
        opened.publish(second)
        (again,) = later.check(FRAUDSTER)
        assert again.listed
        (shown,) = again.shown
        assert (shown.id, shown.state) == (renewed[0][0]["successor"], "proposed")
        ends = {one.id: one.expires_at for one in remembered.all()}
        assert ends[shown.id] == ends[kept]


def list_and_remember(checker: Checker, subject: Identifier, remembered: OwnListings) -> str:
    listing = checker.list_subject(subject).signed.record
    remembered.add(own_listing(listing, subject, contact="fraud desk", note=""))
    return listing.id
