"""Settings for a command: read from the environment, or refused in one line that names the variable."""

from pydantic import ValidationError

from api.commands.outcome import note
from api.settings import ClientSettings, Settings, environment_names, unread
from ledger.errors import InvalidInput


def read_settings() -> Settings:
    """Return the settings; raise InvalidInput("settings.invalid")."""
    try:
        return Settings()
    except ValidationError as error:
        raise settings_refusal(error) from error


def read_settings_to_run() -> Settings:
    """Return the settings, and say which TALLY_ variables nobody reads: a misspelt setting keeps its default.

    They are no reason to refuse: other software sets such names too (Kubernetes does, for a service called tally).
    """
    settings = read_settings()
    for name, meant in unread(environment_names()):
        note(f"tally: {name} is no setting and was not read" + (f"; did you mean {meant}?" if meant else ""))
    return settings


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
