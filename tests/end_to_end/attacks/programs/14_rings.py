# Attack: 14, calls that are made through a ring
# Tries: io_uring_setup, io_uring_enter and io_uring_register (whose IORING_OP_SOCKET makes sockets that socket() refuses), and io_setup.
# Meets: the filter: ENOSYS, as on a kernel without rings, and EPERM for io_setup.
# Expect: contained
import ctypes
import errno

from attack import call, contained, must_be_refused

for number, name in ((425, "io_uring_setup"), (426, "io_uring_enter"), (427, "io_uring_register")):
    must_be_refused(call(number, 8, ctypes.create_string_buffer(120)), errno.ENOSYS, what=name)
must_be_refused(call("io_setup", 8, ctypes.create_string_buffer(8)), errno.EPERM, what="io_setup")
must_be_refused(call("io_submit", 0, 0, 0), errno.EPERM, what="io_submit")
contained()
