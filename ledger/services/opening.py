"""What the vault holds behind a commitment: salt and value, sealed under the record's key (DESIGN section 3)."""

from collections.abc import Collection, Iterable

from ledger.core.log.commitment import SALT_BYTES, Opening
from ledger.services.context import Stores
from ledger.storage.vault import seal_field, unseal_field
from ledger.storage.vault_fields import VaultRow
from signing.canonical import decode, encode

ERASED = frozenset({"application.erased", "record-key.destroyed"})  # codes of what is not there because it was erased


def seal_opening(key: bytes, *, record_id: str, entry_id: str, opening: Opening) -> VaultRow:
    """Return the row that keeps an opening: its 32-byte salt, then the JCS value, encrypted."""
    sealed = seal_field(key, opening.salt + encode(opening.value), entry_id=entry_id, field=opening.field)
    return VaultRow(entry_id, opening.field, record_id, sealed)


def unseal_opening(key: bytes, row: VaultRow) -> Opening:
    """Return the opening; raise VerificationFailed("vault.wrong-key-or-altered") where the row does not open."""
    plain = unseal_field(key, row.sealed, entry_id=row.entry_id, field=row.field)
    return Opening(row.field, plain[:SALT_BYTES], decode(plain[SALT_BYTES:]))


def open_fields(
    stores: Stores, rows: Iterable[VaultRow], only: Collection[str] = (), keys: dict[str, bytes] | None = None
) -> dict[str, Opening]:
    """Return the openings by field name, `only` of these where given; erased fields are missing.

    `keys` of records at hand are used, and those that were fetched added. Raises what `unseal_opening` and the key store raise.
    """
    keys = {} if keys is None else keys
    opened: dict[str, Opening] = {}
    for row in rows:
        if only and row.field not in only:
            continue
        if row.record_id not in keys:
            keys[row.record_id] = stores.record_keys.get(row.record_id)
        opened[row.field] = unseal_opening(keys[row.record_id], row)
    return opened
