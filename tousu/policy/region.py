"""What region an outlet belongs to, by its code."""

from __future__ import annotations


def region_of(outlet: str) -> str:
    """The region of an outlet: what stands before the first hyphen of its code (HZ-017: HZ); empty without one."""
    region, hyphen, _ = outlet.partition("-")
    return region if hyphen else ""
