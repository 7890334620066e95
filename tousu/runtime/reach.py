"""How a PostgreSQL server is reached so that no wait is without an end (docs/decisions, 'No wait without an end').

The server ends a statement, a wait for a lock and a transaction that nobody goes on with. The kernel ends a connection
whose packets are not acknowledged. What neither sees (the peer's kernel, a proxy or a firewall acknowledges, and nobody
answers) is ended here: a connection on which nothing moves for `silence_s` is given up. Bytes that come or go count as
a sign of life, so a slow network is no fault. Source: libpq, 'Parameter Key Words'; PostgreSQL, 'Client Connection
Defaults'.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

if TYPE_CHECKING:
    from tousu.runtime.silence import Reaching

CONNECT_S: Final = 10
"""To connect, TLS and password included: several round trips."""
STATEMENT_S: Final = 15
"""What one statement of a turn may take on the server, waiting for locks included (TOUSU_STATEMENT_S)."""
GRACE_S: Final = 5
"""So much later than the server the client gives up: what the server says is the better message."""

_KERNEL: Final = {
    "tcp_user_timeout": 15_000, "keepalives": 1, "keepalives_idle": 5, "keepalives_interval": 5, "keepalives_count": 3,
}  # fmt: skip


def reaching_engine(
    url: str, *, statement_s: int = STATEMENT_S, silence_s: float | None = None, options: str = ""
) -> sa.Engine:
    """An engine for a PostgreSQL server; `options` are further settings of the session (`-c name=value`).

    statement_s: what one statement may take on the server. silence_s: how long nothing may move; a little longer
    than a statement unless given.
    """
    session = f"-c statement_timeout={statement_s}s {options}"
    engine = sa.create_engine(
        sa.make_url(url).set(drivername="postgresql+psycopg"), poolclass=sa.NullPool, hide_parameters=True,
        connect_args={"connect_timeout": CONNECT_S, "client_encoding": "utf8", "options": session, **_KERNEL},
    )  # fmt: skip

    @sa.event.listens_for(engine, "do_connect")
    def connect(dialect: object, record: object, arguments: Any, options: Any) -> Reaching:
        from tousu.runtime.silence import Reaching  # psycopg takes a tenth of a second, and SQLite wants none of it

        connection = Reaching.connect(*arguments, **options)
        connection.silence_s = statement_s + GRACE_S if silence_s is None else silence_s
        return connection

    return engine
