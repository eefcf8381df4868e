"""Go on in another browser: a link for somebody whose present browser has no passkeys (an app's own, for instance)."""

from ledger.core.agreements.invitation import HAND_OVER_LIFE, TOKEN_BYTES, token_hash
from ledger.core.log.directory import format_instant
from ledger.services.agreements.browser import INVITATION, require_session
from ledger.services.context import Act, Stores
from ledger.storage.database import Connection
from ledger.storage.sessions import InvitationRow, insert_invitation


def hand_over(stores: Stores, act: Act, session_token: str) -> str:
    """Return the token of a single-use link, good for ten minutes, that opens this signer's session in another browser.

    It grants nothing either: the other browser asks for a code of its own. The steps taken so far are kept, since they belong to
    the person and not to the browser; this browser's session ends when the link is opened. Raises NotAllowed("session.ended").
    """
    token = act.random(TOKEN_BYTES).hex()

    def work(tx: Connection) -> str:
        row = require_session(tx, session_token, act.now).row
        at, until = format_instant(act.now), format_instant(act.now + HAND_OVER_LIFE)
        link = InvitationRow(act.new_id(), row.agreement_id, row.signer_id, token_hash(INVITATION, token), at, until)
        insert_invitation(tx, link)
        return token

    return stores.database.write(work)
