"""When a count is news: the usual range of former windows, and one warning when a count leaves it (pure).

Time is cut into steps of `step_hours`; a window is `window_hours` long and ends with a step. Its count is compared
with those of the windows before it that do not overlap it, each of the same length and so ending at the same time of
day. Both shells (services/trends/stream.py on Kafka, services/trends/folding.py in the loop) decide with these rules.

The usual range. Counts of rare independent events scatter like a Poisson variable, whose variance is its mean;
complaints scatter more (a strike, a week-end), so the variance is estimated and never taken below the mean
(quasi-Poisson). With m and s² the mean and the sample variance of n former windows and k = `deviations`:

    upper = m + k · sqrt(max(m, s²) · (1 + 1/n))

(1 + 1/n) is there because m is itself estimated from n windows. Sources: W. A. Shewhart, Economic Control of Quality of
Manufactured Product (1931), the c chart, for mean plus three deviations; C. P. Farrington et al., A statistical
algorithm for the early detection of outbreaks of infectious disease, J. R. Stat. Soc. A 159 (1996), for a dispersion
of at least one; the EARS methods of the US CDC for a baseline of no less than seven windows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from math import sqrt
from typing import Final, NamedTuple

from services.trends.cells import Cell, cells_of, checked
from tousu.decision import Output
from tousu.event import Event, text_of_time
from tousu.events.codec import decode
from tousu.events.early_warning import EarlyWarningRaised, EarlyWarningRaisedUsual, EarlyWarningRaisedWindow
from tousu.events.shared_values import PackReference
from tousu.failure import Stop
from tousu.policy.pack import EarlyWarning, Pack
from tousu.policy.policies import OWN, Policies

WARNINGS: Final = "complaints.warnings"
FORMER_WINDOWS_MIN: Final = 7
"""With fewer former windows nothing is known to be usual (EARS: seven days)."""
SILENT: Final = EarlyWarning(
    count_by=(), window_hours=24, step_hours=1, usual_windows=7, deviations=3.0, count_min=1, section=""
)
"""The settings of a pack that warns of nothing: time goes on, nothing is counted."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

CountIn = Callable[[int, int], int]
"""How many there were from one step up to, not including, another."""


class Usual(NamedTuple):
    """What is usual in a window, as published (two places): a count is unusual when it is greater than `upper`."""

    mean: float
    upper: float


class WindowVerdict(NamedTuple):
    """What a window says: whether it is news, and whether the cell is in alarm from now on."""

    is_news: bool
    is_raised: bool
    usual: Usual | None = None


class CellFinding(NamedTuple):
    """What one cell says when a step ends. `is_quiet`: its window is empty, so nothing changes before a count."""

    is_raised: bool
    is_quiet: bool
    warning: Output | None = None


def usual_range(former: Sequence[int], deviations: float) -> Usual:
    """The usual range after at least one former window."""
    n = len(former)
    mean = sum(former) / n
    variance = sum((count - mean) ** 2 for count in former) / (n - 1) if n > 1 else 0.0
    upper = mean + deviations * sqrt(max(mean, variance) * (1 + 1 / n))
    return Usual(round(mean, 2), round(upper, 2))


def judge(count: int, former: Sequence[int], settings: EarlyWarning, *, is_raised: bool) -> WindowVerdict:
    """Whether a count is news, given the counts of former windows and whether the cell is in alarm already.

    The alarm ends, and the next rise is news again, once the count is back in the lower half between mean and upper
    bound or below `count_min`: a count that trembles around the bound warns once. Windows of the alarm belong to what
    was before, so a new level becomes usual in time.
    """
    if count < settings.count_min or len(former) < min(FORMER_WINDOWS_MIN, settings.usual_windows):
        return WindowVerdict(is_news=False, is_raised=False)
    usual = usual_range(former, settings.deviations)
    if count > usual.upper:
        return WindowVerdict(is_news=not is_raised, is_raised=True, usual=usual)
    return WindowVerdict(is_news=False, is_raised=is_raised and count > (usual.mean + usual.upper) / 2, usual=usual)


