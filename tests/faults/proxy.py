"""A TCP proxy on loopback that stands between processors and a server and behaves like a bad network.

It acknowledges whatever it swallows, as a firewall or a load balancer does: no kernel then sees that the peer is gone.
"""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
from collections.abc import Coroutine
from types import TracebackType
from typing import Any, Final, Literal, Self

from tousu.local.machine import LOOPBACK, free_port

CHUNK: Final = 65_536
_RESET_AT_CLOSE: Final = struct.pack("ii", 1, 0)


class Link:
    """One connection through the proxy. Spoiled: bytes of it were lost, so it stays silent and open for ever."""

    def __init__(self, client: asyncio.StreamWriter, server: asyncio.StreamWriter) -> None:
        self.client, self.server = client, server
        self.spoiled = False
        self.cut_at_answer = False

    def reset(self) -> None:
        """RST to both sides."""
        self.spoiled = True
        for side in (self.client, self.server):
            raw = side.get_extra_info("socket")
            if raw is not None and raw.fileno() >= 0:
                raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_AT_CLOSE)
            side.transport.abort()


class Proxy:
    """Forwards from `port` to a server's port. Change `delay_s` and `bytes_per_s` at any time, for both directions.

    `cut_commit` resets a connection when a COMMIT of PostgreSQL goes by: `before` the server has it, or `after` the
    server has answered; `cuts` counts them. `swaps` are replaced in what clients ask, by as many other bytes;
    `swapped` counts them.
    """

    def __init__(self, server_port: int) -> None:
        self.server_port = server_port
        self.port = free_port()
        self.delay_s = 0.0
        self.bytes_per_s = 0.0
        self.cut_commit: Literal["", "before", "after"] = ""
        self.cuts = 0
        self.swaps: dict[bytes, bytes] = {}
        self.swapped = 0
        self._swallows = False
        self._links: list[Link] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxy", daemon=True)
        self._tasks: set[asyncio.Task[None]] = set()

    def __enter__(self) -> Self:
        self._thread.start()
        self._do(self._listen())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._do(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def swallow(self) -> None:
        """From now on every byte is taken and thrown away; connections stay open, new ones are never answered."""
        self._swallows = True

    def restore(self) -> None:
        """The network is back. Connections that have lost bytes stay as silent as they were."""
        self._swallows = False

    def reset_all(self) -> None:
        """RST to every connection there is."""
        self._do(self._reset())

    # -- in the proxy's thread ------------------------------------------------------------------------------------

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._accept, LOOPBACK, self.port)

    async def _end(self) -> None:
        self._server.close()
        await self._reset()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _reset(self) -> None:
        for link in self._links:
            link.reset()
        self._links.clear()

    async def _accept(self, from_client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        try:
            from_server, to_server = await asyncio.open_connection(LOOPBACK, self.server_port)
        except OSError:
            to_client.transport.abort()
            return
        link = Link(to_client, to_server)
        self._links.append(link)
        for source, target, is_request in ((from_client, to_server, True), (from_server, to_client, False)):
            line: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(16)
            for work in (self._take(link, source, line, is_request=is_request), self._give(link, target, line)):
                task = self._loop.create_task(work)
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

    async def _take(
        self, link: Link, source: asyncio.StreamReader, line: asyncio.Queue[tuple[float, bytes]], *, is_request: bool
    ) -> None:
        """Read until the side closes; the end of its stream is passed on as no bytes, unless it is swallowed."""
        data = b"-"
        while data:
            try:
                data = await source.read(CHUNK)
            except OSError:
                data = b""
            link.spoiled = link.spoiled or self._swallows
            if link.spoiled:
                continue
            for old, new in self.swaps.items() if is_request else ():
                self.swapped += data.count(old)
                data = data.replace(old, new)
            if self.cut_commit and is_request and b"COMMIT\0" in data:
                link.cut_at_answer = self.cut_commit == "after"
                if not link.cut_at_answer:
                    self._cut(link)
                    continue
            elif link.cut_at_answer and not is_request:
                self._cut(link)
                continue
            await line.put((self._loop.time() + self.delay_s, data))
        # A spoiled link's side that has closed is forgotten without a word to the other.

    def _cut(self, link: Link) -> None:
        self.cuts += 1
        link.reset()

    async def _give(self, link: Link, target: asyncio.StreamWriter, line: asyncio.Queue[tuple[float, bytes]]) -> None:
        while True:
            due_s, data = await line.get()
            if due_s > self._loop.time():
                await asyncio.sleep(due_s - self._loop.time())
            link.spoiled = link.spoiled or self._swallows
            if link.spoiled:
                continue
            if not data:
                target.close()
                return
            try:
                target.write(data)
                await target.drain()
            except OSError:
                return
            if self.bytes_per_s:
                await asyncio.sleep(len(data) / self.bytes_per_s)
