"""What is counted where: the cells that one routed case adds one to (pure).

A cell is a class or a kind, in the whole network, in one region or at one outlet. Which of these there are stands in
the pack (`early_warning.count_by`); the whole network is always counted.
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

from tousu.event import Event
from tousu.events.complaint import ComplaintRouted
from tousu.events.inquiry import InquiryRouted
from tousu.failure import Stop
from tousu.policy.region import region_of

COUNTED: Final = frozenset({ComplaintRouted.TYPE, InquiryRouted.TYPE})
DIMENSIONS: Final = ("class", "kind", "outlet", "region")


class Cell(NamedTuple):
    """One class or kind at one place of one organisation; `where` is empty for its whole network."""

    what: Literal["class", "kind"]
    name: str
    where: Literal["", "outlet", "region"] = ""
    place: str = ""
    organisation: str = ""

    @property
    def key(self) -> str:
        """The cell as text, such as `class=damage,outlet=HZ-017`; the same cell always gives the same text."""
        owner = f"{self.organisation}:" if self.organisation else ""
        return f"{owner}{self.what}={self.name}" + (f",{self.where}={self.place}" if self.where else "")


def plain(cell: Cell) -> tuple[str, str, str, str, str]:
    """The cell as states keep it."""
    return (cell.what, cell.name, cell.where, cell.place, cell.organisation)


def cell_of(kept: tuple[str, str, str, str, str]) -> Cell:
    """The cell that was kept."""
    return Cell(*kept)  # type: ignore[arg-type]  # written by us, from a Cell


def checked(count_by: tuple[str, ...]) -> frozenset[str]:
    """The dimensions of a pack. Raises Stop `invalid_pack` for one that a warning could not name."""
    for name in count_by:
        if name not in DIMENSIONS:
            message = (
                f"early_warning.count_by names {name}, which warnings do not have; take of {', '.join(DIMENSIONS)}"
            )
            raise Stop("invalid_pack", message)
    return frozenset(count_by)


def cells_of(event: Event, count_by: frozenset[str]) -> tuple[Cell, ...]:
    """The cells of a case that was routed for the first time; none for every other event.

    A case of several classes counts once in each. One without a class (an inquiry, a complaint in triage) counts under
    its kind. A case that is classed again (`revision` above 1) was counted on arrival.
    """
    if event.type not in COUNTED:
        return ()
    routed = event.content
    assert isinstance(routed, ComplaintRouted | InquiryRouted)
    if isinstance(routed, ComplaintRouted) and routed.revision not in (None, 1):
        return ()
    kind = Cell("kind", routed.kind, organisation=event.organisation)
    whats = [kind._replace(what="class", name=name) for name in _classes(routed)] if "class" in count_by else []
    if "kind" in count_by or not whats:
        whats.append(kind)
    cells = list(whats)
    outlet = routed.object.outlet if routed.object is not None else None
    if outlet and "outlet" in count_by:
        cells += [cell._replace(where="outlet", place=outlet) for cell in whats]
    region = region_of(outlet or "")
    if region and "region" in count_by:
        cells += [cell._replace(where="region", place=region) for cell in whats]
    return tuple(cells)


def _classes(routed: ComplaintRouted | InquiryRouted) -> list[str]:
    listed = [trouble.class_ for trouble in routed.classes]
    return list(dict.fromkeys(([routed.class_] if routed.class_ else []) + listed))
