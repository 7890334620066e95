"""What events share: What every report of a department about a case may say. Made by `python -m
tousu.contract.structs` from schemas/: do not edit by hand.
"""

# fmt: off
from __future__ import annotations

from typing import TypeAlias


HandlingPlanId: TypeAlias = str
"""The number of the plan, one for each within the case, such as P-1; a plan is of one department."""


HandlingText: TypeAlias = str
"""What was said or written, in short; what points to a person is masked."""


HandlingActionId: TypeAlias = str
"""The number of the corrective action, one for each within the case, such as CA-1."""


HandlingOrderId: TypeAlias = str
"""The name of the order to recalculate, the same for all cases of one order."""


HandlingNote: TypeAlias = str
"""A remark for whoever reads the case; what points to a person is masked."""
