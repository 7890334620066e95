"""One duty of each pack that its day shows, in a line for a newcomer: what the source asks, how often it was kept.

Whoever writes a pack of their own has none here, and the demo says nothing of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from tousu.demo.onlooker import Happening

AT_THE_GATE: Final = "complaints.accepted"
"""What is told there is told again by whoever acts on it, and counted there."""


class Sign(NamedTuple):
    """An event by which a duty shows: its name, and what its fields say."""

    event: str
    says: Mapping[str, Any] = {}

    def fits(self, happening: Happening) -> bool:
        return happening.name == self.event and all(happening.data.get(name) == v for name, v in self.says.items())


class Duty(NamedTuple):
    """What a source asks, in both languages; by what one sees that it was done, done late and not done in time."""

    section: str
    english: str
    chinese: str
    done: Sign
    missed: Sign | None = None


def of_clock(section: str, english: str, chinese: str, clock: str, **says: Any) -> Duty:
    """A duty with a limit: done where its clock is met, missed where it is breached."""
    fields = {"clock": clock, **says}
    return Duty(section, english, chinese, Sign("clock.met", fields), Sign("clock.breached", fields))


DUTIES: Final[Mapping[str, Duty]] = {
    "courier-network": of_clock(
        "C 6", "a leader looks at every plan and decides on it before it is carried out",
        "主管领导对处理方案一一过目，并及时做出批示", "plan_instruction",
    ),
    "courier-handbook": of_clock(
        "H 7", "after the compensation was paid the customer is asked how satisfied they are",
        "赔偿支付后回访客户，了解满意度", "payment_follow_up",
    ),
    "auto-service": of_clock(
        "A 2", "a complaint that is valid has a responsible person, named within three days", "有效投诉要确定责任人",
        "responsible_named",
    ),
    "after-sales": of_clock(
        "S 5", "a case that is taken up again gets its first reply within one hour again",
        "重新受理的投诉，一小时内首次回复重新起算", "first_reply", generation=2,
    ),
    "logistics": of_clock(
        "L 2", "the customer is told how it goes on, until when, and whom to ask", "告知客户处理流程、时限和联系方式",
        "customer_informed",
    ),
    "china-statutory": of_clock(
        "Express Regulations 29", "the complaint is handled and the customer told within seven days",
        "快递企业自接到投诉之日起七日内处理并告知用户", "statutory_answer",
    ),
    "united-kingdom": Duty(
        "DISP 1.6", "a final response says the decision, why, what is offered, and where to go next",
        "最终答复须写明决定、理由、补救和后续申诉途径", Sign("handling.customer_answered", {"kind": "final"}),
    ),
}  # fmt: skip
"""By the name of the pack."""


class DutyWatch:
    """Counts how often the duty of a pack was kept while its day goes by, and in which case first."""

    def __init__(self, pack: str) -> None:
        self.duty = DUTIES.get(pack)
        self.done = self.missed = 0
        self.first_case = ""

    def happened(self, happening: Happening) -> None:
        """Look at one event; what intake passes on is looked at where it is acted on."""
        if self.duty is None or happening.topic == AT_THE_GATE:
            return
        if self.duty.done.fits(happening):
            self.done += 1
            self.first_case = self.first_case or happening.case_number
        elif self.duty.missed is not None and self.duty.missed.fits(happening):
            self.missed += 1

    def row(self) -> dict[str, str]:
        """The row of the summary, in both languages; none for a pack without a duty here."""
        if self.duty is None:
            return {}
        english = f"{self.duty.english}: done {self.done} times" + (f", missed {self.missed}" if self.missed else "")
        chinese = f"{self.duty.chinese}：做到 {self.done} 次" + (f"，未做到 {self.missed} 次" if self.missed else "")
        first = f"first in case {self.first_case}" if self.first_case else "it did not happen"
        return {"duty shown": f"{self.duty.section}: {english}; {first}\n{chinese}"}

    def document(self) -> dict[str, Any]:
        """The same for machines; empty for a pack without a duty here."""
        if self.duty is None:
            return {}
        counted = {"done": self.done, "missed": self.missed, "first_case": self.first_case}
        return {"section": self.duty.section, "english": self.duty.english, "chinese": self.duty.chinese} | counted
