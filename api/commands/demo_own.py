"""Settings of a demonstration that plays in a folder of its own, whatever the environment says of the installation beside it."""

from pathlib import Path
from typing import Final

from api.settings import EMBEDDED, Settings

_NOTHING_SHARED: Final[dict[str, object]] = {
    "database": "", "objects": "", "record_keys": "", "chain": EMBEDDED, "chain_id": 0, "check_policy": "", "public_url": "",
    "passkey_domain": "", "login_domain": "", "pkcs11_module": "", "pkcs11_keys": "", "tsa": "", "tsa_roots": "", "one_time_ca": "",
    "smtp_host": "", "sms_url": "", "port": 0, "processes": 0,
}  # fmt: skip


def own_settings(settings: Settings, folder: Path, **further: object) -> Settings:
    """Return settings under which nothing outside `folder` is written, asked or sent to; `further` are the demonstration's own."""
    return settings.model_copy(update={**_NOTHING_SHARED, "data": folder, **further})
