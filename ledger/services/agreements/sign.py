"""Take one party's signature on an agreement: check what it binds, check the signature, store and log it (DESIGN section 5)."""

from ledger.services.agreements.signing import NewSignature, Signing, check, look, write
from ledger.services.context import Act, Stores, Written
from ledger.services.once import write_once


def sign(stores: Stores, act: Act, agreement_id: str, new: NewSignature) -> Written:
    """Store the signature and queue its `agreement.signed` entry; the same request again returns the first answer.

    Raises NotFound, NotAllowed; InvalidEncoding (statement.…); InvalidInput, VerificationFailed, Conflict with the codes of
    `core.agreements.binding`; VerificationFailed (signature.…, passkey.…); Conflict("statement.nonce-used" |
    "signature.exists" | "key.revoked"); NotAllowed("signer.pen"); what `standing.require_may_sign` raises.
    """
    signing = Signing(act, agreement_id, new)
    looked = stores.database.read(lambda tx: look(tx, signing))
    if isinstance(looked, Written):
        return looked
    checked = check(stores, signing, looked, stores.record_keys.get(looked.record_id))
    return write_once(stores, act, lambda tx: write(tx, stores, signing, checked))
