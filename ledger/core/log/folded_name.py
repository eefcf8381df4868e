"""One spelling for names that are looked for: width, case, spaces and dots between parts do not hide a person.

Promises: pure; a name of ideographs alone, 𠮷 among them, is its own folding. Variants of one ideograph (𠮷, 吉) stay two names.
"""

import unicodedata

_DOTS = frozenset("·•・‧∙⋅•")  # between the parts of a name, typed in many ways


def folded_name(name: str) -> str:
    """Return a name in the spelling under which it is found; as it is where nothing of it would be left."""
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    return "".join(one for one in plain if not one.isspace() and one not in _DOTS) or name
