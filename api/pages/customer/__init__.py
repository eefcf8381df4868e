"""The customer's pages under /sign: the invitation, the steps of signing, and the sealed file."""
