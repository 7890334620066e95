"""Every client must choose the same partition for a key, or the order of a case is torn."""

import pytest

from tousu.runtime.partition import murmur2, partition_of


@pytest.mark.parametrize(
    ("key", "signed"),
    [  # the values that Apache Kafka's own UtilsTest states for its murmur2
        (b"21", -973932308),
        (b"foobar", -790332482),
        (b"a-little-bit-long-string", -985981536),
        (b"a-little-bit-longer-string", -1486304829),
        (b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971),
        (b"abc", 479470107),
    ],
)
def test_the_hash_is_that_of_the_java_client(key: bytes, signed: int) -> None:
    assert murmur2(key) == signed % 2**32


def test_a_key_stays_in_its_partition_and_all_partitions_are_used() -> None:
    chosen = {partition_of(f"case-{n}", 12) for n in range(500)}
    assert chosen == set(range(12))
