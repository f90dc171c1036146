"""Threads that work beside the one that answers the editor, and never keep the program alive."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable
from typing import Any, BinaryIO, TypeVar

T = TypeVar("T")

LONGEST = 64 * 2**20
"""Bytes of a message; what is longer is no rule file."""


class Worker:
    """One thread; what it is given is done in order. When the program ends, it does, too.

    (Threads of a `ThreadPoolExecutor` are waited for at the end: for one that reads from a
    keyboard, for ever.)
    """

    def __init__(self, name: str) -> None:
        """Start the thread."""
        self._todo: queue.SimpleQueue[tuple[Callable[[], Any], asyncio.Future[Any]]]
        self._todo = queue.SimpleQueue()
        threading.Thread(target=self._work, name=name, daemon=True).start()

    async def run(self, work: Callable[[], T]) -> T:
        """What `work` gives or raises, as soon as the thread has come to it."""
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._todo.put((work, future))
        return await future

    def _work(self) -> None:
        while True:
            work, future = self._todo.get()
            if future.cancelled():
                continue
            try:
                done: Callable[[], None] = _giving(future, work())
            except BaseException as error:
                done = _raising(future, error)
            try:
                future.get_loop().call_soon_threadsafe(done)
            except RuntimeError:
                return  # the loop is closed: nobody waits any more


def _giving(future: asyncio.Future[T], result: T) -> Callable[[], None]:
    def give() -> None:
        if not future.done():
            future.set_result(result)

    return give


def _raising(future: asyncio.Future[Any], error: BaseException) -> Callable[[], None]:
    def give() -> None:
        if not future.done():
            future.set_exception(error)

    return give


class Reader:
    """Standard input as the protocol's loop reads it."""

    def __init__(self, stdin: BinaryIO) -> None:
        """`stdin` is read on a thread of its own."""
        self.stdin, self.worker = stdin, Worker("stdin")

    async def readline(self) -> bytes:
        """The next line; nothing at the end."""
        return await self.worker.run(lambda: self.stdin.readline(LONGEST))

    async def readexactly(self, size: int) -> bytes:
        """The next bytes. What is too long for a message is passed over, and is no message."""
        return await self.worker.run(lambda: self._read(size))

    def _read(self, size: int) -> bytes:
        if size <= LONGEST:
            return self.stdin.read(size)
        while size > 0 and (part := self.stdin.read(min(size, LONGEST))):
            size -= len(part)
        return b"!" if size <= 0 else b""
