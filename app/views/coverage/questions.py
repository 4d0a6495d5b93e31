"""Which questions the coverage board asks of each kind, unless a reader asks others."""

from __future__ import annotations

from app.domain.services import Manner, Method, Rules, State
from app.store.coverage.answers import Question
from app.store.live import View


def kinds_shown(rules: Rules, view: View, wanted: frozenset[str] = frozenset()) -> list[str]:
    """Kinds with a rule, in the order of the zone's kinds."""
    return [kind for kind in view.words.kinds if kind in rules.by_kind and (not wanted or kind in wanted)]


def usual_question(rules: Rules, kind: str, method: Method) -> Question:
    """A kind's own radius; on foot where it is a place that people walk to."""
    rule = rules.by_kind[kind]
    if method is Method.WALK and rule.manner is Manner.PLACE and rule.minutes is not None:
        return Question(kind, State.DONE, Method.WALK, rule.minutes * rules.metres_per_minute)
    return Question(kind, State.DONE, Method.CIRCLE, rule.radius_m)
