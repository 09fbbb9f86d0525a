# Attack: 27, higher limits
# Tries: to raise each hard limit by setrlimit and by prlimit64, of itself and of pid 1, and to find one that is missing.
# Meets: EPERM or EINVAL: only who has a capability may.
# Expect: contained
import errno
import resource

from attack import FACTS, contained, escaped

LIMITS = FACTS["limits"]
WANTED = {
    "RLIMIT_NPROC": LIMITS["processes"] + 1, "RLIMIT_NOFILE": LIMITS["open_files"], "RLIMIT_FSIZE": LIMITS["file_bytes"],
    "RLIMIT_AS": LIMITS["address_space_bytes"], "RLIMIT_CPU": LIMITS["cpu_s"] + 1,
}
CEILINGS = ("RLIMIT_CORE", "RLIMIT_STACK", "RLIMIT_MEMLOCK", "RLIMIT_MSGQUEUE", "RLIMIT_SIGPENDING", "RLIMIT_NICE", "RLIMIT_RTPRIO")
for name in (*WANTED, *CEILINGS):
    number = getattr(resource, name)
    soft, hard = resource.getrlimit(number)
    if hard == resource.RLIM_INFINITY or WANTED.get(name, hard) != hard:
        escaped(f"{name} is {hard}")
    for pid in (0, 1):
        before = resource.prlimit(pid, number)[1]
        for wanted in (before + 1, resource.RLIM_INFINITY):
            if resource.RLIM_INFINITY in (before, wanted - 1):
                continue  # There is nothing to raise.
            try:
                resource.prlimit(pid, number, (soft, wanted))
            except (ValueError, PermissionError, OSError):
                continue
            escaped(f"{name} of {pid} became {wanted}")
contained()
