"""docs/operating.md lists every setting with its default and its meaning, as the code has them."""

from api.settings import ClientSettings, Settings
from support.settings_table import FILE, table, written


def test_the_table_of_settings_is_the_code_s() -> None:
    assert written() == table(), "run: python tests/support/settings_table.py"


def test_every_setting_says_what_it_means() -> None:
    fields = [*Settings.model_fields.values(), *ClientSettings.model_fields.values()]
    assert all(field.description for field in fields)


def test_every_variable_named_in_the_document_exists() -> None:
    known = {f"TALLY_{name.upper()}" for settings in (Settings, ClientSettings) for name in settings.model_fields}
    words = FILE.read_text(encoding="utf-8").replace("`", " ").replace("=", " ").replace(",", " ").split()
    named = {word.strip(".:;()") for word in words if word.startswith("TALLY_")}
    assert named <= known | {"TALLY_"}
