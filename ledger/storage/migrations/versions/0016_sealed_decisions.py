"""What decisions say, and their signatures, leave the decision table: the vault holds both, sealed (decision 0242).

Nothing has to be carried over, and no key is needed: each entry's `statement` or `automated` field, and its `signature`, were sealed when
the decision was recorded. A row whose words the vault does not hold is not stripped of them: the migration refuses.
"""

from alembic import op
from sqlalchemy import text

from ledger.errors import Unavailable

revision = "0016"
down_revision = "0015"

# A record of which the vault holds nothing was erased: there the words in clear are what is to go.
_UNSEALED = """SELECT count(*) FROM decision AS d
    WHERE EXISTS (SELECT 1 FROM vault_field AS r WHERE r.record_id = d.application_id)
    AND NOT (EXISTS (SELECT 1 FROM vault_field AS s WHERE s.entry_id = d.entry_id AND s.field IN ('statement', 'automated'))
             AND EXISTS (SELECT 1 FROM vault_field AS g WHERE g.entry_id = d.entry_id AND g.field = 'signature'))"""


def upgrade() -> None:
    lacking = op.get_bind().execute(text(_UNSEALED)).scalar_one()
    if lacking:
        raise Unavailable(
            "database.decisions-unsealed",
            f"expected the vault to hold what every decision says, {lacking} are missing there: run `tally audit` with the "
            "version before this one and restore what it names; nothing was changed",
        )
    op.drop_column("decision", "statement")
    op.drop_column("decision", "signature")
