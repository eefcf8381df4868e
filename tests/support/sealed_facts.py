"""Facts of a sealed file as an entry commits to them."""

from ledger.core.agreements.sealed import SealedFacts, StampFacts

FACTS = SealedFacts(
    version=1,
    sha256=bytes(32),
    byte_length=9,
    contract_bytes=5,
    sealed_at="2026-11-26T00:00:00.000Z",
    renew_before="2036-11-26T00:00:00.000Z",
    local_time_stamps=True,
    time_stamps=(StampFacts("2026-11-26T00:00:00.000Z", "Local test"),),
)
