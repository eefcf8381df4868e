"""What the first start of an installation makes: an institution, its administrator and the administrator's API key.

Promises: repeatable; what exists is left alone. The key's token is written once to a file only its owner can read.
"""

from dataclasses import dataclass
from pathlib import Path

from api.wiring import ids
from api.wiring.installation import Installation
from api.wiring.keyring import InstitutionKeys, LogSigners, write_private
from ledger.core.log.directory import DEFAULT_NUMBERING_RULE, Calendar, check_code
from ledger.core.log.note import ED25519, VerifierKey
from ledger.core.log.permissions import Principal, Role
from ledger.errors import Unavailable
from ledger.services.log.anchor_parties import Turn
from ledger.services.log.bind_chain import bind_chain, known_binding, require_binding
from ledger.services.log.deploy_registry import deploy_registry
from ledger.services.log.deploy_verifier import deploy_verifier
from ledger.services.log.institution_key import InstitutionKey
from ledger.services.log.issue_api_key import issue_api_key
from ledger.services.log.open_institution import LogKeys, NewInstitution, open_institution
from ledger.services.log.register_log import bound
from ledger.storage.chain_setup import setup_transactions
from ledger.storage.directory import InstitutionRow, institution_by_code

ADMINISTRATOR_FILE = "administrator.token"
ORIGIN_HOST = "tally.local"
_AWAY = {"chain.unreachable", "chain.timeout"}


@dataclass(frozen=True, kw_only=True)
class InstitutionOrder:
    """What an operator says when opening an institution."""

    code: str
    name: str
    zone: str
    numbering_rule: str = DEFAULT_NUMBERING_RULE
    administrator_name: str = "Administrator"


def ensure_institution(installation: Installation, order: InstitutionOrder) -> InstitutionRow:
    """Return the institution with this code, opening it with its keys and administrator if there is none.

    Raises KeyUnavailable when a key file of it is missing or does not open.
    """
    found = _find(installation, check_code(order.code))
    if found is not None:
        installation.institution_keys(found.id)  # a missing key file is a refusal to start, not a loop that fails
        return found
    keys = installation.keyring.create_institution(order.code)
    institution_id, administrator_id = ids.new_id(), ids.new_id()
    principal = Principal(administrator_id, institution_id, frozenset({Role.ADMINISTRATOR}), "person")
    act = installation.act(principal)
    key = InstitutionKey(institution_id, keys.institution)
    new = _new_institution(order, keys, mark=ids.random_bytes(4).hex())
    open_institution(installation.stores, act, new, key)
    issued = issue_api_key(installation.stores, installation.act(principal), administrator_id, key)
    _keep_token(installation.keyring.folder / order.code / ADMINISTRATOR_FILE, issued.token)
    opened = _find(installation, order.code)
    assert opened is not None  # noqa: S101  # written just above
    return opened


def _keep_token(file: Path, token: str) -> None:
    """Keep the newest token: one left by an opening that a crash undid opens nothing."""
    file.unlink(missing_ok=True)
    write_private(file, token)


def _find(installation: Installation, code: str) -> InstitutionRow | None:
    return installation.stores.database.read(lambda tx: institution_by_code(tx, code))


def _new_institution(order: InstitutionOrder, keys: InstitutionKeys, *, mark: str) -> NewInstitution:
    # The mark makes origins of two installations differ, so that a receipt of one is never taken for one of the other.
    main, access = (f"{ORIGIN_HOST}/{mark}/{order.code.lower()}{suffix}" for suffix in ("", "/access"))
    return NewInstitution(
        code=order.code,
        name=order.name,
        numbering_rule=order.numbering_rule,
        zone=order.zone,
        calendar=Calendar(),
        main=_log_keys(main, keys.main),
        access=_log_keys(access, keys.access),
        administrator_name=order.administrator_name,
    )


def _log_keys(origin: str, signers: LogSigners) -> LogKeys:
    key = VerifierKey(origin, ED25519, signers.note.public.raw)
    return LogKeys(origin=origin, public_key=key.encode(), evm_address=signers.evm.address)


def ensure_verifier(installation: Installation) -> None:
    """Deploy SignatureVerifier on an embedded chain that has none yet: whoever reads the chain can check signatures there."""
    stores = installation.stores
    if installation.embedded is None or stores.database.read(lambda tx: setup_transactions(tx, "verifier")):
        return
    deploy_verifier(stores, installation.client, installation.sender(), _turn(installation))


def _turn(installation: Installation) -> Turn:
    policy = installation.anchor_policy(installation.settings.institution_zone)
    return Turn(now=ids.now(), holder=ids.new_id(), policy=policy)


def ensure_chain(installation: Installation) -> None:
    """Bind the installation to its chain: deploy the registry on an embedded one, refuse to go on with any other than the bound.

    Raises Unavailable: "chain.unbound" for a chain by URL that nobody deployed to yet, "chain.wrong-id" where the setting
    names another, and those of `require_binding`.
    """
    stores, client = installation.stores, installation.client
    if known_binding(stores) is None and installation.embedded is not None:
        deployed = deploy_registry(stores, client, installation.sender(), _turn(installation))
        if deployed is None:
            raise Unavailable("chain.unbound", "the registry's deployment is not final yet; start again in a moment")
        bind_chain(stores, client, deployed, ids.now())
    _require_right_chain(installation)


def _require_right_chain(installation: Installation) -> None:
    """Refuse another chain than the bound one; a node that does not answer is waited for: writes go on, anchors catch up."""
    binding, wanted = bound(installation.stores), installation.settings.chain_id
    if wanted not in (0, binding.chain_id):
        raise Unavailable(
            "chain.wrong-id",
            f"expected chain {wanted} as TALLY_CHAIN_ID says, this installation is bound to {binding.chain_id}: correct the "
            "setting, or use another data folder for another chain",
        )
    try:
        require_binding(installation.client, binding)
    except Unavailable as error:
        if installation.embedded is not None or error.code not in _AWAY:
            raise
