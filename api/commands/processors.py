"""Which processor a process of HTTP keeps to (ADR 0200).

Promises: processes of one service take different ones while there are enough; several services on one machine do not all begin with
the same one; where a platform knows no such thing, nothing is done.
"""

import os
import secrets


def spread(count: int) -> list[int | None]:
    """Return one processor of ours for each of `count` processes, None for each where threads cannot be bound to one."""
    if not hasattr(os, "sched_getaffinity"):  # pragma: no cover  # Linux has it
        return [None] * count
    ours = sorted(os.sched_getaffinity(0))
    first = secrets.randbelow(len(ours))
    return [ours[(first + place) % len(ours)] for place in range(count)]


def keep_to(processor: int | None) -> None:
    """Bind the calling thread, and those that it starts, to a processor; others of this process stay free."""
    if processor is not None:
        os.sched_setaffinity(0, {processor})
