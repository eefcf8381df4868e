"""`tally blacklist`: check and list subjects, screen a portfolio, keep the own copy of the list up to date.

An identifier comes from a prompt, from standard input or from a file, never from the command line, which other users could list.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from api.commands.blacklist_csv import (
    CHUNK,
    Line,
    ResultFile,
    Watched,
    error_row,
    file_sha256,
    read_lines,
    result_row,
)
from api.commands.blacklist_desk import Here, Where, opened, policy_file
from api.commands.blacklist_held import held
from api.commands.blacklist_life import confirm, dispute, notice, resolve, revoke
from api.commands.blacklist_options import (
    Evaluators,
    KeyFile,
    KindOption,
    PolicyFile,
    asked_identifier,
    require_contact,
)
from api.commands.blacklist_renew import renew, waiting
from api.commands.configured import read_settings
from api.commands.connection import AsJson, Force, TokenFile, Url, connected_anonymously
from api.commands.files import write_file
from api.commands.outcome import note, say, say_json
from api.commands.progress import progress
from api.commands.tables import facts
from api.wiring import ids
from ledger.core.blacklist.epochs import Epoch
from ledger.core.blacklist.identifiers import Purpose
from ledger.core.blacklist.listings import Reason, Severity, Standard, parse_reason
from ledger.core.blacklist.policy import parse_check_policy
from ledger.core.blacklist.tree import Token
from ledger.partner.checking import NO_CONSENT, Result, Subject
from ledger.partner.checking import check as check_subjects
from ledger.partner.listing import Statement, prepare_listing
from ledger.partner.own_listings import own_listing
from ledger.partner.snapshot import Snapshot

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    no_args_is_help=True,
    help="Check and list subjects of the shared blacklist without telling whom.",
)

_HIT, _CLEAR = 1, 0
MOST_SAID = 20  # bad lines on the screen; the result has all
for step in (confirm, dispute, resolve, revoke, notice, held, renew):
    app.command()(step)


@app.command()
def policy(
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE", help="Where to write; else your policy in TALLY_DATA."),
    ] = None,
    *,
    force: Force = False,
    url: Url = None,
) -> None:
    """Fetch the check policy that the registry states about itself; compare its keys before relying on it."""
    with connected_anonymously(url) as client:
        data = client.get_bytes("/v1/blacklist/policy")
    found = parse_check_policy(data)
    path = output or policy_file(read_settings())
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_file(path, data, force=force)
    say(facts([("Policy", str(path)), ("Registry", ", ".join(key.key_id for key in found.registries))]))
    for epoch in found.epochs.values():
        say(facts([("Epoch", _epoch_text(epoch))]))
    note("It is the registry's own word: compare these keys with what the other members have, by another way.")


@app.command()
def sync(
    *,
    full: Annotated[bool, typer.Option("--full", help="Fetch the whole list anew.")] = False,
    as_json: AsJson = False,
    url: Url = None,
    token_file: TokenFile = None,
    policy_path: PolicyFile = None,
    key: KeyFile = None,
) -> None:
    """Bring your copy of the list up to the newest version, and say which watched subjects changed."""
    where = Where(url=url, token_file=token_file, key=key, policy=policy_path)
    with opened(where) as here:
        lines = []
        for purpose in (Purpose.BLACKLIST, Purpose.DOCUMENTS):
            for epoch in here.epochs(purpose):
                with progress(f"Syncing {purpose} {epoch.plan.number}", None):
                    lines.append(_synced(here, epoch, full=full))
        renewable = waiting(here)
    if as_json:
        say_json({"lists": lines, "to_renew": renewable})
        return
    for line in lines:
        _say_synced(line)
    if renewable:
        note(f"{renewable} of your listings are of an older epoch: tally blacklist renew")


def _synced(here: Here, epoch: Epoch, *, full: bool) -> dict[str, object]:
    found = here.synced(epoch, full=full)
    record = found.snapshot.version.record
    leaf_of = _leaf_of(found.snapshot)
    matches = Watched(here.folder(epoch) / "watched.json").news(leaf_of)
    return {
        "purpose": str(epoch.plan.purpose),
        "epoch": epoch.plan.number,
        "version": record.number,
        "at": record.at,
        "count": record.count,
        "changed": len(found.changed),
        "watched": [{"subject": name, "listed": listed} for name, listed in matches],
    }


def _say_synced(line: dict[str, object]) -> None:
    name = f"{line['purpose']} {line['epoch']}"
    say(
        facts([(name, f"version {line['version']} of {line['at']}, {line['count']} tokens, {line['changed']} changed")])
    )
    watched = line["watched"]
    for each in watched if isinstance(watched, list) else []:
        say(f"watched: {each['subject']} is {'now listed (new or changed)' if each['listed'] else 'no longer listed'}")


def _leaf_of(snapshot: Snapshot) -> Callable[[str], str | None]:
    def leaf_of(token: str) -> str | None:
        value = snapshot.leaves.value_of(Token(bytes.fromhex(token)))
        return None if value is None else value.hex()

    return leaf_of


@app.command()
def check(
    kind: KindOption,
    application: Annotated[
        str, typer.Option(metavar="NUMBER", help="The application that the check is for; the receipt is bound to it.")
    ],
    consent: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The document by which the subject agreed to the check.")
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="NAME", help="Write NAME.receipt.json and NAME.opening.json."),
    ] = None,
    *,
    by_prefix: Annotated[
        bool,
        typer.Option("--by-prefix", help="Fetch one part of the list instead of syncing: tells the registry 12 bits."),
    ] = False,
    force: Force = False,
    as_json: AsJson = False,
    url: Url = None,
    token_file: TokenFile = None,
    policy_path: PolicyFile = None,
    key: KeyFile = None,
    evaluator: Evaluators = None,
) -> None:
    """Check one subject, whose identifier is asked for or read from standard input. Exit code 1: listed."""
    subject = Subject(asked_identifier(kind), application, file_sha256(consent) if consent else NO_CONSENT)
    where = Where(url=url, token_file=token_file, key=key, policy=policy_path, evaluators=evaluator or ())
    with opened(where) as here:
        epochs = here.epochs(subject.identifier.purpose)
        results = [_checked(here, epoch, subject, by_prefix=by_prefix) for epoch in epochs]
    if output is not None:
        _keep(output, list(zip(epochs, results, strict=True)), force=force)
    listed = any(result.listed for result in results)
    answers = [_answer(result, epoch) for epoch, result in zip(epochs, results, strict=True)]
    if as_json:
        say_json({**answers[0], "listed": listed, "epochs": answers})
    else:
        for epoch, result in zip(epochs, results, strict=True):
            _show(result, epoch)
    raise typer.Exit(_HIT if listed else _CLEAR)


def _checked(here: Here, epoch: Epoch, subject: Subject, *, by_prefix: bool) -> Result:
    desk = here.desk(epoch, here.view(epoch, by_prefix=by_prefix))
    (result,) = check_subjects(desk, [subject], "loan-application")
    return result


def _keep(output: Path, results: list[tuple[Epoch, Result]], *, force: bool) -> None:
    """Write receipt and opening; those of an older epoch that is still open under its number."""
    for place, (epoch, result) in enumerate(results):
        name = output.name + (f".epoch-{epoch.plan.number}" if place else "")
        write_file(output.with_name(f"{name}.receipt.json"), result.receipt.to_bytes(), force=force)
        opening = output.with_name(f"{name}.opening.json")
        write_file(opening, result.opening.to_bytes(), force=force)
        opening.chmod(0o600)  # it names the subject


@app.command()
def batch(
    file: Annotated[
        Path, typer.Argument(metavar="CSV", help="Columns kind, identifier, and perhaps application, consent.")
    ],
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="FILE", help="The result, one line each; run again to resume.")
    ],
    *,
    watch: Annotated[
        bool, typer.Option("--watch", help="Remember the tokens: `sync` then says which of them changed.")
    ] = False,
    as_json: AsJson = False,
    url: Url = None,
    token_file: TokenFile = None,
    policy_path: PolicyFile = None,
    key: KeyFile = None,
    evaluator: Evaluators = None,
) -> None:
    """Screen a portfolio; bad lines are reported line by line, the rest is done. Exit code 1: some are listed or bad."""
    result = ResultFile(output)
    lines = list(read_lines(file, ids.now().date()))
    done = result.resume(lines)
    lines = [line for line in lines if line.number not in done]
    bad = [line for line in lines if line.error is not None]
    result.append([error_row(line) for line in bad])
    for line in bad[:MOST_SAID]:
        note(f"line {line.number}: {line.error.message} [{line.error.code}]" if line.error else "")
    if len(bad) > MOST_SAID:
        note(f"and {len(bad) - MOST_SAID:,} more bad lines: {output} names them all")
    good = [line for line in lines if line.subject is not None]
    where = Where(url=url, token_file=token_file, key=key, policy=policy_path, evaluators=evaluator or ())
    listed = 0
    with opened(where) as here, progress("Checking", len(good)) as advance:
        for purpose in (Purpose.BLACKLIST, Purpose.DOCUMENTS):
            of_purpose = [line for line in good if line.subject and line.subject.identifier.purpose is purpose]
            for first in range(0, len(of_purpose), CHUNK):
                chunk = of_purpose[first : first + CHUNK]
                listed += _screen(here, chunk, result, watch=watch)
                advance(len(chunk))
    listed_before = list(done.values()).count("listed")
    counts = {"checked": len(good) + len(done), "before": len(done), "listed": listed + listed_before, "bad": len(bad)}
    if as_json:
        say_json({**counts, "result": str(output)})
    else:
        said = "{checked:,} checked ({before:,} before), {listed:,} listed, {bad:,} bad lines"
        say(f"{said.format(**counts)}: {output}")
    raise typer.Exit(_HIT if counts["listed"] or bad else _CLEAR)


@app.command("list")
def list_subject(
    kind: KindOption,
    reason: Annotated[str, typer.Option(metavar="REASON", help=f"One of {', '.join(Reason)}.")],
    evidence: Annotated[Path, typer.Option(metavar="FILE", help="The evidence that you keep; its SHA-256 is stated.")],
    contact: Annotated[str, typer.Option(metavar="TEXT", help="Whom another institution may ask.")],
    standard: Annotated[Standard, typer.Option(help="How far your proof goes.")] = Standard.DOCUMENTED,
    severity: Annotated[Severity, typer.Option(help="How grave it is.")] = Severity.LOW,
    years: Annotated[int, typer.Option(min=1, max=5, help="How long the listing stands.")] = 2,
    *,
    as_json: AsJson = False,
    url: Url = None,
    token_file: TokenFile = None,
    policy_path: PolicyFile = None,
    key: KeyFile = None,
    evaluator: Evaluators = None,
) -> None:
    """List a subject, with your signature and details that only those read who can name the subject."""
    parse_reason(reason)
    require_contact(contact)
    statement = Statement(
        reason=reason,
        standard=standard,
        severity=severity,
        evidence=file_sha256(evidence),
        contact=contact,
        years=years,
    )
    subject = Subject(asked_identifier(kind), "listing")
    where = Where(url=url, token_file=token_file, key=key, policy=policy_path, evaluators=evaluator or ())
    with opened(where) as here:
        epoch = here.epochs(subject.identifier.purpose)[0]
        _note_own(here, epoch, subject)
        desk = here.desk(epoch, here.view(epoch, by_prefix=False))
        prepared = prepare_listing(desk, subject, statement, ids.new_id())
        own = own_listing(prepared.signed.record, subject.identifier, contact=contact, note=statement.note)
        here.own_listings().add(own)  # first: what the registry never took is dropped when it is to be renewed
        here.registry.post("listings", prepared.to_json(), once=prepared.signed.record.id)
    record = prepared.signed.record
    if as_json:
        say_json({"id": record.id, "expires_at": record.expires_at})
        return
    say(facts([("Listing", record.id), ("State", "proposed; the next version shows it"), ("Until", record.expires_at)]))


def _note_own(here: Here, epoch: Epoch, subject: Subject) -> None:
    """Say which listings of this subject the institution has already: each lives, and is revoked, for itself."""
    about = (str(subject.identifier.kind), subject.identifier.value, epoch.id.hex())
    for own in here.own_listings().all():
        if (own.kind, own.identifier, own.epoch) == about:
            note(
                f"You listed this subject before: {own.id}, {own.reason}. Each listing is confirmed and revoked for itself."
            )


def _screen(here: Here, chunk: list[Line], result: ResultFile, *, watch: bool) -> int:
    """Check a chunk under every open epoch; a line tells of the hit, or else of the newest epoch."""
    subjects = [line.subject for line in chunk if line.subject is not None]
    told: dict[int, tuple[Result, tuple[str, int]]] = {}
    for epoch in here.epochs(subjects[0].identifier.purpose):
        snapshot = here.synced(epoch).snapshot
        results = list(check_subjects(here.desk(epoch, snapshot), subjects, "portfolio"))
        places = result.keep(results)
        for at, found in enumerate(results):
            if at not in told or (found.listed and not told[at][0].listed):
                told[at] = (found, places[at])
        if watch:
            leaf_of = _leaf_of(snapshot)
            tokens = [(found.name.token.hex(), found.subject.application) for found in results]
            watched = Watched(here.folder(epoch) / "watched.json")
            watched.add((token, name, leaf_of(token)) for token, name in tokens)
    result.append([result_row(line, *told[at]) for at, line in enumerate(chunk)])
    return sum(found.listed for found, _ in told.values())


def _answer(result: Result, epoch: Epoch) -> dict[str, object]:
    listings = [
        {"id": shown.id, "state": shown.state, "institution": shown.institution, "details": details}
        for shown, details in result.details()
    ]
    return {
        "epoch": epoch.plan.number,
        "listed": result.listed,
        "accused": result.is_accused,
        "soft": result.subject.identifier.is_soft,
        "details_whole": result.whole,
        "listings": listings,
        "receipt_sha256": result.receipt.sha256.hex(),
        "co_located": epoch.is_co_located,
    }


def _show(result: Result, epoch: Epoch) -> None:
    version = result.receipt.version.record
    lines = [
        ("Result", _result_text(result)),
        ("List", f"{epoch.plan.purpose} {epoch.plan.number}, version {version.number} of {version.at}"),
    ]
    for shown, details in result.details():
        told = details if isinstance(details, dict) else {"reason": "unreadable: sealed under another name"}
        said = f"{shown.state}: {told.get('reason')} ({told.get('standard', '-')}), contact {told.get('contact', '-')}"
        lines.append(("Listing", f"{shown.id}, {said}"))
    if not result.whole:
        lines.append(
            (
                "Caution",
                "the registry shows other details than its list commits to: sync --full, then tell the consortium",
            )
        )
    if result.subject.identifier.is_soft:
        lines.append(("Signal", "soft: a person must judge it; never alone a ground to refuse"))
    if epoch.is_co_located:
        lines.append(("Operated", "evaluators co-located, not independent"))
    lines += [("Trouble", f"evaluator {place}: {text}") for place, text in result.troubles.items()]
    say(facts(lines))


def _result_text(result: Result) -> str:
    if not result.listed:
        return "not listed"
    return "LISTED" if result.is_accused else "MARKED as a victim of impersonation: check who applies with extra care"


def _epoch_text(epoch: Epoch) -> str:
    plan = epoch.plan
    together = ", co-located, not independent" if epoch.is_co_located else ""
    return f"{plan.purpose} {plan.number}: {plan.threshold} of {len(plan.evaluators)} evaluators{together}, until {plan.closes_at}"
