"""An agreement that went through the ceremony, for the ledger that the audit's tests alter: a row in each of its tables."""

from collections.abc import Callable
from dataclasses import dataclass

from ledger.services.agreements.add_webhook import NewWebhook, add_webhook
from ledger.services.agreements.attach_authority import NewAuthority, attach_authority
from ledger.services.agreements.replace_signer import Replacement, replace_signer
from ledger.services.agreements.void import void
from signing.canonical import Json
from signing.pdf.inspect import Limits
from support.ledgers import Ledger
from support.small_pdfs import small_pdf
from support.stage import OFFICER, Stage, party, person

SCOPE: dict[str, Json] = {
    "products": [],
    "limit": {"currency": "CNY", "minor": "5000000"},
    "valid_from": "2026-01-01",
    "valid_until": "2026-12-31",
}


@dataclass
class _Covered(Stage):
    """A stage whose log is covered by somebody else."""

    cover: Callable[[], None] = lambda: None

    def sequence(self) -> None:
        self.cover()


def fill_ceremony(ledger: Ledger, cover: Callable[[], None], chain_id: int) -> None:
    """Let one party view, another be replaced, an authority be attached, somebody sign and an officer propose to void."""
    stage = _Covered(ledger, cover=cover, chain_id=chain_id)
    acting = person("borrower", acts_for="Lin Trading Ltd")
    made = stage.agreement(stage.keyed("borrower", "Lin", person=acting), party("guarantor", "Wang Wei"))
    authority = NewAuthority(document=small_pdf(), scope=SCOPE)
    attach_authority(stage.stores, stage.act(OFFICER), (made, stage.signer(made)), authority, Limits())
    stage.work()
    stage.enter("guarantor@example.com")
    newcomer = Replacement(signer=party("guarantor", "Wang Hai", person=person("hai")), reason="moved abroad")
    replace_signer(stage.stores, stage.act(OFFICER), made, stage.signer(made, 1), newcomer)
    stage.sign(made)
    void(stage.stores, stage.act(OFFICER), made, "typed wrongly")
    hook = NewWebhook(url="https://lender.example/hook", events=("agreement.signed",))
    add_webhook(stage.stores, stage.act(ledger.administrator), hook, ledger.key)
