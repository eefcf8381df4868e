"""This installation's part in a consortium on chain: its card, its keys, and the consortium of one that `tally up` founds.

Promises: voting and joint signing have keys of their own. Leaves the rules to the contract, sending to the services.
"""

from collections.abc import Sequence
from datetime import timedelta

from api.wiring import ids
from api.wiring.co_located import registry_institution
from api.wiring.installation import Installation
from ledger.core.blacklist.consortium import ALL_ROLES, ChainMember
from ledger.services.blacklist.deploy_consortium import Founding, deploy_consortium
from ledger.services.blacklist.publish_roots import RootKeys
from ledger.services.log.anchor_parties import Turn
from ledger.storage.consortium import ConsortiumRow

TERM = timedelta(days=5 * 366)


def own_card(here: Installation, *, roles: int = ALL_ROLES, term: timedelta = TERM) -> ChainMember:
    """Return this institution as a member of a consortium, with its keys, making those that are missing."""
    partner = here.keyring.named("blacklist-partner", "blacklist-partner", make=True)
    return ChainMember(
        institution=registry_institution(here),
        voter=here.keyring.consortium("voter", make=True).address,
        expires_at=int((ids.now() + term).timestamp()),
        roles=roles,
        signer=here.keyring.consortium("signer", make=True).address,
        key=partner.public.raw,
    )


def found_consortium(here: Installation, founders: Sequence[ChainMember], holder: str) -> ConsortiumRow | None:
    """Deploy consortium and registry by one step; None while their blocks are not final: call again."""
    founding = Founding(f"consortium/{here.settings.institution_code.lower()}", founders)
    return deploy_consortium(here.stores, here.client, here.sender(), consortium_turn(here, holder), founding)


def consortium_turn(here: Installation, holder: str) -> Turn:
    return Turn(now=ids.now(), holder=holder, policy=here.anchor_policy(here.settings.institution_zone))


def root_keys(here: Installation) -> RootKeys:
    return RootKeys(
        sender=here.sender(),
        signer=here.keyring.consortium("signer", make=True),
        cadence_seconds=here.settings.blacklist_seconds,
    )
