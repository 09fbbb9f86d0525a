# Attack: 21, a family with a high word
# Tries: socket and socketpair with bits above the 32 of which the kernel knows, in family, type and protocol.
# Meets: the filter, which compares all 64: EAFNOSUPPORT, EPERM and EPROTONOSUPPORT.
# Expect: contained
import errno

from attack import call, contained, must_be_refused

for high in (1 << 32, 1 << 63, 0xFFFFFFFF << 32):
    for family in (2, 16, 17, 40):
        must_be_refused(call("socket", family | high, 1, 0), errno.EAFNOSUPPORT, what=f"family {family} | {high:#x}")
    must_be_refused(call("socket", 2, 3 | high, 1), errno.EPERM, what="a raw type with a high word")
    must_be_refused(call("socket", 2, 1 | high, 0), errno.EPERM, what="a type with a high word")
    must_be_refused(call("socket", 2, 1, 132 | high), errno.EPROTONOSUPPORT, what="a protocol with a high word")
    must_be_refused(call("socketpair", 1 | high, 1, 0, bytes(8)), errno.EAFNOSUPPORT, what="a pair with a high word")
contained()
