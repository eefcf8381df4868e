"""Ids that sort in the order of what they name, whichever machine made them.

Promises: an id made here sorts after the one before it, though the clock of its machine is behind or shares its millisecond; the
random part is always that of the fresh id. Leaves making fresh ids (UUIDv7) to the edge.
"""

from collections.abc import Callable

_TAIL_BITS = 64  # variant and randomness, below version and time
_FRACTION_BITS = 12
_VERSION = 7 << (_TAIL_BITS + _FRACTION_BITS)


def following(previous: str, new_id: Callable[[], str]) -> Callable[[], str]:
    """Return a maker of ids of which each sorts after `previous` and after those made before it."""
    last = previous

    def make() -> str:
        nonlocal last
        last = _after(last, new_id())
        return last

    return make


def _after(previous: str, fresh: str) -> str:
    """Return `fresh`, or with the least time that makes it sort after `previous`."""
    if fresh > previous:
        return fresh
    number, tail = _number(previous), _number(fresh) & ((1 << _TAIL_BITS) - 1)
    milliseconds = number >> (_TAIL_BITS + _FRACTION_BITS + 4)
    fraction = (number >> _TAIL_BITS) & ((1 << _FRACTION_BITS) - 1)
    time = ((milliseconds << _FRACTION_BITS) | fraction) + 1
    milliseconds, fraction = time >> _FRACTION_BITS, time & ((1 << _FRACTION_BITS) - 1)
    top = (milliseconds << (_FRACTION_BITS + _TAIL_BITS + 4)) | _VERSION | (fraction << _TAIL_BITS)
    digits = f"{top | tail:032x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def _number(uuid: str) -> int:
    return int(uuid.replace("-", ""), 16)
