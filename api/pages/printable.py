"""Names that strangers gave, made safe to show and to paste into a shell. Escaping for HTML is the template's."""

import shlex

_NAME, _SENTENCE = 120, 600  # characters that are shown


def shown_name(name: str, most: int = _NAME) -> str:
    """Return the name with characters that could disguise it (controls, bidi marks, separators) as �, cut to a line."""
    safe = "".join(character if character.isprintable() else "�" for character in name)
    return safe if len(safe) <= most else safe[: most - 1] + "…"


def shown_sentence(text: str) -> str:
    """Return an error's sentence, which may quote a stranger, in the same way but longer."""
    return shown_name(text, _SENTENCE)


def shell_word(name: str | None, otherwise: str) -> str:
    """Return the name as one word of a POSIX shell; `otherwise` where it is missing or cannot be shown as it is."""
    if not name or shown_name(name) != name:
        return otherwise
    return shlex.quote(f"./{name}" if name.startswith("-") else name)
