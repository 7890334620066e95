"""`tousu keys`: which master keys intake's database knows, and how a new one takes over."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tousu.cli import options

app = typer.Typer(help="The master keys of intake: show them, let a new one take over, retire.", no_args_is_help=True)


@app.command()
def show(
    data: options.Data = None,
    database: options.Database = "",
    as_json: options.AsJson = False,
) -> None:
    """Show the master keys by name: which is in force, which was given, how many rows each wraps. Never a key itself.

    Example: tousu keys show --data /var/lib/tousu
    """
    from services.intake.keyring import master_keys
    from services.intake.store import count_wrapped
    from tousu.cli import output
    from tousu.cli.vault import vault

    with vault(data, database) as opened:
        with opened.store.transaction("cannot read the master keys") as connection:
            known, counts = master_keys(connection), count_wrapped(connection)
        rows = [
            {
                "name": name, "in_force": name == opened.keyring.current.name, "given": name == opened.keyring.given,
                "rows": counts.get(name, 0),
            }
            for name in sorted(known, key=lambda name: known[name].order)
        ]  # fmt: skip
    if as_json:
        output.json_lines(rows)
        return
    columns = ("name", "in force", "given", "rows")
    shown = [(row["name"], _mark(row["in_force"]), _mark(row["given"]), row["rows"]) for row in rows]
    output.table("Master keys", columns, shown, right=("rows",))


@app.command()
def rotate(
    to: Annotated[
        Path,
        typer.Option("--to", metavar="FILE", help="The file of the new master key; made, for you alone, if not there."),
    ],
    data: options.Data = None,
    database: options.Database = "",
    batch: Annotated[int, typer.Option("--batch", min=1, max=10_000, help="Rows wrapped again at once.")] = 500,
    as_json: options.AsJson = False,
) -> None:
    """Let a new master key take over while intake works: the keys of all rows are wrapped again, batch by batch.

    A running intake takes the new key up by itself. Both keys open the database until `tousu keys retire`. A command
    that was cut short goes on where it was. The present key comes from the settings, as intake has it.

    Example: tousu keys rotate --to /run/secrets/master-key-2027
    """
    from services.intake.keyring import Master
    from services.intake.rotating import rotate as take_over
    from tousu.cli import output
    from tousu.cli.person import TABLES
    from tousu.cli.vault import vault
    from tousu.key_file import make_key_file
    from tousu.runtime.master_key import master_key_in

    with vault(data, database) as opened:
        make_key_file(to)
        new, given = Master(master_key_in(to, str(to))), opened.keyring.given
        for step in take_over(opened.store, opened.keyring, new, batch):
            document = {"from": given, "to": new.name, "rewrapped": step.rewrapped, "left": step.left}
            if as_json:
                output.json_lines([document])
            else:
                output.note(f"{step.rewrapped} rows wrapped again, {step.left} to go")
        former = opened.keyring.former
        opened.store.dialect.wipe(TABLES)
    if not as_json:
        output.lines(
            f"master key {new.name} is in force; {former or 'the former'} opens the database, too, until it is retired",
            f"Keep {to} in two places. Start intake with TOUSU_MASTER_KEY_FILE={to} from now on; once it has started,",
            f"`tousu keys retire {former}` with the same setting. Keep {former} as long as backups made under it.",
        )


@app.command()
def retire(
    name: Annotated[str, typer.Argument(help="The former key, by the name that `tousu keys show` gives it.")],
    data: options.Data = None,
    database: options.Database = "",
    as_json: options.AsJson = False,
) -> None:
    """Forget a former master key: from now on only the new one opens the database.

    Refused unless the new one is what the settings give, and while a row is wrapped by the former.

    Example: tousu keys retire 4f2a90c1
    """
    from services.intake.rotating import retire as forget
    from tousu.cli import output
    from tousu.cli.vault import vault

    with vault(data, database) as opened:
        forget(opened.store, opened.keyring, name)
    if as_json:
        output.json_document({"retired": name, "in_force": opened.keyring.current.name})
    else:
        output.lines(f"master key {name} opens nothing any more; backups made under it still need it")


def _mark(is_so: object) -> str:
    return "yes" if is_so else ""
