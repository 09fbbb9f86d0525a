# Model: epoll
# Says: It logs every line into a pipe that nobody reads; when that is full, the loop sleeps in write.
# Wrong: waits-for-everyone
# Call: write
# Line: 20
# Scenario: unread

import asyncio
import os
import sys

LONGEST_LINE = 2 * 1024 * 1024
log_reader, log = os.pipe()  # For a log collector that was never written.


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Echo one client's lines until it ends or is gone."""
    try:
        while (line := await reader.readline()).endswith(b"\n"):
            os.write(log, b"line: " + line)
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
