"""A bookmark that an earlier version wrote is read for what it is."""

from tousu.runtime import bookmark as bm
from tousu.runtime.bookmark import NEVER_US, Bookmark, Seen

WRITTEN_BEFORE_CLOCKS_WERE_ACCEPTED = (
    '{"cluster_id":"c1","digests":{"complaints.log/3":"0f"},"frontier":{"complaints.log|intake/3":[7,1767574800000000]},'
    '"generation":2,"numbers":{"complaints.log/3":9},"offsets":{"complaints.inbound":41},"tick_us":1767574801000000,'
    '"time_us":1767574802000000,"topic_ids":{"complaints.inbound":"t1"}}'
)
"""As commit 482c717 encodes a bookmark with every field told."""


def test_a_bookmark_of_an_earlier_version_goes_on_where_it_stood() -> None:
    found = bm.decode(WRITTEN_BEFORE_CLOCKS_WERE_ACCEPTED)
    assert found == Bookmark(
        offsets={"complaints.inbound": 41},
        numbers={"complaints.log/3": 9},
        digests={"complaints.log/3": "0f"},
        frontier={"complaints.log|intake/3": Seen(7, 1_767_574_800_000_000)},
        time_us=1_767_574_802_000_000,
        tick_us=1_767_574_801_000_000,
        generation=2,
        cluster_id="c1",
        topic_ids={"complaints.inbound": "t1"},
        clock_accepted_us=NEVER_US,
        forgiven=[],
    )
    assert bm.decode(bm.encode(found)) == found
