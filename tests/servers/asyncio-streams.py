# Model: epoll
# Says: A coroutine for each client over asyncio's streams; the loop sleeps in epoll.

import asyncio
import os
import sys

LONGEST_LINE = 2 * 1024 * 1024


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Echo one client's lines until it ends or is gone."""
    try:
        while (line := await reader.readline()).endswith(b"\n"):
            writer.write(line)
            await writer.drain()
    except OSError:
        return
    finally:
        writer.close()


async def main(port: int) -> None:
    server = await asyncio.start_server(serve, "127.0.0.1", port, backlog=128, limit=LONGEST_LINE)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1] if len(sys.argv) > 1 else os.environ["PORT"])))
