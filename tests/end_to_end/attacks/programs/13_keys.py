# Attack: 13, keys of the same user
# Tries: add_key, request_key and keyctl, with and without a high word.
# Meets: the filter: each is answered EPERM.
# Expect: contained
import errno

from attack import call, contained, must_be_refused

USER_KEYRING = -4
must_be_refused(call("add_key", b"user\0", b"x\0", b"y", 1, USER_KEYRING), errno.EPERM, what="add_key")
must_be_refused(call("request_key", b"user\0", b"x\0", 0, USER_KEYRING), errno.EPERM, what="request_key")
for command in (0, 1, 6, 11, 1 << 32):
    must_be_refused(call("keyctl", command, USER_KEYRING, 1), errno.EPERM, what=f"keyctl {command}")
contained()
