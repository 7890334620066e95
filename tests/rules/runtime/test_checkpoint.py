"""A checkpoint that an earlier version wrote is read for what it is."""

from tousu.runtime import checkpoint as cp
from tousu.runtime.checkpoint import NEVER_US, Checkpoint, Seen

WRITTEN_BEFORE_CLOCKS_WERE_ACCEPTED = (
    '{"cluster_id":"c1","digests":{"complaints.log/3":"0f"},'
    '"generation":2,"numbers":{"complaints.log/3":9},"offsets":{"complaints.inbound":41},"tick_us":1767574801000000,'
    '"time_us":1767574802000000,"topic_ids":{"complaints.inbound":"t1"},'
    '"watermarks":{"complaints.log|intake/3":[7,1767574800000000]}}'
)
"""As commit 482c717 encodes a checkpoint with every field told, in the words of now."""


def test_a_checkpoint_of_an_earlier_version_goes_on_where_it_stood() -> None:
    found = cp.decode(WRITTEN_BEFORE_CLOCKS_WERE_ACCEPTED)
    assert found == Checkpoint(
        offsets={"complaints.inbound": 41},
        numbers={"complaints.log/3": 9},
        digests={"complaints.log/3": "0f"},
        watermarks={"complaints.log|intake/3": Seen(7, 1_767_574_800_000_000)},
        time_us=1_767_574_802_000_000,
        tick_us=1_767_574_801_000_000,
        generation=2,
        cluster_id="c1",
        topic_ids={"complaints.inbound": "t1"},
        clock_accepted_us=NEVER_US,
        forgiven=[],
    )
    assert cp.decode(cp.encode(found)) == found
