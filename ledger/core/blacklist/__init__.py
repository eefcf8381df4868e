"""The shared blacklist's rules: identifiers, tokens, the token tree, checks and their receipts (DESIGN section 7)."""
