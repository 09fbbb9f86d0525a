"""The /etc that a program sees: just enough for names, users and the dynamic linker."""

from pathlib import Path

_FILES = {
    "passwd": (
        "root:x:0:0:root:/root:/usr/sbin/nologin\n"
        "student:x:1000:1000:student:/tmp:/bin/sh\n"
        "nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n"
    ),
    "group": "root:x:0:\nstudent:x:1000:\nnogroup:x:65534:\n",
    "hosts": "127.0.0.1 localhost box\n::1 localhost\n",
    "host.conf": "multi on\n",
    # Without these two, getaddrinfo("localhost") fails or asks a name server that nobody answers
    # for.
    "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\nservices: files\n",
    "services": "http 80/tcp\nhttps 443/tcp\necho 7/tcp\necho 7/udp\n",
}
_LINKER_CACHE = Path("/etc/ld.so.cache")


def stage(directory: Path) -> None:
    """Write these files into a new directory."""
    directory.mkdir(mode=0o755)
    for name, text in _FILES.items():
        (directory / name).write_text(text, encoding="utf-8")
    if _LINKER_CACHE.exists():
        (directory / _LINKER_CACHE.name).write_bytes(_LINKER_CACHE.read_bytes())
