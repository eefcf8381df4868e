"""With a full dump of server database, objects and log, and t - 1 shares, nobody can tell whether a true identifier is listed.

The attacker is given everything that the registry, the log and one evaluator have, and the very identifiers to try.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from itertools import combinations
from pathlib import Path

import pytest

from api.wiring.co_located import share_file
from ledger.core.blacklist.identifiers import Identifier, parse_identifier
from ledger.core.blacklist.steps import Step
from ledger.core.blacklist.tokens import name_of
from ledger.partner.buckets import Buckets
from ledger.partner.checking import Subject
from ledger.partner.subject_access import ask_what_is_held
from signing.keys.evaluators import Share, load_share
from signing.oprf.hashing import hash_to_element
from signing.oprf.protocol import output
from signing.oprf.threshold import MODE, combine
from support.blacklist_service import FRAUDSTER, HONEST, BlacklistService
from support.consortium import TODAY

FILE = bytes([9]) * 32
DISPUTED = parse_identifier("cn-id", "440524188001010014", TODAY)
LISTED = [
    FRAUDSTER,
    parse_identifier("phone", "13812345678", TODAY),
    parse_identifier("bank-card", "4111111111111111", TODAY),
]


@pytest.fixture(scope="module", autouse=True)
def _listings(blacklist: BlacklistService) -> None:
    for identifier in LISTED:
        blacklist.home.list_subject(identifier)
    blacklist.publish()
    blacklist.neighbour.check(*LISTED, HONEST)


def everything_kept(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield name and bytes of every file that the service keeps, but for the private keys of evaluators and partner."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "keys" not in path.relative_to(folder).parts[:1]:
            with suppress(FileNotFoundError):  # an upload is renamed when it is whole
                yield str(path.relative_to(folder)), path.read_bytes()


def tokens_in(folder: Path) -> set[bytes]:
    with sqlite3.connect(folder / "ledger.db") as database:
        return {row[0] for row in database.execute("SELECT token FROM token_leaf")}


def attack(blacklist: BlacklistService, shares: Mapping[int, Share], tried: Iterable[Identifier]) -> set[str]:
    """Return the identifiers that whoever holds these shares recognises among the tokens of the dump."""
    known = tokens_in(blacklist.service.settings.data)
    found = set()
    for identifier in tried:
        stretched = blacklist.epoch.plan.stretch(identifier.to_bytes())
        element = hash_to_element(MODE, stretched)
        for size in range(1, len(shares) + 1):
            for chosen in combinations(sorted(shares), size):
                parts = [shares[index].evaluate([element], bytes(32)) for index in chosen]
                name = name_of(identifier.purpose, output(stretched, combine(parts, size)[0]))
                if name.token in known:
                    found.add(identifier.value)
    return found


def shares(blacklist: BlacklistService, *places: int) -> dict[int, Share]:
    here, epoch = blacklist.service.here, blacklist.epoch
    return {
        place: load_share(share_file(here, epoch.id, place), epoch=epoch.id, passphrase=here.keyring.passphrase)
        for place in places
    }


@pytest.mark.parametrize("place", [1, 2, 3])
def test_with_one_share_of_two_no_identifier_is_recognised(blacklist: BlacklistService, place: int) -> None:
    assert attack(blacklist, shares(blacklist, place), LISTED) == set()


def test_with_two_shares_the_same_attack_recognises_all_of_them(blacklist: BlacklistService) -> None:
    """The attack works: it is the missing share that stops it, not a mistake in the attack."""
    found = attack(blacklist, shares(blacklist, 1, 3), [*LISTED, HONEST])
    assert found >= {identifier.value for identifier in LISTED}


def spellings(identifier: Identifier) -> Iterator[bytes]:
    value = identifier.value
    for text in {value, value.lower(), value.removeprefix("+86")}:
        yield text.encode()
        yield text.encode("utf-16-le")
        yield text.encode().hex().encode()


def live_a_life(blacklist: BlacklistService, subject: Identifier) -> None:
    """List, confirm, tell, dispute and answer; look by the whole copy and by buckets; judge, and take from the list."""
    listing = blacklist.home.list_subject(subject).signed.record.id
    blacklist.publish()
    blacklist.neighbour.step(listing, Step.CONFIRM, "documented", evidence=FILE)
    blacklist.home.step(listing, Step.NOTICE, "letter", evidence=FILE)
    blacklist.home.step(listing, Step.DISPUTE, "by-subject", evidence=FILE, identity=FILE)
    third = blacklist.third
    ask_what_is_held(third.desk(), third.registry, third.policy, Subject(subject, "held"), FILE)
    blacklist.neighbour.check(subject, view=Buckets(third.registry, third.synced().version))
    third.step(listing, Step.RESOLVE, "overturned", evidence=FILE)
    blacklist.publish()


def test_no_clear_identifier_reaches_the_registry_its_database_its_log_or_the_evaluators(
    blacklist: BlacklistService, capfd: pytest.CaptureFixture[str]
) -> None:
    live_a_life(blacklist, DISPUTED)
    blacklist.neighbour.check(*LISTED, HONEST)
    names = list(everything_kept(blacklist.service.settings.data))
    assert any(name.startswith("ledger.db") for name, _ in names)
    assert any(name.startswith("objects/") for name, _ in names)
    printed = capfd.readouterr()
    for identifier in [*LISTED, DISPUTED, HONEST]:
        for spelling in spellings(identifier):
            assert [name for name, data in names if spelling in data] == []
            assert spelling not in (printed.out + printed.err).encode()


def test_an_evaluator_remembers_hashes_only(blacklist: BlacklistService) -> None:
    never_listed = parse_identifier("passport", "CHN:E98765432", TODAY)
    (result,) = blacklist.neighbour.check(never_listed)
    data = b"".join(
        data for name, data in everything_kept(blacklist.service.settings.data) if name.startswith("ledger.db")
    )
    item = result.receipt.request.record.items[0]
    assert result.receipt.request.record.nonce in data
    for secret in (item.blinded, item.applicant, item.consent, result.name.token, result.name.details_key):
        assert bytes(secret) not in data
