"""The one clock: what starts, pauses, moves and ends a limit, and when it tells something. Cases and claims run it.

`state` holds a clock, `counting` its working time, `moves` and `pausing` what happens to it, `triggers` which event
does what by the pack, `deciding` what becomes of one while something is unknown, `changing` what another limit or
calendar makes of it, `escalation` whom it tells. The owner of the clocks (a case, a claim) is a `ClockContext`: it says
which rules hold and takes what is published.
"""
