"""What the commands of a partner work with: the registry, the evaluators, the partner's key, its own copy of the list.

Promises: everything that names a subject stays in this process and in files of the partner's own folder. A policy is believed only
where the partner put it: `tally blacklist policy` fetches one to be compared.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2

from api.commands.configured import read_settings
from api.commands.connection import credentials
from api.commands.files import read_file
from api.settings import Settings
from api.wiring import ids
from api.wiring.keyring import Keyring, open_keyring
from ledger.core.blacklist.epochs import Epoch
from ledger.core.blacklist.identifiers import Purpose
from ledger.core.blacklist.judging import CheckPolicy
from ledger.core.blacklist.policy import parse_check_policy
from ledger.core.blacklist.signed import MAX_RECORD_BYTES
from ledger.errors import InvalidInput, Unavailable
from ledger.partner.buckets import Buckets
from ledger.partner.checking import Desk, ListView, Partner
from ledger.partner.doors import EVALUATOR_SECONDS, REGISTRY_SECONDS, HttpEvaluators, HttpRegistry
from ledger.partner.own_listings import OwnListings
from ledger.partner.snapshot import load, save
from ledger.partner.syncing import Synced, newest_versions, sync
from signing.keys.files import load_key
from signing.keys.signer import EvmSigner, Signer

PARTNER_PURPOSE = "blacklist-partner"
OWN_LISTINGS = "own-listings"


@dataclass(frozen=True, kw_only=True)
class Where:
    """What the options of every command say."""

    url: str | None = None
    token_file: Path | None = None
    key: Path | None = None
    policy: Path | None = None
    evaluators: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class Here:
    """A partner's side, opened."""

    settings: Settings
    registry: HttpRegistry
    evaluators: HttpEvaluators
    policy: CheckPolicy
    partner: Partner
    keyring: Keyring

    def own_listings(self) -> OwnListings:
        """Return what this lister remembers of its own listings, sealed under a key of its own; raise KeyUnavailable."""
        key = self.keyring.secret(OWN_LISTINGS, make=True)
        return OwnListings(self.settings.data / "blacklist" / "own-listings", key, ids.random_bytes)

    def epochs(self, purpose: Purpose) -> list[Epoch]:
        """Return the open epochs of a purpose in the policy, the newest first; raise Unavailable("epoch.none-open").

        While an epoch goes over into the next, two are open: a subject may be listed under either.
        """
        now = ids.now()
        found = [each for each in self.policy.epochs.values() if each.plan.purpose is purpose and each.is_open(now)]
        if not found:
            raise Unavailable(
                "epoch.none-open",
                f"your policy has no open epoch for {purpose}: fetch the registry's anew with `tally blacklist policy`, and compare its keys",
            )
        return sorted(found, key=lambda each: -each.plan.number)

    def folder(self, epoch: Epoch) -> Path:
        return self.settings.data / "blacklist" / epoch.id.hex()[:16]

    def synced(self, epoch: Epoch, *, full: bool = False) -> Synced:
        """Bring the own copy up to the newest version, and keep it."""
        folder = self.folder(epoch)
        known = load(folder)
        found = sync(self.registry, self.policy, epoch.id, None if full else known)
        if known is None or found.snapshot.version != known.version or found.whole:
            save(folder, found.snapshot, None if full else known)
        return found

    def view(self, epoch: Epoch, *, by_prefix: bool) -> ListView:
        if by_prefix:
            return Buckets(self.registry, newest_versions(self.registry, self.policy, epoch.id)[0])
        return self.synced(epoch).snapshot

    def desk(self, epoch: Epoch, view: ListView) -> Desk:
        return Desk(partner=self.partner, epoch=epoch, evaluators=self.evaluators, view=view)


@contextmanager
def opened(where: Where) -> Iterator[Here]:
    """Yield the partner's side; raises what is missing: service.none, auth.no-token, key.…, blacklist.no-policy."""
    settings = read_settings()
    url, token = credentials(where.url, where.token_file)
    policy = parse_check_policy(_policy(settings, where))
    keyring = open_keyring(settings.keys_folder, settings.key_passphrase.get_secret_value(), make=False)
    signer = _signer(settings, where, keyring)
    with ExitStack() as stack:
        headers = {"Authorization": f"Bearer {token}"}
        client = stack.enter_context(httpx2.Client(base_url=url, headers=headers, timeout=REGISTRY_SECONDS))
        addresses = _addresses(where.evaluators, url)
        of_address = {  # one client for each address: opening one reads all certificates of the system
            address: stack.enter_context(httpx2.Client(base_url=address, timeout=EVALUATOR_SECONDS))
            for address in set(addresses.values())
        }
        clients = {place: of_address[address] for place, address in addresses.items()}
        partner = Partner(institution=_institution(policy, signer), signer=signer, now=ids.now, random=ids.random_bytes)
        yield Here(
            settings=settings,
            registry=HttpRegistry(client),
            evaluators=HttpEvaluators(clients),
            policy=policy,
            partner=partner,
            keyring=keyring,
        )


def policy_file(settings: Settings) -> Path:
    return settings.data / "blacklist" / "policy.json"


def _policy(settings: Settings, where: Where) -> bytes:
    path = where.policy or policy_file(settings)
    if not path.is_file():
        message = f"expected your check policy at {path}: fetch the registry's with `tally blacklist policy`, and compare its keys"
        raise InvalidInput("blacklist.no-policy", message)
    return read_file(path, most=MAX_RECORD_BYTES)


def _signer(settings: Settings, where: Where, keyring: Keyring) -> Signer:
    path = where.key or settings.keys_folder / f"{PARTNER_PURPOSE}.json"
    signer = load_key(path, purpose=PARTNER_PURPOSE, passphrase=keyring.passphrase)
    if isinstance(signer, EvmSigner):
        raise InvalidInput("key.wrong-suite", "expected an Ed25519 key for the blacklist")
    return signer


def _institution(policy: CheckPolicy, signer: Signer) -> str:
    found = next((name for name, key in policy.institutions.items() if key == signer.public), None)
    if found is None:
        raise InvalidInput(
            "blacklist.unknown-key", "your policy knows no institution with this key: are you a member yet?"
        )
    return found


def _addresses(given: Sequence[str], url: str) -> dict[int, str]:
    """Return the address of each place; those not named are at the registry's."""
    found = dict.fromkeys(range(1, 33), url)
    for item in given:
        place, _, address = item.partition("=")
        if not place.isdigit() or int(place) not in found or not address.startswith(("http://", "https://")):
            raise InvalidInput(
                "evaluator.address", "expected --evaluator PLACE=URL, such as 2=https://evaluator.example"
            )
        found[int(place)] = address.rstrip("/")
    return found
