"""`tousu topics`: the topics of the contract on a cluster, its users, and who may do what with them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tousu.cli import options
from tousu.cli.exit_codes import FOUND
from tousu.failure import Retry, Stop

if TYPE_CHECKING:
    from tousu.client.topics import TopicStep
    from tousu.connection import Connection

Partitions = Annotated[
    int | None,
    typer.Option(min=1, help="Partitions of every topic. Default: what the cards say (12).", show_default=False),
]
Rows = list[tuple[dict[str, Any], str]]
"""What is told of one thing: for machines, for people."""

TRY_AGAIN_S = 1.0

app = typer.Typer(help="The topics of the contract on a cluster, and who may do what.", no_args_is_help=True)


@app.command()
def apply(
    broker: options.Broker = "",
    partitions: Partitions = None,
    replicas: Annotated[int, typer.Option(min=1, help="Replicas of every new topic.")] = 1,
    users: Annotated[
        Path | None,
        typer.Option(
            "--users", metavar="FILE", show_default=False,
            help="Write the users of the cards, too (SCRAM-SHA-512). FILE holds a user and a password a line; what is "
            "missing is made and written into it, mode 0600.",
        ),
    ] = None,
    acls: Annotated[bool, typer.Option("--acls", help="Write the ACLs that the cards ask for, too.")] = False,
    remove: Annotated[
        bool, typer.Option("--remove-superfluous", help="Take away the ACLs that no card asks for.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")] = False,
    wait_s: Annotated[
        float, typer.Option("--wait", min=0, metavar="SECONDS", help="How long to wait for a cluster that starts.")
    ] = 0,
    as_json: options.AsJson = False,
) -> None:  # fmt: skip
    """Make the topics as their cards (schemas/topics) want them, those that are there, too; twice changes nothing.

    It says what it made and changed. A partition count is never changed (`tousu topics grow` does that). Users and ACLs
    take a super user of the cluster (TOUSU_KAFKA_USER); passwords are never shown. docs/security.md.

    Example: tousu topics apply --broker localhost:9092 --partitions 12 --replicas 3 --acls --users users.secret
    """
    if remove and not acls:
        raise typer.BadParameter("goes with --acls", param_hint="--remove-superfluous")
    ends_s = monotonic() + wait_s
    while True:
        try:
            connection = options.reachable(broker)
            rows = _apply_topics(connection, partitions, replicas, dry_run=dry_run)
            if users is not None:
                rows += _apply_users(connection, users, dry_run=dry_run)
            if acls:
                rows += _apply_acls(connection, remove=remove, dry_run=dry_run)
            break
        except (Retry, Stop) as error:
            comes_in_time = isinstance(error, Retry) or error.reason == "too_few_brokers"
            if not comes_in_time or monotonic() > ends_s:
                raise
            sleep(TRY_AGAIN_S)
    _show(rows, as_json)


@app.command()
def check(
    broker: options.Broker = "",
    partitions: Partitions = None,
    replicas: Annotated[int, typer.Option(min=1, help="Replicas that every topic should have.")] = 1,
    acls: Annotated[
        bool, typer.Option("--acls", help="Name users and ACLs that are missing, and ACLs that are superfluous, too.")
    ] = False,
    as_json: options.AsJson = False,
) -> None:
    """Name what differs between the topics and their cards (schemas/topics); exit code 1 where something does.

    A topic that is missing is shown as to be created; `tousu topics apply` makes the rest right. Changes nothing.

    Example: tousu topics check --broker localhost:9092 --partitions 12 --replicas 3 --acls
    """
    from tousu.cli import output
    from tousu.client.topics import Topics

    connection = options.reachable(broker)
    with Topics(connection) as topics:
        differing = [step for step in topics.plan(partitions, replicas) if step.action != "keep"]
        if topics.is_embedded:
            output.note("the embedded broker keeps no settings: only names and partition counts were compared")
    rows = _topic_rows(differing)
    if acls:
        rows += _check_rights(connection)
    if not rows and not as_json:
        also = ", every user and every ACL is there and none is superfluous" if acls else ""
        output.lines(f"nothing differs: every topic stands as its card says{also}")
    _show(rows, as_json)
    if rows:
        raise typer.Exit(FOUND)


@app.command()
def grow(
    partitions: Annotated[int, typer.Option(min=1, help="Partitions of every topic: a multiple of what there is.")],
    broker: options.Broker = "",
    data: options.Data = None,
    database: options.Database = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only check that it can be done.")] = False,
    as_json: options.AsJson = False,
) -> None:
    """Give every topic more partitions, so that more copies share the work. No case loses its order or its history.

    Stop every processor first; adapters go on publishing. Run it with the processors' settings (TOUSU_*: packs, master
    key, databases), then start them with TOUSU_PARTITIONS=N. Cut short, it is run again. docs/operations.md, Grow.

    Example: tousu topics grow --partitions 12 --database postgresql://tousu@db/tousu
    """
    from tousu.cli import output
    from tousu.cli.growing import grow_all

    done = grow_all(options.reachable(broker, data), partitions, data, database, dry_run=dry_run)
    if as_json:
        output.json_document(done._asdict())
        return
    word = "would grow" if dry_run else "grown" if done.rows else "nothing to do"
    output.lines(f"{word}: {done.former} -> {done.partitions} partitions")
    if done.rows:
        rows = ", ".join(f"{name} {count:,}" for name, count in done.rows.items())
        output.lines(f"worked off in {done.worked_off_s:.1f} s, states moved in {done.states_s:.1f} s")
        output.lines(f"rows that went to another shard: {rows}")
        output.lines(f"Start every processor with TOUSU_PARTITIONS={done.partitions}; then tousu audit, tousu backup")


def _apply_topics(connection: Connection, partitions: int | None, replicas: int, *, dry_run: bool) -> Rows:
    from tousu.client.topics import Topics

    with Topics(connection) as topics:
        steps = topics.plan(partitions, replicas)
        if not dry_run:
            topics.apply(steps, replicas)
    return _topic_rows(steps)


def _topic_rows(steps: Sequence[TopicStep]) -> Rows:
    return [({"topic": s.topic, "action": s.action, "changes": dict(s.changes)}, str(s)) for s in steps]


def _apply_users(connection: Connection, path: Path, *, dry_run: bool) -> Rows:
    from tousu.client.users import Users, complete, read_passwords
    from tousu.contract import cards
    from tousu.contract.rights import users as users_of

    named = users_of(cards())
    with Users(connection) as users:
        steps = users.plan(named)
        if dry_run:
            read_passwords(path)
        else:
            users.apply(steps, complete(path, named))
    return [({"user": step.user, "action": step.action}, str(step)) for step in steps]


def _apply_acls(connection: Connection, *, remove: bool, dry_run: bool) -> Rows:
    from tousu.cli import output
    from tousu.client.acls import Acls
    from tousu.contract import cards
    from tousu.contract.rights import rights

    with Acls(connection) as acls:
        steps = acls.plan(rights(cards()))
        if not dry_run:
            acls.apply(steps, remove=remove)
    left = [step for step in steps if step.action == "superfluous"]
    if left and not remove:
        output.note(f"{len(left)} superfluous ACLs are left as they are; --remove-superfluous takes them away")
    rows = []
    for step in steps:
        action = "remove" if step.action == "superfluous" and remove else step.action
        rows.append(({"acl": step.rule._asdict(), "action": action}, f"{action}: {step.rule}"))
    return rows


def _check_rights(connection: Connection) -> Rows:
    from tousu.client.acls import Acls
    from tousu.client.users import Users
    from tousu.contract import cards
    from tousu.contract.rights import rights
    from tousu.contract.rights import users as users_of

    with Users(connection) as users:
        missing = users.missing(users_of(cards()))
    with Acls(connection) as acls:
        steps = acls.plan(rights(cards()))
    rows: Rows = [({"user": user, "action": "create"}, f"create user {user}") for user in missing]
    return rows + [({"acl": step.rule._asdict(), "action": step.action}, str(step)) for step in steps]


def _show(rows: Rows, as_json: bool) -> None:
    from tousu.cli import output

    if as_json:
        output.json_lines(row for row, _ in rows)
    else:
        output.lines(*(line for _, line in rows))
