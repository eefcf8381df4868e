"""Automated decisions past the rule set in force, as trails for the tests of the replay."""

from dataclasses import replace

from ledger.core.applications.default_rules import DEFAULT_RULES
from ledger.core.applications.rule_set import Ruling
from support.trail import Trail, before_rules, staffed

LAX = replace(DEFAULT_RULES, otherwise=Ruling.APPROVE)


def rules_differ() -> Trail:
    """Let a machine say that the rules approve what they do not cover."""
    trail = before_rules(term_months=48)
    trail.rule(None, rule_set=LAX)
    return trail


def rules_unpublished() -> Trail:
    """Let a rule set decide that nobody published."""
    trail = staffed()
    trail.content = replace(trail.content, amount=4_000_000)
    trail.create()
    trail.submit(path="automatic")
    trail.rule("approved")
    return trail
