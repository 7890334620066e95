"""What the demo shows: a live view on a terminal, plain lines anywhere else."""

from __future__ import annotations

from collections import deque
from datetime import datetime, tzinfo
from threading import Lock
from types import TracebackType
from typing import Final, Self

from rich.console import Console, Group
from rich.live import Live
from rich.panel import Panel
from rich.text import Text

from tousu.demo.onlooker import Happening, Tallies
from tousu.demo.wording import sentence
from tousu.shown import for_terminal

LINES: Final = 16
LONG: Final = 1000
"""A file of so many events takes more than a moment."""
PARTS: Final = 10
"""In so many parts it says how far it is."""
COUNTED: Final = (
    ("accepted", ""), ("rejected", "event.rejected"), ("joined", "duplicate.joined"), ("closed", "case.closed"),
    ("met", "clock.met"), ("warned", "clock.warned"), ("breached", "clock.breached"), ("claims", "claim.opened"),
    ("paid", "claim.paid"), ("penalties", "penalty.assessed"),
)  # fmt: skip


class Screen:
    """Where the demo speaks, in the time zone of its pack, of so many events (`total`). `happened` may be called from
    another thread.
    """

    def __init__(self, console: Console, zone: tzinfo, total: int = 0) -> None:
        self.console = console
        self._zone = zone
        self._total = total
        self._lines: deque[Text] = deque(maxlen=LINES)
        self._lock = Lock()
        self._live: Live | None = None
        self._tallies = Tallies()
        self._moment: datetime | None = None
        self._published = 0

    def say(self, words: str, style: str = "") -> None:
        """One line of what the demo itself does."""
        self.console.print(Text(for_terminal(words), style=style), soft_wrap=True)

    def watch(self, tallies: Tallies) -> None:
        """Show these counts from now on."""
        self._tallies = tallies
        if self.console.is_terminal:
            self._live = Live(console=self.console, refresh_per_second=8, get_renderable=self._view, transient=True)
            self._live.start()

    def happened(self, happening: Happening) -> None:
        """Show one event, if it is worth a line."""
        phrase = sentence(happening, self._zone)
        if phrase is None:
            return
        style, words = phrase
        when = happening.moment.astimezone(self._zone).strftime("%m-%d %H:%M")
        line = Text.assemble((when, "dim"), "  ", (f"{happening.case_number or '-':<20}", "bold"), " ", (words, style))
        line.no_wrap, line.overflow = True, "ellipsis"
        with self._lock:
            if self._live is None:
                self.console.print(line, soft_wrap=True)
            else:
                self._lines.append(line)

    def moved(self, moment: datetime, published: int) -> None:
        """Simulated time has come to `moment`, and so many events were published. Where no live view stays on the
        screen, a long file says how far it is.
        """
        former, self._moment, self._published = self._published, moment, published
        if (
            self._live is None
            and self._total >= LONG
            and published // (self._total // PARTS) > former // (self._total // PARTS)
        ):
            now = moment.astimezone(self._zone).strftime("%Y-%m-%d %H:%M")
            self.say(f"{published:,} of {self._total:,} events published, it is {now}", "dim")

    def _view(self) -> Group:
        counts = Text()
        for label, kind in COUNTED:
            value = self._tallies.types[kind] if kind else self._tallies.accepted
            counts.append_text(Text.assemble((f"{value:,}", "bold"), f"\N{NO-BREAK SPACE}{label}    "))
        now = self._moment.astimezone(self._zone).strftime("%A %d %B %H:%M") if self._moment else "starting"
        title = f"{now} ({self._zone}, simulated)   {self._published:,} of {self._total:,} published"
        with self._lock:
            lines = list(self._lines)
        return Group(Panel(counts, title=title), *lines)

    def quiet(self) -> None:
        """End the live view; what is said from now on stays."""
        if self._live is not None:
            self._live.stop()
            self._live = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.quiet()
