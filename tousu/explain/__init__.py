"""Why a case stands as it does: from what was published of it and the pack, without asking anybody.

`story` reads the published events; `accounts` has, for each clock, the intervals that add up to its elapsed time;
`attachment` says why a clock runs or does not; `hops` whose time it was; `decision` what the router decided and why;
`explanation` puts all of it together; `picture` draws it. Nothing here does I/O.
"""
