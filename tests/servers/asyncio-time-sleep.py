# Model: epoll
# Says: A coroutine for each client; one that sleeps with time.sleep takes the loop with it.
# Wrong: sleeps-only-in-readiness
# Call: clock_nanosleep
# Scenario: half-line

import asyncio
import os
import sys
import time

PAUSE_S = 0.005  # So that nobody keeps the machine busy.


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Echo one client's lines until it ends or is gone, a piece at a time."""
    unfinished = b""
    try:
        while data := await reader.read(65536):
            lines, newline, unfinished = (unfinished + data).rpartition(b"\n")
            writer.write(lines + newline)
            await writer.drain()
            time.sleep(PAUSE_S)
    except OSError:
        return
    finally:
        writer.close()


async def main(port: int) -> None:
    server = await asyncio.start_server(serve, "127.0.0.1", port, backlog=128)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1] if len(sys.argv) > 1 else os.environ["PORT"])))
