"""Tell who a bearer token belongs to: the principal with the roles held now."""

import hmac
import re

from ledger.core.log.permissions import Principal, Role
from ledger.services.context import Stores
from ledger.services.log.issue_api_key import PREFIX_BYTES, SECRET_BYTES, secret_hash
from ledger.storage.database import Connection
from ledger.storage.directory import api_key_by_prefix, grants_of

_TOKEN = re.compile(rf"tally_([0-9a-f]{{{2 * PREFIX_BYTES}}})_([0-9a-f]{{{2 * SECRET_BYTES}}})")


def authenticate(stores: Stores, token: str) -> Principal | None:
    """Return the principal of a valid, unrevoked API key, else None: a caller learns nothing of why."""
    match = _TOKEN.fullmatch(token)
    if match is None:
        return None
    prefix, secret = match.groups()
    return stores.database.read(lambda tx: _look_up(tx, prefix, secret_hash(secret)))


def _look_up(tx: Connection, prefix: str, digest: bytes) -> Principal | None:
    row = api_key_by_prefix(tx, prefix)
    if row is None or not hmac.compare_digest(row.secret_hash, digest) or row.revoked_entry is not None:
        return None
    roles = frozenset(Role(grant.role) for grant in grants_of(tx, row.principal_id))
    return Principal(id=row.principal_id, institution_id=row.institution_id, roles=roles, kind="program")
