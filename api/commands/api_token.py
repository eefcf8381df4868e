"""Issue an API key on the host: the operator acts for an administrator, and the entry says so like any other."""

from pathlib import Path

from api.commands.local import opened
from api.wiring.keyring import write_private
from ledger.core.log.permissions import Principal, Role
from ledger.errors import InvalidInput, NotFound
from ledger.services.log.institution_key import known_person
from ledger.services.log.issue_api_key import issue_api_key
from ledger.storage.database import Connection
from ledger.storage.directory import InstitutionRow, grants_of, institution_by_code, people

_PAGE = 100


def issue_to_file(code: str, person_id: str | None, output: Path) -> dict[str, str]:
    """Issue the key and write its token to a new private file; raise NotFound, InvalidInput("file.exists")."""
    if output.exists():
        raise InvalidInput("file.exists", f"{output} is there already; a token is never written over a file")
    with opened() as here:
        owner, chosen = here.stores.database.read(lambda tx: _find(tx, code, person_id))
        # Whoever holds the host and its passphrase holds the institution's key: this is their way in, not around the record.
        principal = Principal(chosen, owner.id, frozenset({Role.ADMINISTRATOR}), "person")
        issued = issue_api_key(here.stores, here.act(principal), chosen, here.institution_key(owner.id))
        write_private(output, issued.token)
    return {
        "person": chosen,
        "api_key": issued.written.resource_id,
        "entry": issued.written.entry_id,
        "file": str(output),
    }


def _find(tx: Connection, code: str, person_id: str | None) -> tuple[InstitutionRow, str]:
    owner = institution_by_code(tx, code)
    if owner is None:
        raise NotFound("institution.unknown", f"this installation holds no institution with the code {code}")
    if person_id is not None:
        return owner, known_person(tx, owner.id, person_id).id
    return owner, _administrator(tx, owner)


def _administrator(tx: Connection, owner: InstitutionRow) -> str:
    after = ""
    while page := people(tx, owner.id, after=after, limit=_PAGE):
        for person in page:
            if any(grant.role == Role.ADMINISTRATOR for grant in grants_of(tx, person.id)):
                return person.id
        after = page[-1].id
    raise NotFound("person.unknown", f"{owner.code} has no administrator; name a person with --person")
