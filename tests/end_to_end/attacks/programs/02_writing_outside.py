# Attack: 2, writing outside of its /tmp
# Tries: to make a file in /, /usr, /usr/bin, /etc, /w, /dev and /proc, and to change its own program and its mode.
# Meets: read-only mounts: EROFS.
# Expect: contained
import errno
import os
import sys

from attack import contained, must_fail

for folder in ("/", "/usr", "/usr/bin", "/usr/lib", "/etc", "/w", "/dev"):
    path = f"{folder}/written"
    must_fail(lambda: os.open(path, os.O_CREAT | os.O_WRONLY), errno.EROFS, what=f"a file {path}")
must_fail(lambda: os.open("/proc/written", os.O_CREAT | os.O_WRONLY), errno.ENOENT, errno.EACCES, errno.EROFS, what="a file in /proc")
must_fail(lambda: os.open(sys.argv[0], os.O_WRONLY), errno.EROFS, what="its own program")
must_fail(lambda: os.unlink(sys.argv[0]), errno.EROFS, what="unlink in /w")
must_fail(lambda: os.chmod("/w", 0o777), errno.EROFS, what="chmod of /w")
must_fail(lambda: os.chmod("/usr/bin/env", 0o6755), errno.EROFS, errno.EPERM, what="chmod of /usr/bin/env")
must_fail(lambda: os.rename("/w", "/tmp/w"), errno.EROFS, errno.EBUSY, errno.EXDEV, what="rename of /w")
must_fail(lambda: os.symlink("/tmp", "/dev/link"), errno.EROFS, what="a link in /dev")
contained()
