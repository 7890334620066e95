"""Whether a shard may be opened: are the topics what the checkpoint says, and is a halted one worth another try?"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from tousu.failure import Stop
from tousu.login import NOT_AUTHORISED
from tousu.runtime.broker import Identity, Source
from tousu.runtime.checkpoint import Checkpoint
from tousu.runtime.processor import Processor
from tousu.runtime.unpublishable import Unpublishable


def partitions_of(processor: Processor, source: Source) -> dict[str, int]:
    """How many partitions each topic of a processor has: one count, anything else would tear the order of a case.

    Raises Stop `not_co_partitioned`.
    """
    topics = [*(input_.topic for input_ in processor.inputs), *processor.outputs, *processor.ticks_to]
    counts = {topic: source.partitions(topic) for topic in topics}
    if len(set(counts.values())) != 1:
        listed = ", ".join(f"{topic}: {count}" for topic, count in sorted(counts.items()))
        raise Stop("not_co_partitioned", f"all topics of {processor.name} need one partition count: {listed}")
    return counts


def check_count(checkpoint: Checkpoint, shard: int, partitions: int) -> int:
    """Hold the number of partitions against that with which the states were put into shards, and note it. The number.

    Raises Stop `partitions_changed`: a case would be looked for in a shard that never heard of it.
    """
    known = checkpoint.partitions or partitions
    if known != partitions or shard >= partitions:
        message = (
            f"the database is in {known} shards and the topics have {partitions if shard < partitions else 'more'} "
            "partitions: stop every copy and run `tousu topics grow` (docs/operations.md, Grow)"
        )
        raise Stop("partitions_changed", message)
    checkpoint.partitions = partitions
    return partitions


def check_identity(checkpoint: Checkpoint, identity: Identity, inputs: Collection[str]) -> None:
    """Hold the checkpoint against the cluster and those inputs that nobody holds out, and note them in it.

    Raises Stop `other_cluster` or `topic_recreated`.
    """
    if checkpoint.cluster_id and identity.cluster_id != checkpoint.cluster_id:
        raise other_cluster(checkpoint.cluster_id, identity.cluster_id)
    read = checkpoint.awaited(inputs)
    for topic, topic_id in checkpoint.topic_ids.items():
        if topic in read and identity.topic_ids.get(topic, topic_id) != topic_id:
            raise recreated(topic, checkpoint.offsets.get(topic, 0))
    checkpoint.cluster_id = identity.cluster_id
    held_out = {topic: topic_id for topic, topic_id in checkpoint.topic_ids.items() if topic in checkpoint.held_out}
    checkpoint.topic_ids = held_out | {
        topic: topic_id for topic, topic_id in identity.topic_ids.items() if topic in read
    }


def other_cluster(known: str, current: str) -> Stop:
    """The halt of a shard whose offsets belong to a cluster other than the one that answers."""
    return Stop("other_cluster", f"the checkpoint belongs to cluster {known}, this is {current}")


def recreated(topic: str, offset: int) -> Stop:
    """The halt of a shard that has read a topic up to an offset which is another one now."""
    message = f"{topic} was made again since it was read up to offset {offset}; see the runbook"
    return Stop("topic_recreated", message)


def next_to_try(halted: dict[int, Stop], limits: Mapping[str, int]) -> int | None:
    """The halted shard that has waited longest of those that could not publish, or read, and may now; it goes to the
    end."""
    for shard, error in list(halted.items()):
        may_publish = isinstance(error, Unpublishable) and error.size_bytes <= limits.get(error.topic, error.size_bytes)
        if may_publish or error.reason == NOT_AUTHORISED:
            halted[shard] = halted.pop(shard)
            return shard
    return None
