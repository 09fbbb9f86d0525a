"""Small C programs, compiled by the system's gcc as the compiler's box does it."""

import subprocess
from pathlib import Path

from grader.harness.compiler import OPTIONS


def compiled(folder: Path, source: str, *options: str) -> bytes:
    """Return the binary of a program that is called server.c."""
    (folder / "server.c").write_text(source)
    subprocess.run(
        ["gcc", *OPTIONS, f"-ffile-prefix-map={folder}/=", *options, "-o", "server", "server.c"],
        cwd=folder,
        check=True,
        capture_output=True,
    )
    return (folder / "server").read_bytes()
