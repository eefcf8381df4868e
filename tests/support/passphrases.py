"""Passphrases of tests: one as an installation makes its own, which opens files at once, and one as a person has it."""

DRAWN = "tally-random-1:published-test-passphrase-that-protects-000"
CHOSEN = "correct horse battery staple"  # stretched by scrypt: a third of a second for each file
