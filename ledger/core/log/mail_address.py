"""What an e-mail address is, as mail servers take it (RFC 5321): a dot-string, labels without a dash at an end, nothing beyond ASCII.

Leaves to others: whether anybody reads it.
"""

import re
from typing import Final

MAX_ADDRESS_CHARS: Final = 254

_ATOM, _LABEL = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+", "[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"(?=.{{1,64}}@){_ATOM}(\.{_ATOM})*@{_LABEL}(\.{_LABEL})+")


def can_be_mailed(address: str) -> bool:
    """Say whether mail can be addressed to this."""
    return len(address) <= MAX_ADDRESS_CHARS and _ADDRESS.fullmatch(address) is not None
