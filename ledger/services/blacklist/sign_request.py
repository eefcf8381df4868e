"""Sign a check request that a browser blinded: the institution's key is here, the subject is not."""

from collections.abc import Mapping

from ledger.core.blacklist.checks import REQUEST_KIND, SignedRequest, parse_request
from ledger.core.log.directory import format_instant
from ledger.core.log.permissions import Action, Grade, Resource, require
from ledger.services.blacklist.parties import sign_record
from ledger.services.context import Act
from signing.canonical import Json
from signing.keys.signer import Signer

NONCE_BYTES = 32


def sign_request(act: Act, blinded: Mapping[str, Json], signer: Signer) -> SignedRequest:
    """Return the signed request of what was blinded: epoch, version, root, reason, items.

    Raises NotAllowed, InvalidInput("check-request.malformed").
    """
    institution = act.principal.institution_id
    require(act.principal, Action.BLACKLIST_READ, Resource(institution, Grade.COMMERCIAL))
    request = parse_request(
        {
            **blinded,
            "tag": f"tally/{REQUEST_KIND}/v1",
            "institution": institution,
            "at": format_instant(act.now),
            "nonce": act.random(NONCE_BYTES).hex(),
        }
    )
    return sign_record(request, signer)
