"""Where the service of this data folder listens: written when it starts, read by commands that would rather ask it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2

from api.settings import Settings

_FILE = "service.json"


@contextmanager
def announced(settings: Settings, url: str) -> Iterator[None]:
    """Leave the address for other commands while the service runs."""
    file = _file(settings)
    file.write_text(json.dumps({"url": url}), encoding="utf-8")
    try:
        yield
    finally:
        file.unlink(missing_ok=True)


def running_service(settings: Settings) -> str | None:
    """Return the URL of the service that runs on this data folder, None when none answers."""
    try:
        url = json.loads(_file(settings).read_text(encoding="utf-8"))["url"]
        return str(url) if httpx2.get(f"{url}/livez", timeout=2.0).status_code == httpx2.codes.OK else None
    except (OSError, ValueError, KeyError, TypeError, httpx2.HTTPError):
        return None


def _file(settings: Settings) -> Path:
    return settings.data / _FILE
