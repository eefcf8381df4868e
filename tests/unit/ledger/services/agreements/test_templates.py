"""Templates of an installation: an institution's own come first, and what is wrong with one is said."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from ledger.errors import NotFound, Unavailable
from ledger.services.agreements.templates import load_template
from signing.pdf.typeset import SHIPPED_TEMPLATES, Typesetter


def own(folder: Path, called: str, /, **changes: Any) -> Typesetter:  # noqa: ANN401  # members of a manifest
    shutil.copytree(SHIPPED_TEMPLATES / "personal-instalment", folder / called)
    manifest = json.loads((folder / called / "template.json").read_text("utf-8"))
    (folder / called / "template.json").write_text(json.dumps(manifest | {"name": called} | changes), "utf-8")
    return Typesetter(templates=(folder, SHIPPED_TEMPLATES))


def test_an_own_template_takes_the_place_of_a_shipped_one(tmp_path: Path) -> None:
    typesetter = own(tmp_path, "small-business", languages=["zh"])
    assert load_template(typesetter, "small-business").languages == ("zh",)
    assert load_template(typesetter, "personal-instalment").languages == ("zh", "en", "zh-en")


def test_a_template_that_is_not_there_is_named_with_those_that_are() -> None:
    with pytest.raises(NotFound, match="personal-instalment, small-business"):
        load_template(Typesetter(), "nothing")


@pytest.mark.parametrize(
    ("changes", "says"),
    [({"methods": []}, "template.methods"), ({"name": "other"}, "names other"), ({"extra": 1}, "template.extra")],
)
def test_a_manifest_that_breaks_a_rule_is_the_operator_s_to_correct(
    tmp_path: Path, changes: dict[str, Any], says: str
) -> None:
    with pytest.raises(Unavailable, match=says) as refused:
        load_template(own(tmp_path, "own", **changes), "own")
    assert refused.value.code == "template.malformed"


def test_a_manifest_that_is_not_json_is_the_operator_s_to_correct(tmp_path: Path) -> None:
    typesetter = own(tmp_path, "own")
    (tmp_path / "own" / "template.json").write_text("{")
    with pytest.raises(Unavailable, match="not JSON"):
        load_template(typesetter, "own")
