"""`tally blacklist held`: for a subject whose identity was checked, the registry's signed answer about what is held on it."""

from pathlib import Path
from typing import Annotated

import typer

from api.commands.blacklist_csv import file_sha256
from api.commands.blacklist_desk import Where, opened
from api.commands.blacklist_options import Evaluators, KeyFile, KindOption, PolicyFile, asked_identifier
from api.commands.connection import AsJson, Force, TokenFile, Url
from api.commands.files import write_file
from api.commands.outcome import say, say_json
from api.commands.tables import facts
from api.commands.verify_check import held_lines
from ledger.core.blacklist.subject_access import SubjectAccess
from ledger.partner.checking import Subject
from ledger.partner.subject_access import REASON, ask_what_is_held


def held(
    kind: KindOption,
    identity: Annotated[Path, typer.Option(metavar="FILE", help="How you checked who it is, which you keep.")],
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="NAME", help="Write NAME.subject.json, which the subject keeps.")
    ],
    *,
    force: Force = False,
    as_json: AsJson = False,
    url: Url = None,
    token_file: TokenFile = None,
    policy_path: PolicyFile = None,
    key: KeyFile = None,
    evaluator: Evaluators = None,
) -> None:
    """Ask for a subject, whose identity you checked, what is held on it; `tally verify` holds the answer against the list."""
    subject = Subject(asked_identifier(kind), REASON)
    where = Where(url=url, token_file=token_file, key=key, policy=policy_path, evaluators=evaluator or ())
    files: list[tuple[Path, SubjectAccess]] = []
    with opened(where) as here:
        for place, epoch in enumerate(here.epochs(subject.identifier.purpose)):
            desk = here.desk(epoch, here.view(epoch, by_prefix=False))
            access, _ = ask_what_is_held(desk, here.registry, here.policy, subject, file_sha256(identity))
            name = output.name + (f".epoch-{epoch.plan.number}" if place else "") + ".subject.json"
            files.append((output.with_name(name), access))
    for path, access in files:
        write_file(path, access.to_bytes(), force=force)
        path.chmod(0o600)  # it names the subject
    if as_json:
        say_json({"answers": [{"file": str(path), **access.answer.record.to_json()} for path, access in files]})
        return
    for path, access in files:
        say(facts([("Answer", str(path)), *held_lines(access)]))
