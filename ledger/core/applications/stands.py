"""Where an application stands after an entry, as the entry itself says it: committed, so that the current state can be held against it."""

from dataclasses import dataclass

from ledger.core.log.fields import Fields, string
from signing.canonical import Json

_NAMES = frozenset({"state", "version", "step", "waiting_for", "due_on", "policy_id", "path"})


@dataclass(frozen=True, kw_only=True)
class Stands:
    """The state, the version it is about, the step of the path from 0, and the role that decides next until which day."""

    state: str
    version: int
    step: int
    waiting_for: str
    due_on: str
    policy_id: str
    path: str

    def to_json(self) -> dict[str, Json]:
        return {
            "state": self.state,
            "version": self.version,
            "step": self.step,
            "waiting_for": self.waiting_for,
            "due_on": self.due_on,
            "policy_id": self.policy_id,
            "path": self.path,
        }


def read_stands(value: Json) -> Stands:
    """Return the value of a `stands` field; raise InvalidInput("trail.malformed")."""
    fields = Fields(value, _NAMES, where="stands", code="trail.malformed")
    return Stands(
        state=fields.text("state"),
        version=fields.integer("version", least=1),
        step=fields.integer("step", least=0),
        waiting_for=fields.parsed("waiting_for", string),
        due_on=fields.parsed("due_on", string),
        policy_id=fields.parsed("policy_id", string),
        path=fields.parsed("path", string),
    )
