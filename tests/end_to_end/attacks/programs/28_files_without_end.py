# Attack: 28, files without end
# Tries: a file larger than allowed, more bytes than /tmp and /dev/shm have, and more files than there are inodes.
# Meets: EFBIG at 16 MiB, ENOSPC at 32 MiB, and ENOSPC below 2048 files.
# Expect: contained
import errno
import os
import signal

from attack import FACTS, contained, escaped

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
MIB = 1 << 20
piece, written, files = bytes(MIB), 0, 0
for folder in ("/tmp", "/dev/shm"):
    for number in range(8):
        descriptor = os.open(f"{folder}/{number}", os.O_CREAT | os.O_WRONLY)
        try:
            while True:
                written += os.write(descriptor, piece)
                if written > 64 * MIB:
                    escaped(f"{written} bytes were written")
        except OSError as error:
            if error.errno not in (errno.EFBIG, errno.ENOSPC):
                escaped(f"a file met {error}")
        if os.fstat(descriptor).st_size > FACTS["limits"]["file_bytes"]:
            escaped("a file is larger than it may be")
        try:
            os.posix_fallocate(descriptor, 0, 1 << 40)
            escaped("a terabyte was set aside")
        except OSError as error:
            if error.errno not in (errno.EFBIG, errno.ENOSPC):
                escaped(f"fallocate met {error}")
if written > FACTS["limits"]["tmp_bytes"]:
    escaped(f"{written} bytes lie in /tmp")
for folder in ("/tmp", "/dev/shm"):
    for number in range(8):
        os.unlink(f"{folder}/{number}")
try:
    while files < 10_000:
        os.close(os.open(f"/tmp/x{files}", os.O_CREAT))
        files += 1
except OSError as error:
    if error.errno != errno.ENOSPC:
        escaped(f"file {files} met {error}")
if files >= FACTS["limits"]["tmp_inodes"]:
    escaped(f"{files} files were made")
contained()
