"""Text that can stand on one printed line, whichever Python reads it.

Promises: one answer on every version: `str.isprintable` knows the characters of one Unicode version only, and names are written with
ideographs newer than that. Planes 2 and 3 hold ideographs and nothing else (Unicode 3.0 on). Leaves to others: whether a font has it.
"""

_IDEOGRAPHS = range(0x20000, 0x3FFFE)
_NO_CHARACTERS = frozenset({0x2FFFE, 0x2FFFF})  # of the last places of a plane Unicode makes none


def is_printable(text: str) -> bool:
    """Say whether each character can be printed on a line."""
    return not unprintable(text)


def unprintable(text: str) -> str:
    """Return the first character that cannot be printed on a line, as U+XXXX; empty where there is none."""
    return next((f"U+{ord(one):04X}" for one in text if not (one.isprintable() or _is_ideograph(ord(one)))), "")


def _is_ideograph(place: int) -> bool:
    return place in _IDEOGRAPHS and place not in _NO_CHARACTERS
