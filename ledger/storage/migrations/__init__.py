"""How a database came to be, step by step; run by `ledger.storage.migrate`, never by hand."""
