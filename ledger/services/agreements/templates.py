"""The contract templates that this installation has: the shipped ones and the institution's own (docs/templates.md)."""

from ledger.core.agreements.template import Template, parse_template
from ledger.core.log.permissions import Action, Grade, Resource, require
from ledger.errors import InvalidInput, NotFound, Unavailable
from ledger.services.context import Act
from signing.errors import DocumentRefused
from signing.pdf.typeset import Typesetter


def list_templates(act: Act, typesetter: Typesetter) -> tuple[Template, ...]:
    """Return every template by name; raise NotAllowed, Unavailable("template.malformed") where one's manifest breaks a rule."""
    require(act.principal, Action.AGREEMENT_CREATE, Resource(act.principal.institution_id, Grade.PUBLIC))
    return tuple(load_template(typesetter, name) for name in typesetter.names())


def load_template(typesetter: Typesetter, name: str) -> Template:
    """Return one template; raise NotFound("template.unknown") naming those that there are."""
    if name not in typesetter.names():
        raise NotFound("template.unknown", f"there is no such template; there are {', '.join(typesetter.names())}")
    try:
        template = parse_template(typesetter.manifest(name))
    except (InvalidInput, DocumentRefused) as error:
        raise Unavailable("template.malformed", f"the manifest of template {name}: {error.message}") from error
    if template.name != name:
        raise Unavailable("template.malformed", f"the manifest of template {name} names {template.name}")
    return template
