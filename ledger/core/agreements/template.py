"""What a contract template is for: which terms, languages, methods and parties fit it (docs/templates.md).

Promises: terms and parties that do not fit are refused, naming what does not. Leaves to others: its words (signing.pdf) and its files.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ledger.core.agreements.parties import MAX_SIGNERS, SignerRole
from ledger.core.agreements.repayment import Method
from ledger.core.agreements.terms import OPTIONAL, Terms
from ledger.core.log.fields import Fields
from ledger.errors import InvalidInput
from signing.canonical import Json

TAG = "tally/template/v1"
LANGUAGES = ("zh", "en", "zh-en")


@dataclass(frozen=True, kw_only=True)
class Template:
    """The manifest of a template; `parties` says how many of each role it takes, `requires` and `allows` which optional terms."""

    name: str
    title: dict[str, str]
    languages: tuple[str, ...]
    methods: tuple[Method, ...]
    requires: tuple[str, ...]
    allows: tuple[str, ...]
    parties: dict[SignerRole, tuple[int, int]]

    def to_json(self) -> dict[str, Json]:
        return {
            "name": self.name,
            "title": dict(self.title),
            "languages": list(self.languages),
            "methods": [method.value for method in self.methods],
            "requires": list(self.requires),
            "allows": list(self.allows),
            "parties": {role.value: list(bounds) for role, bounds in self.parties.items()},
        }


def parse_template(value: Json) -> Template:
    """Return the Template of a manifest (template.json); raise InvalidInput("template.malformed") naming the place."""
    names = frozenset({"tag", "name", "title", "languages", "methods", "requires", "allows", "parties"})
    fields = Fields(value, names, where="template", code="template.malformed")
    if fields.text("tag") != TAG:
        raise InvalidInput("template.malformed", f"template.tag: expected {TAG}", field="template.tag")
    return Template(
        name=fields.text("name"),
        title=fields.parsed("title", _title),
        languages=fields.many("languages", _among(LANGUAGES), most=len(LANGUAGES), least=1),
        methods=tuple(
            Method(name) for name in fields.many("methods", _among(tuple(Method)), most=len(Method), least=1)
        ),
        requires=fields.many("requires", _among(OPTIONAL), most=len(OPTIONAL)),
        allows=fields.many("allows", _among(OPTIONAL), most=len(OPTIONAL)),
        parties=fields.parsed("parties", _parties),
    )


def check_fits(template: Template, terms: Terms, language: str, roles: Sequence[SignerRole]) -> None:
    """Raise InvalidInput("template.misfit" | "terms.incomplete") unless terms, language and parties are what the template is for."""
    if language not in template.languages:
        raise _misfit("language", f"expected one of {', '.join(template.languages)}")
    given = set(terms.to_json()) & set(OPTIONAL)
    for name in template.requires:
        if name not in given:
            raise InvalidInput("terms.incomplete", f"terms.{name}: this template needs it", field=f"terms.{name}")
    for name in sorted(given - {*template.requires, *template.allows}):
        raise _misfit(f"terms.{name}", "this template has no words for it; leave it out or choose another template")
    if terms.plan().method not in template.methods:
        raise _misfit("terms.repayment.method", f"expected one of {', '.join(template.methods)}")
    counted = Counter(roles)
    for role in SignerRole:
        least, most = template.parties.get(role, (0, 0))
        if not least <= counted[role] <= most:
            raise _misfit("signers", f"expected {least} to {most} of role {role}, got {counted[role]}")
    _check_guarantee(terms, counted)


def _check_guarantee(terms: Terms, counted: Counter[SignerRole]) -> None:
    guarantors = counted[SignerRole.GUARANTOR]
    if guarantors and terms.guarantee is None:
        raise InvalidInput(
            "terms.incomplete", "terms.guarantee: expected, as there are guarantors", field="terms.guarantee"
        )
    if terms.guarantee is not None and not guarantors:
        raise _misfit("terms.guarantee", "there is no guarantor among the signers")


def _misfit(field: str, why: str) -> InvalidInput:
    return InvalidInput("template.misfit", f"{field}: {why}", field=field)


def _among(words: Sequence[str]) -> Callable[[Json], str]:
    def parse(value: Json) -> str:
        if not isinstance(value, str) or value not in words:
            raise InvalidInput("field.malformed", f"expected one of {', '.join(words)}")
        return str(value)

    return parse


def _title(value: Json) -> dict[str, str]:
    fields = Fields(value, frozenset({"zh", "en"}), where="title", code="template.malformed")
    return {"zh": fields.text("zh"), "en": fields.text("en")}


def _parties(value: Json) -> dict[SignerRole, tuple[int, int]]:
    if not isinstance(value, dict):
        raise InvalidInput("field.malformed", "expected an object from role to [least, most]")
    return {SignerRole(_among(tuple(SignerRole))(role)): _bounds(bounds) for role, bounds in value.items()}


def _bounds(value: Json) -> tuple[int, int]:
    if not isinstance(value, list) or [type(item) for item in value] != [int, int]:
        raise InvalidInput("field.malformed", "expected two whole numbers")
    least, most = (int(str(item)) for item in value)
    if not 0 <= least <= most <= MAX_SIGNERS:
        raise InvalidInput("field.malformed", f"expected 0 to {MAX_SIGNERS}, the lesser first")
    return least, most
