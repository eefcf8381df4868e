"""What one content stream says: operators that every reader knows, and the resources that it draws with.

Promises: a stream is read by one expression where that can decide, by the parser where it cannot (inline pictures, odd strings);
an operator that the standard does not know is told, for one reader stops there and another goes on.
Leaves to others: whether the operands make sense, and what is drawn.
"""

import re
from collections import Counter

import pikepdf

# ISO 32000-2, annex A, and the three words that are values.
_OPERATORS = (
    b"b b* B B* BDC BI BMC BT BX c cm CS cs d d0 d1 Do DP EI EMC ET EX f F f* G g gs h i ID j J K k l M m MP n q Q re RG rg ri s S "
    b"SC sc SCN scn sh T* Tc Td TD Tf Tj TJ TL Tm Tr Ts Tw Tz v w W W* y ' \""
).split()
_KNOWN = frozenset(one.decode() for one in _OPERATORS) | {"INLINE IMAGE"}
_PICTURE = frozenset({b"BI", b"ID", b"EI"})
_WORDS = b"|".join(re.escape(one) for one in sorted({*_OPERATORS, b"true", b"false", b"null"} - _PICTURE, reverse=True))
_END = rb"(?=[\x00\t\n\f\r ()<>\[\]{}/%]|\Z)"
_INNER = rb"[^()\\]++|\\."
_PLAIN = re.compile(
    rb"(?:[\x00\t\n\f\r \[\]]++"
    rb"|(?:" + _WORDS + rb")" + _END + rb"|[-+.0-9]++" + _END + rb"|/[^\x00\t\n\f\r ()<>\[\]{}/%]*+"
    rb"|\((?:" + _INNER + rb"|\((?:" + _INNER + rb")*+\))*+\)"
    rb"|<<|>>|<[0-9A-Fa-f\x00\t\n\f\r ]*+>|%[^\r\n]*+){1,5000}+",  # without a bound it would keep a note of every step
    re.DOTALL,
)
_USES = re.compile(
    rb"/([^\x00\t\n\f\r ()<>\[\]{}/%]++)[\x00\t\n\f\r ]++(?:[-+.0-9]++[\x00\t\n\f\r ]++)?(Do|gs|scn|SCN|Tf)\b"
)
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")

_KINDS = {b"Do": "/XObject", b"gs": "/ExtGState", b"scn": "/Pattern", b"SCN": "/Pattern", b"Tf": "/Font"}


def unknown_operator(source: pikepdf.Object, data: bytes) -> str | None:
    """Return the first operator that the standard does not know, None when there is none; `data` is the decoded `source`."""
    if _is_plain(data):
        return None
    found = (str(one.operator) for one in pikepdf.parse_content_stream(source))
    return next((one for one in found if one not in _KNOWN), None)


def _is_plain(data: bytes) -> bool:
    place = 0
    while place < len(data):
        found = _PLAIN.match(data, place)
        if found is None:
            return False
        place = found.end()
    return True


def uses(data: bytes) -> Counter[tuple[str, str]]:
    """Return how often each resource is named, by kind and name; one that is named in a text counts too."""
    found: Counter[tuple[str, str]] = Counter()
    for (name, operator), count in Counter(_USES.findall(data)).items():
        plain = _ESCAPED.sub(lambda escaped: bytes.fromhex(escaped[1].decode()), name)
        found[_KINDS[operator], "/" + plain.decode("utf-8", "surrogateescape")] += count
    return found
