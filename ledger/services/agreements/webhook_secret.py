"""How the secret of a webhook endpoint is kept: sealed under a record key of the endpoint's own, destroyed with it."""

from ledger.services.context import Stores
from ledger.storage.vault import seal_field, unseal_field

_FIELD = "webhook_secret"


def seal_secret(key: bytes, endpoint_id: str, secret: bytes) -> bytes:
    return seal_field(key, secret, entry_id=endpoint_id, field=_FIELD)


def open_secret(stores: Stores, endpoint_id: str, sealed: bytes) -> bytes:
    """Return the secret; raises what the key store raises, VerificationFailed("vault.wrong-key-or-altered")."""
    return unseal_field(stores.record_keys.get(endpoint_id), sealed, entry_id=endpoint_id, field=_FIELD)
