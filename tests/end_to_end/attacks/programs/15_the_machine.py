# Attack: 15, the machine itself
# Tries: modules, kexec, reboot, swap, the kernel's log, ports, quotas, accounting, clocks, names and another personality.
# Meets: the filter: each is answered EPERM.
# Expect: contained
import errno

from attack import FACTS, call, contained, escaped, must_be_refused, read

NAMES = """
    init_module finit_module delete_module kexec_load kexec_file_load reboot swapon swapoff syslog acct
    quotactl quotactl_fd settimeofday clock_settime clock_adjtime adjtimex sethostname setdomainname
    vhangup iopl ioperm modify_ldt nfsservctl lookup_dcookie name_to_handle_at open_by_handle_at
    fanotify_init sync syncfs setxattr""".split()
for name in NAMES:
    if name in FACTS["numbers"]:
        must_be_refused(call(name), errno.EPERM, what=name)
ADDR_NO_RANDOMIZE = 0x0040000
must_be_refused(call("personality", ADDR_NO_RANDOMIZE), errno.EPERM, what="personality")
for wanted in ("reboot", "init_module", "personality"):
    if wanted not in FACTS["numbers"]:
        escaped(f"{wanted} was not tried")
if read("/proc/sys/kernel/hostname") != b"box\n":
    escaped("the box has the host's name")
contained()
