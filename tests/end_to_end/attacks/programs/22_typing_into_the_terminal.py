# Attack: 22, typing into the terminal
# Source: CVE-2017-5226, CVE-2019-10063, CVE-2023-28100
# Tries: TIOCSTI, TIOCLINUX, TIOCSETD and TIOCCONS, also with a high word, on every descriptor, and /dev/tty.
# Meets: the filter: ENOTTY, because only exact codes are allowed. There is no terminal either.
# Expect: contained
import errno
import os

from attack import call, contained, must_be_refused, must_fail

CODES = {"TIOCSTI": 0x5412, "TIOCLINUX": 0x541C, "TIOCSETD": 0x5423, "TIOCCONS": 0x541D, "TIOCSCTTY": 0x540E}
for name, code in CODES.items():
    for high in (0, 1 << 32, 1 << 63):
        for descriptor in (-1, 0, 1, 2):
            # With no descriptor the kernel's own answer would be EBADF.
            must_be_refused(call("ioctl", descriptor, code | high, b"x"), errno.ENOTTY, what=name)
must_fail(lambda: os.open("/dev/tty", os.O_RDWR), errno.ENXIO, what="/dev/tty")
must_fail(lambda: os.open("/dev/console", os.O_RDWR), errno.ENOENT, errno.EACCES, errno.ENXIO, what="/dev/console")
contained()
