# Attack: 12, programs for the kernel
# Tries: bpf, perf_event_open, userfaultfd, and /dev/userfaultfd.
# Meets: the filter: each is answered EPERM; there is no such device.
# Expect: contained
import errno
import os

from attack import call, contained, must_be_refused, must_fail

must_be_refused(call("bpf", 0, bytes(120), 120), errno.EPERM, what="bpf")
must_be_refused(call("perf_event_open", bytes(128), 0, -1, -1, 0), errno.EPERM, what="perf_event_open")
must_be_refused(call("userfaultfd", 1), errno.EPERM, what="userfaultfd")
for name in ("userfaultfd", "kvm", "mem", "kmsg", "fuse", "net/tun", "sda", "vda", "vsock", "ptp0", "loop-control"):
    must_fail(lambda: os.open(f"/dev/{name}", os.O_RDWR), errno.ENOENT, what=f"/dev/{name}")
contained()
