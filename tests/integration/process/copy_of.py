"""A copy of a small processor as a real process: `python -m tests.integration.process.copy_of keeper PREFIX`.

The processors are those of tests/integration/runtime/counting.py on topics of the test's own. `broken` fails while it
is put together, as a bad deploy would; `wrong_router` is the router with a fault in its rules, on its own topics.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import datetime

import msgspec

from services.router.processor import processor as router
from services.router.rules import RouterRules
from tests.integration.runtime import counting
from tests.integration.upgrade import next_release
from tousu.decision import Decision, Rules, State, StateKey, States
from tousu.event import Event
from tousu.runtime.processor import Processor
from tousu.runtime.wiring import Wiring

OWN = (counting.INBOUND, counting.LOG, counting.COUNTS)


def topics(prefix: str) -> list[str]:
    """The topics of a pair of processors, complaints.rejected apart."""
    return [prefix + topic for topic in OWN]


class Elsewhere:
    """The same rules, speaking to topics with a prefix."""

    def __init__(self, rules: Rules, prefix: str) -> None:
        self._rules = rules
        self._prefix = prefix

    def _moved(self, decision: Decision) -> Decision:
        outputs = [msgspec.structs.replace(each, topic=self._prefix + each.topic) for each in decision.outputs]
        return msgspec.structs.replace(decision, outputs=outputs)

    def state_keys(self, event: Event) -> Sequence[StateKey]:
        return self._rules.state_keys(event)

    def apply(self, states: States, event: Event, now: datetime) -> Decision:
        return self._moved(self._rules.apply(states, event, now))

    def next_timer(self, state_key: StateKey, state: State) -> datetime | None:
        return self._rules.next_timer(state_key, state)

    def on_timer(self, state_key: StateKey, state: State, now: datetime) -> Decision:
        return self._moved(self._rules.on_timer(state_key, state, now))


def elsewhere(processor: Processor, prefix: str) -> Processor:
    return msgspec.structs.replace(
        processor,
        inputs=tuple(msgspec.structs.replace(each, topic=prefix + each.topic) for each in processor.inputs),
        outputs=tuple(prefix + each if each in OWN else each for each in processor.outputs),
        ticks_to=tuple(prefix + each for each in processor.ticks_to),
        rules=Elsewhere(processor.rules, prefix),
    )


class WrongRouterRules(RouterRules):
    """The router's rules, with a property that no schema knows in what they say of a registered case."""

    def apply(self, states: States, event: Event, now: datetime) -> Decision:
        decision = super().apply(states, event, now)
        if not event.type.endswith(".registered.v1"):
            return decision
        outputs = [msgspec.structs.replace(each, data=each.data | {"mood": "bad"}) for each in decision.outputs]
        return msgspec.structs.replace(decision, outputs=outputs)


def wrong_router(wiring: Wiring) -> Processor:
    return msgspec.structs.replace(router(wiring), rules=WrongRouterRules(wiring.policies))


def main(which: str, prefix: str) -> int:
    from tousu.runtime.process import run

    if which == "wrong_router":
        return run("router", wrong_router)

    def compose(wiring: Wiring) -> Processor:
        if which == "broken":
            raise ValueError("王芳 13800001234")
        made = {"keeper": counting.keeper, "counter": counting.counter, "counter_next": next_release.counter}
        return elsewhere(made[which](), prefix)

    return run(which, compose)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
