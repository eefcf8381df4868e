"""Work through what is due, one after another, so that one record that cannot be worked on holds up none of the others."""

from collections.abc import Callable, Collection, Iterable
from typing import TypeVar

from ledger.errors import LedgerError

Item = TypeVar("Item")


def in_turn(items: Iterable[Item], work: Callable[[Item], int], passed_over: Collection[str] = ()) -> int:
    """Return the sum of what `work` returns for each item.

    Raises the first error at the end, after all had their turn; errors of the codes `passed_over` are none.
    """
    failures: list[LedgerError] = []
    count = 0
    for item in items:
        try:
            count += work(item)
        except LedgerError as error:
            failures += [error] if error.code not in passed_over else []
    if failures:
        raise failures[0]
    return count
