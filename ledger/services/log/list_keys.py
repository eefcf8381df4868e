"""List the keys of one's institution, or of one owner: what each is for, and since when it is revoked."""

from ledger.core.log.permissions import Action, Grade, Resource, require
from ledger.services.context import Act, Stores
from ledger.storage import enrolled_keys as rows
from ledger.storage.database import Connection
from ledger.storage.enrolled_keys import EnrolledKeyRow


def list_keys(
    stores: Stores, act: Act, *, owner_id: str | None = None, after: str = "", limit: int = 100
) -> list[EnrolledKeyRow]:
    """Return a page of keys in the order of their ids, revoked ones too; raise NotAllowed. One's own need no role."""
    principal = act.principal
    if owner_id is None or owner_id != principal.id:
        require(principal, Action.KEY_READ, Resource(principal.institution_id, Grade.PERSONAL))
    return stores.database.read(lambda tx: _page(tx, principal.institution_id, owner_id, after, limit))


def _page(tx: Connection, institution_id: str, owner_id: str | None, after: str, limit: int) -> list[EnrolledKeyRow]:
    if owner_id is None:
        return rows.keys(tx, institution_id, after=after, limit=limit)
    own = [row for row in rows.keys_of(tx, owner_id) if row.institution_id == institution_id and row.key_id > after]
    return sorted(own, key=lambda row: row.key_id)[:limit]
