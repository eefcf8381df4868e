"""Take the signatures of all who hand one in at the same moment: one look at the record, one commit (ADR 0201).

Promises: each is judged and written as `sign` would, alone; what is wrong with one does not touch the others. Leaves to others: whom
to take together.
"""

from collections.abc import Callable, Sequence
from typing import ParamSpec, TypeVar

from ledger.errors import LedgerError
from ledger.services.agreements.signing import Checked, Looked, Signing, check, look, write
from ledger.services.context import Stores, Written
from ledger.services.once import settled
from ledger.storage.database import Connection
from signing.errors import SigningError

P = ParamSpec("P")
T = TypeVar("T")

Keys = dict[str, bytes | LedgerError]


def sign_together(stores: Stores, signings: Sequence[Signing]) -> list[Written | Exception]:
    """Return for each what `sign` would return, or what it would raise.

    Raises Unavailable when the database does not answer: nothing was written then.
    """
    looked = stores.database.read(lambda tx: [_tried(look, tx, each) for each in signings])
    keys = stores.record_keys.get_each({each.record_id for each in looked if isinstance(each, Looked)})
    checked = [_tried(_check, stores, *pair, keys) for pair in zip(signings, looked, strict=True)]
    good = [(each, found) for each, found in zip(signings, checked, strict=True) if isinstance(found, Checked)]
    written = iter(stores.database.write_each([_work(stores, *pair) for pair in good]))
    return [
        settled(stores, each.act, next(written)) if isinstance(found, Checked) else found
        for each, found in zip(signings, checked, strict=True)
    ]


def _tried(step: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | LedgerError | SigningError:
    try:
        return step(*args, **kwargs)
    except (LedgerError, SigningError) as error:
        return error


def _check(
    stores: Stores, signing: Signing, looked: Written | Looked | LedgerError | SigningError, keys: Keys
) -> Written | Checked:
    if isinstance(looked, LedgerError | SigningError):
        raise looked
    if isinstance(looked, Written):
        return looked
    key = keys[looked.record_id]
    if isinstance(key, LedgerError):
        raise key
    return check(stores, signing, looked, key)


def _work(stores: Stores, signing: Signing, checked: Checked) -> Callable[[Connection], Written]:
    return lambda tx: write(tx, stores, signing, checked)
