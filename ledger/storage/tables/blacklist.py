"""Tables of the blacklist: epochs, members, listings, the token tree by version, and what evaluators remember of requests.

Promises: nothing here names a subject: tokens, sealed details, hashes. Nodes of the tree are named by their hash and never change,
so every older version stays provable. Leaves the rules to `ledger.core.blacklist`. DESIGN 7.
"""

from sqlalchemy import ForeignKey, Index, UniqueConstraint

from ledger.storage.tables.schema import Rule, blob, define, number, text

blacklist_epoch = define(
    "blacklist_epoch",
    Rule.APPEND_ONLY,
    blob("id", key=True),
    text("institution_id"),  # whose registry it is
    text("purpose"),
    number("number"),
    blob("record"),  # canonical JSON of the signed epoch
    text("opened_entry"),
    text("opened_at"),
    UniqueConstraint("purpose", "number"),
)

blacklist_member = define(
    "blacklist_member",
    Rule.APPEND_ONLY,
    text("entry_id", key=True),
    text("institution_id"),
    text("public_key"),  # canonical JSON
    number("quota"),
    text("left_entry", null=True),
    Index(None, "institution_id"),
    once=("left_entry",),
)

listing = define(
    "listing",
    Rule.APPEND_ONLY,
    text("id", key=True),
    blob("epoch_id", ForeignKey("blacklist_epoch.id")),
    text("institution_id"),
    blob("token"),
    blob("record"),  # canonical JSON of the lister's signed statement
    blob("sealed"),
    text("proposed_entry"),
    text("proposed_at"),
    Index(None, "epoch_id", "token"),
)

listing_state = define(
    "listing_state",
    Rule.ROLLING,
    text("listing_id", ForeignKey("listing.id"), key=True),
    text("state"),
    text("changed_entry"),
    text("published"),  # the state that the newest version shows, empty for none
    number("published_version"),
)

listing_step = define(
    "listing_step",
    Rule.APPEND_ONLY,
    text("entry_id", key=True),
    text("listing_id", ForeignKey("listing.id")),
    text("institution_id"),
    text("step"),
    blob("record"),  # canonical JSON of the signed step
    text("at"),
    Index(None, "listing_id", "entry_id"),
)

listing_clock = define(
    "listing_clock",
    Rule.ROLLING,
    text("listing_id", ForeignKey("listing.id"), key=True),
    text("due_at"),  # when a clock acts next, empty for a listing that has ended
    Index(None, "due_at"),
)

token_node = define(
    "token_node",
    Rule.APPEND_ONLY,
    blob("hash", key=True),
    number("is_leaf"),
    blob("first"),  # a leaf's token, a branch's left
    blob("second"),  # a leaf's value, a branch's right
)

token_leaf = define(
    "token_leaf",
    Rule.ERASABLE,
    blob("epoch_id", ForeignKey("blacklist_epoch.id"), key=True),
    blob("token", key=True),
    blob("value"),
)

token_change = define(
    "token_change",
    Rule.APPEND_ONLY,
    blob("epoch_id", ForeignKey("blacklist_epoch.id"), key=True),
    number("version", key=True),
    blob("token", key=True),
    blob("value", null=True),  # null: removed
)

token_version = define(
    "token_version",
    Rule.APPEND_ONLY,
    blob("epoch_id", ForeignKey("blacklist_epoch.id"), key=True),
    number("number", key=True),
    blob("root"),
    number("count"),
    blob("record"),  # canonical JSON of the signed version
    text("recorded_entry"),
    text("at"),
)

evaluator_request = define(
    "evaluator_request",
    Rule.APPEND_ONLY,
    blob("epoch_id", key=True),
    number("evaluator", key=True),
    blob("nonce", key=True),
    blob("request_hash"),
    text("institution_id"),
    text("reason"),
    number("items"),
    text("day"),  # UTC
    text("at"),
    Index(None, "epoch_id", "evaluator", "institution_id", "day"),
)

consent_marks = define(
    "consent_marks",
    Rule.APPEND_ONLY,
    blob("epoch_id", key=True),
    number("evaluator", key=True),
    blob("nonce", key=True),
    blob("marks"),  # the first eight bytes of each item's consent commitment, in the order of the items
)

consortium_binding = define(
    "consortium_binding",
    Rule.APPEND_ONLY,
    number("id", key=True),  # always 1: an installation belongs to one consortium
    blob("consortium"),  # address on the chain of the installation
    blob("registry"),  # address of its BlacklistRegistry
    text("at"),
)

consortium_seen = define(
    "consortium_seen",
    Rule.APPEND_ONLY,
    number("changes", key=True),  # how many changes the contract had made by then
    text("record"),  # canonical JSON: its members, and who left
    text("at"),
)

version_endorsement = define(
    "version_endorsement",
    Rule.APPEND_ONLY,
    blob("digest", key=True),  # of the message
    blob("signer", key=True),  # address
    blob("signature"),
    text("at"),
)

version_on_chain = define(
    "version_on_chain",
    Rule.APPEND_ONLY,
    blob("epoch_id", ForeignKey("blacklist_epoch.id"), key=True),
    number("number", key=True),
    number("block_number"),  # a final block in which it was on record
    text("at"),
)
