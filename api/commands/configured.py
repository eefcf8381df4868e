"""Settings for a command: read from the environment, or refused in one line that names the variable."""

from pydantic import ValidationError

from api.settings import ClientSettings, Settings
from ledger.errors import InvalidInput


def read_settings() -> Settings:
    """Return the settings; raise InvalidInput("settings.invalid")."""
    try:
        return Settings()
    except ValidationError as error:
        raise settings_refusal(error) from error


def read_client_settings() -> ClientSettings:
    """Return what commands that talk to a service are told; raise InvalidInput("settings.invalid")."""
    try:
        return ClientSettings()
    except ValidationError as error:
        raise settings_refusal(error) from error


def settings_refusal(error: ValidationError) -> InvalidInput:
    first = error.errors(include_url=False, include_input=False)[0]
    name = "_".join(str(part) for part in first["loc"]).upper()
    message = str(first["msg"]).removeprefix("Value error, ")
    where = f"TALLY_{name}: " if name else ""
    return InvalidInput("settings.invalid", f"{where}{message}; see docs/operating.md")
