"""Oblivious evaluation of a keyed function, by one key or by t of n shares of it (RFC 9497 over ristretto255).

Promises: bytes in, bytes out; whoever evaluates learns nothing of the input, whoever asked can prove that the answer is of
the published key. Randomness is an argument. Leaves to others: where secret shares are kept (signing.keys).
"""
