"""The blacklist's client, for an institution that checks and lists: subjects are named here and nowhere else (DESIGN section 7).

Promises: no identifier, blind or details key leaves this package but into files that its caller asked for; the registry and the
evaluators get blinded elements, commitments and tokens of listings. Every answer is verified before it is believed.
Leaves to others: keys and files of the caller (api.commands), the rules (core.blacklist).
"""