class TrendRules:
    """Which cells an event counts in, and what a cell says when a step ends, by the deployment's own pack.

    Organisations count in cells of their own, all in one rhythm. A pack without early warnings counts nothing. Steps
    are numbered from 1970-01-01T00:00:00Z; step i ends when step i + 1 begins.
    """

    def __init__(self, policies: Policies) -> None:
        settings = policies.own.early_warning or SILENT
        if settings.window_hours % settings.step_hours:
            message = f"early_warning.window_hours must be a multiple of step_hours ({settings.step_hours})"
            raise Stop("invalid_pack", message)
        self._policies = policies
        self._settings = settings
        self._count_by = checked(settings.count_by)
        self.count_min = settings.count_min
        """A cell with fewer in its window is neither news nor in alarm."""
        self.step = timedelta(hours=settings.step_hours)
        self.window_steps = settings.window_hours // settings.step_hours
        self.history_steps = self.window_steps * (settings.usual_windows + 1)
        """How far back a decision looks."""
        self.rhythm = (self.step.total_seconds(), self.window_steps, self.history_steps, ",".join(settings.count_by))
        """What must be the same for counts to be of use again."""

    def cells(self, event: Event) -> tuple[Cell, ...]:
        """The cells in which this event counts."""
        return cells_of(event, self._count_by) if self._settings is not SILENT else ()

    def step_of(self, moment: datetime) -> int:
        """The step in which a moment lies."""
        return (moment - _EPOCH) // self.step

    def beginning_of(self, step: int) -> datetime:
        """When a step begins, which is when the one before it ends."""
        return _EPOCH + step * self.step

    def assess(self, cell: Cell, end: int, count_in: CountIn, began: int, *, is_raised: bool) -> CellFinding:
        """What a cell says at the beginning of step `end`, when the window in front of it is over.

        `began` is the step of the first event that was counted at all: windows before it are not known to be empty.
        A step without any count is no news, even where the former windows have become smaller meanwhile.
        """
        count = count_in(end - self.window_steps, end)
        if count < self.count_min:
            return CellFinding(is_raised=False, is_quiet=count == 0)
        if not (is_raised or count_in(end - 1, end)):
            return CellFinding(is_raised=False, is_quiet=False)
        verdict = judge(count, self._former(end, count_in, began), self._settings, is_raised=is_raised)
        warning = self._warning(cell, end, count, verdict.usual) if verdict.is_news and verdict.usual else None
        return CellFinding(verdict.is_raised, is_quiet=False, warning=warning)

    def _former(self, end: int, count_in: CountIn, began: int) -> list[int]:
        """The counts of the former windows, the newest first."""
        size = self.window_steps
        firsts = range(end - 2 * size, end - (self._settings.usual_windows + 1) * size - 1, -size)
        return [count_in(first, first + size) for first in firsts if first >= began]

    def _warning(self, cell: Cell, end: int, count: int, usual: Usual) -> Output:
        at = self.beginning_of(end)
        key = cell.place if cell.where == "outlet" else cell.name
        pack = self._pack_of(cell)
        warning = EarlyWarningRaised(
            class_=cell.name if cell.what == "class" else None, kind=cell.name if cell.what == "kind" else None,
            outlet=cell.place if cell.where == "outlet" else None,
            region=cell.place if cell.where == "region" else None,
            window=EarlyWarningRaisedWindow(
                from_=text_of_time(self.beginning_of(end - self.window_steps)), to=text_of_time(at)
            ),
            count=count, usual=EarlyWarningRaisedUsual(mean=usual.mean, upper=usual.upper), at=text_of_time(at),
            pack=PackReference(id=pack.id, version=pack.version), section=self._settings.section,
        )  # fmt: skip
        return Output.of(warning, topic=WARNINGS, subject=key, time=at, organisation=cell.organisation)

    def _pack_of(self, cell: Cell) -> Pack:
        organisation = cell.organisation if self._policies.knows(cell.organisation) else OWN
        return self._policies.history(organisation).newest


def raised(output: Output) -> EarlyWarningRaised:
    """What a warning says."""
    content = decode(output.type, output.data)
    assert isinstance(content, EarlyWarningRaised)
    return content


def warning_id(output: Output) -> str:
    """The id of a warning: the same cell and window always give the same, so that a repeated one can be known."""
    warning = raised(output)
    names = {"class": warning.class_, "kind": warning.kind, "outlet": warning.outlet, "region": warning.region}
    named = (f"{name}={value}" for name, value in names.items() if value is not None)
    owner = f"{output.organisation}:" if output.organisation else ""
    return f"trends:{owner}{','.join(named)}:{warning.window.to}"
