# Model: epoll
# Says: A protocol object for each client is called back by asyncio's loop, which sleeps in epoll.

import asyncio
import os
import sys


class Echo(asyncio.Protocol):
    """One client; what it is owed is kept by its transport."""

    def connection_made(self, transport: asyncio.Transport) -> None:
        self.transport = transport
        self.unfinished = b""

    def data_received(self, data: bytes) -> None:
        lines, newline, self.unfinished = (self.unfinished + data).rpartition(b"\n")
        self.transport.write(lines + newline)

    def pause_writing(self) -> None:
        self.transport.pause_reading()

    def resume_writing(self) -> None:
        self.transport.resume_reading()


async def main(port: int) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Echo, "127.0.0.1", port, backlog=128)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1] if len(sys.argv) > 1 else os.environ["PORT"])))
