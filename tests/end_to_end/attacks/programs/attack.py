"""What the attacks that run in a box share; it lies beside each of them in /w, with facts.json."""

import ctypes
import errno
import json
import os
import sys

with open("/w/facts.json") as file:
    FACTS = json.load(file)
_libc = ctypes.CDLL(None, use_errno=True)


def escaped(what):
    """Say that an attack has worked, and end."""
    os.write(1, f"ESCAPED: {what}\n".encode())
    os._exit(1)


def contained():
    """Say that no attack has worked, and end."""
    os.write(1, b"contained\n")
    os._exit(0)


def call(name, *arguments):
    """Make a system call by name; return its error number, 0 if it was carried out.

    Each argument is a number, or bytes or a buffer of ctypes of which the address is passed.
    """
    ctypes.set_errno(0)
    number = FACTS["numbers"].get(name, name)
    if isinstance(number, str):  # This machine has no such call.
        return errno.ENOSYS
    passed = (*arguments, *(0,) * (6 - len(arguments)))
    values = (ctypes.c_long(each) if isinstance(each, int) else each for each in passed)
    result = _libc.syscall(ctypes.c_long(number), *values)
    return ctypes.get_errno() if result == -1 else 0


def must_be_refused(met, *wanted, what):
    """Say that an attack has worked unless it met one of these error numbers."""
    if met not in wanted:
        names = " or ".join(errno.errorcode[each] for each in wanted)
        escaped(f"{what} met {errno.errorcode.get(met, 'no error')}, not {names}")


def must_fail(attempt, *wanted, what):
    """Make an attempt that must raise an OSError with one of these error numbers."""
    try:
        attempt()
    except OSError as error:
        must_be_refused(error.errno, *wanted, what=what)
    else:
        escaped(f"{what} worked")


def find_canary(text, *, where):
    """Say that an attack has worked if a secret of the host's is in these bytes."""
    if FACTS["canary"].encode() in text:
        escaped(f"a secret of the host's is in {where}")


def read(path):
    """Return the bytes of a file, or nothing if it cannot be read."""
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return b""


if __name__ == "__main__":
    sys.exit("This is for the attacks beside it.")
