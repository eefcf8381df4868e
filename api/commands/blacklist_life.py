"""`tally blacklist confirm|dispute|resolve|revoke|notice`: a member's signed steps in the life of a listing.

Whoever confirms or disputes names the subject, unseen, and finds its listing in the own copy of the list; whoever judges, revokes
or gives notice names the listing.
"""

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from api.commands.blacklist_csv import file_sha256
from api.commands.blacklist_desk import Here, Where, opened
from api.commands.blacklist_options import Evaluators, KeyFile, KindOption, PolicyFile, asked_identifier
from api.commands.connection import AsJson, TokenFile, Url
from api.commands.names import require_id
from api.commands.outcome import say, say_json
from api.commands.tables import facts
from ledger.core.blacklist.identifiers import Identifier
from ledger.core.blacklist.listings import Standard
from ledger.core.blacklist.steps import BY_SUBJECT, WORDS, SignedStep, Step
from ledger.errors import InvalidInput
from ledger.partner.checking import Subject, check
from ledger.partner.stepping import Known, Saying, known_listing, listing_of, take_step

ListingOption: TypeAlias = Annotated[
    str | None, typer.Option("--listing", metavar="ID", help="Which listing, where the subject has several.")
]
ListingArgument: TypeAlias = Annotated[str, typer.Argument(metavar="LISTING", help="Id of the listing.")]
_TAKEN = {
    Step.CONFIRM: "confirmed",
    Step.DISPUTE: "disputed; it is suspended in 30 days unless somebody resolves it",
    Step.RESOLVE: "resolved",
    Step.REVOKE: "revoked; the next version shows it no more, and proves the subject absent unless others list it too",
    Step.NOTICE: "notice to the subject recorded",
}


def confirm(
    kind: KindOption,
    evidence: Annotated[Path, typer.Option(metavar="FILE", help="Your own evidence, which you keep.")],
    standard: Annotated[
        str, typer.Option(metavar="STANDARD", help=f"One of {', '.join(Standard)}.")
    ] = Standard.DOCUMENTED,
    listing: ListingOption = None,
    *,
    as_json: AsJson = False,
    url: Url = None,
    token_file: TokenFile = None,
    policy_path: PolicyFile = None,
    key: KeyFile = None,
    evaluator: Evaluators = None,
) -> None:
    """Confirm another institution's listing of a subject, with your own evidence and signature."""
    saying = Saying(step=Step.CONFIRM, word=standard, evidence=file_sha256(evidence))
    where = Where(url=url, token_file=token_file, key=key, policy=policy_path, evaluators=evaluator or ())
    _about_subject(where, asked_identifier(kind), listing, saying, as_json=as_json)


def dispute(
    kind: KindOption,
    evidence: Annotated[Path, typer.Option(metavar="FILE", help="The dispute in writing, which you keep.")],
    identity: Annotated[
        Path | None,
        typer.Option(
            "--identity", metavar="FILE", help="The subject disputes: how you checked who it is, which you keep."
        ),
    ] = None,
    listing: ListingOption = None,
    *,
    as_json: AsJson = False,
    url: Url = None,
    token_file: TokenFile = None,
    policy_path: PolicyFile = None,
    key: KeyFile = None,
    evaluator: Evaluators = None,
) -> None:
    """Dispute a listing, for yourself or for the subject whose identity you checked; unresolved in 30 days, it is suspended."""
    saying = Saying(
        step=Step.DISPUTE,
        word=BY_SUBJECT if identity else "by-member",
        evidence=file_sha256(evidence),
        identity=file_sha256(identity) if identity else None,
    )
    where = Where(url=url, token_file=token_file, key=key, policy=policy_path, evaluators=evaluator or ())
    _about_subject(where, asked_identifier(kind), listing, saying, as_json=as_json)


def resolve(
    listing: ListingArgument,
    outcome: Annotated[str, typer.Argument(metavar="OUTCOME", help="upheld or overturned.")],
    evidence: Annotated[Path, typer.Option(metavar="FILE", help="The reasoned decision, which you keep.")],
    *,
    as_json: AsJson = False,
    url: Url = None,
    token_file: TokenFile = None,
    policy_path: PolicyFile = None,
    key: KeyFile = None,
) -> None:
    """Resolve a dispute to which your institution is no party: upheld, or overturned, which ends the listing."""
    saying = Saying(step=Step.RESOLVE, word=outcome, evidence=file_sha256(evidence))
    _about_listing(Where(url=url, token_file=token_file, key=key, policy=policy_path), listing, saying, as_json=as_json)


def revoke(
    listing: ListingArgument,
    because: Annotated[
        str, typer.Option("--because", metavar="WORD", help=f"One of {', '.join(sorted(WORDS[Step.REVOKE]))}.")
    ] = "mistaken",
    *,
    as_json: AsJson = False,
    url: Url = None,
    token_file: TokenFile = None,
    policy_path: PolicyFile = None,
    key: KeyFile = None,
) -> None:
    """Revoke a listing of your own: from the next version on it is provably absent; older versions stay provable."""
    saying = Saying(step=Step.REVOKE, word=because)
    _about_listing(Where(url=url, token_file=token_file, key=key, policy=policy_path), listing, saying, as_json=as_json)


def notice(
    listing: ListingArgument,
    evidence: Annotated[Path, typer.Option(metavar="FILE", help="The notice as it was given, which you keep.")],
    by: Annotated[
        str, typer.Option("--by", metavar="WAY", help=f"One of {', '.join(sorted(WORDS[Step.NOTICE]))}.")
    ] = "letter",
    *,
    as_json: AsJson = False,
    url: Url = None,
    token_file: TokenFile = None,
    policy_path: PolicyFile = None,
    key: KeyFile = None,
) -> None:
    """Record that you told the subject of your listing, and how it can dispute it."""
    saying = Saying(step=Step.NOTICE, word=by, evidence=file_sha256(evidence))
    _about_listing(Where(url=url, token_file=token_file, key=key, policy=policy_path), listing, saying, as_json=as_json)


def _about_subject(where: Where, identifier: Identifier, listing: str | None, saying: Saying, *, as_json: bool) -> None:
    with opened(where) as here:
        signed = take_step(here.registry, here.partner, _found(here, identifier, listing), saying)
    _say(signed, as_json=as_json)


def _found(here: Here, identifier: Identifier, listing: str | None) -> Known:
    """Return the subject's listing, found under its own token in the newest version of the list."""
    for epoch in here.epochs(identifier.purpose):
        desk = here.desk(epoch, here.view(epoch, by_prefix=False))
        (result,) = check(desk, [Subject(identifier, "listing")], "listing")
        if result.shown:
            known = known_listing(here.registry, listing_of(result, listing).id)
            if known.token != result.name.token:
                raise InvalidInput("listing.other-subject", "the registry shows this listing under another subject")
            return known
    raise InvalidInput("listing.not-listed", "the subject is not listed in the newest version of the list")


def _about_listing(where: Where, listing: str, saying: Saying, *, as_json: bool) -> None:
    with opened(where) as here:
        known = known_listing(here.registry, require_id(listing, "a listing"))
        signed = take_step(here.registry, here.partner, known, saying)
    _say(signed, as_json=as_json)


def _say(signed: SignedStep, *, as_json: bool) -> None:
    step = signed.record
    if as_json:
        say_json({"listing": step.listing, "step": str(step.step), "word": step.word})
        return
    say(facts([("Listing", step.listing), ("Step", f"{_TAKEN[step.step]} ({step.word})")]))
