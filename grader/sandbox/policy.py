"""Which system calls a program may make, and what it is told about the others.

Everything that is not named here is answered ENOSYS, as by an older kernel, so that libraries fall
back to what they did before the call existed. What is named as denied is answered EPERM: somebody
tried, and the program's own error message shall say so. Nothing is killed but a foreign ABI.
"""

from enum import StrEnum


class Profile(StrEnum):
    """What kind of program is run."""

    SERVER = "server"
    RING_SERVER = "server with io_uring"  # Only on machines that are thrown away.
    COMPILER = "compiler"  # Works on files, in processes of its own, and talks to nobody.


# The groups are for reading; a number decides, so a call may stand in one group only.
ALLOWED = {
    "memory": """
        brk madvise membarrier mincore mlock mlock2 mlockall mmap mprotect mremap msync munlock
        munlockall munmap""",
    "processes and threads": """
        arch_prctl execve execveat exit exit_group fork futex get_robust_list getcpu getpgid
        getpgrp getpid getppid getpriority getrlimit getrusage getsid gettid pause prlimit64
        restart_syscall rseq set_robust_list set_tid_address setpgid setpriority setrlimit setsid
        sysinfo times umask uname vfork wait4 waitid""",
    # Setting them to what they are is common and harmless; there is only one uid in the box.
    "identity": """
        capget getegid geteuid getgid getgroups getresgid getresuid getuid setgid setgroups
        setregid setresgid setresuid setreuid setuid""",
    "scheduling, only to look or to yield": """
        sched_get_priority_max sched_get_priority_min sched_getaffinity sched_getattr
        sched_getparam sched_getscheduler sched_rr_get_interval sched_yield""",
    "signals": """
        kill pidfd_open pidfd_send_signal rt_sigaction rt_sigpending rt_sigprocmask
        rt_sigqueueinfo rt_sigreturn rt_sigsuspend rt_sigtimedwait rt_tgsigqueueinfo sigaltstack
        signalfd signalfd4 tgkill tkill""",
    "time": """
        alarm clock_getres clock_gettime clock_nanosleep getitimer gettimeofday nanosleep
        setitimer time timer_create timer_delete timer_getoverrun timer_gettime timer_settime
        timerfd_create timerfd_gettime timerfd_settime""",
    "waiting, the subject of the course": """
        epoll_create epoll_create1 epoll_ctl epoll_pwait epoll_pwait2 epoll_wait eventfd eventfd2
        inotify_add_watch inotify_init inotify_init1 inotify_rm_watch poll ppoll pselect6 select""",
    "sockets once they are made": """
        accept accept4 bind connect getpeername getsockname getsockopt listen recvfrom recvmmsg
        recvmsg sendmmsg sendmsg sendto setsockopt shutdown""",
    "reading and writing": """
        close close_range copy_file_range dup dup2 dup3 fadvise64 fallocate fcntl fdatasync flock
        fsync ftruncate lseek pipe pipe2 pread64 preadv pwrite64 pwritev read readahead readv
        sendfile splice sync_file_range tee truncate write writev""",
    "files by name": """
        access chdir chmod chown creat faccessat faccessat2 fchdir fchmod fchmodat fchmodat2
        fchown fchownat fgetxattr flistxattr fstat fstatfs getcwd getdents getdents64 getxattr
        lchown lgetxattr link linkat listxattr llistxattr lstat mkdir mkdirat newfstatat open
        openat openat2 readlink readlinkat rename renameat renameat2 rmdir stat statfs statx
        symlink symlinkat unlink unlinkat utime utimensat utimes""",
    "random numbers": "getrandom",
}

# What a compiler is denied of the groups above.
_ONLY_FOR_SERVERS = ("waiting, the subject of the course", "sockets once they are made")
_MAKING_SOCKETS = frozenset({"socket", "socketpair"})

DENIED = {
    "reaching into other processes": """
        kcmp pidfd_getfd process_madvise process_mrelease process_vm_readv process_vm_writev
        ptrace""",
    "namespaces and mounts": """
        chroot fsconfig fsmount fsopen fspick listmount mount mount_setattr move_mount open_tree
        open_tree_attr pivot_root setns statmount umount2 unshare""",
    "files by handle, devices, whole file systems": """
        fanotify_init fanotify_mark lookup_dcookie mknod mknodat name_to_handle_at
        open_by_handle_at quotactl quotactl_fd sync syncfs""",
    "attributes, which tmpfs keeps in kernel memory": """
        fremovexattr fsetxattr lremovexattr lsetxattr removexattr removexattrat setxattr
        setxattrat""",
    "programs for the kernel": "bpf perf_event_open userfaultfd",
    "keys, which are shared by everybody of the same uid": "add_key keyctl request_key",
    "the kernel and the machine": """
        acct delete_module finit_module init_module ioperm iopl kexec_file_load kexec_load
        modify_ldt nfsservctl personality reboot swapoff swapon syslog vhangup""",
    "clocks and names": """
        adjtimex clock_adjtime clock_settime setdomainname sethostname settimeofday""",
    # A box may be pinned to one CPU so that its CPU time cannot outrun the clock.
    "scheduling": """
        get_mempolicy ioprio_set mbind migrate_pages move_pages sched_setaffinity sched_setattr
        sched_setparam sched_setscheduler set_mempolicy set_mempolicy_home_node""",
    "memory that no limit of the box counts": """
        io_cancel io_destroy io_getevents io_pgetevents io_setup io_submit memfd_create
        memfd_secret mq_open mq_unlink msgctl msgget msgrcv msgsnd semctl semget semop semtimedop
        shmat shmctl shmdt shmget""",
    # A filter of the program's own could hide its calls from the tracer: SECCOMP_RET_USER_NOTIF
    # outranks SECCOMP_RET_TRACE, and a call that is then let through was never seen.
    "privileges and policies": """
        capset landlock_add_rule landlock_create_ruleset landlock_restrict_self seccomp setfsgid
        setfsuid""",
}

# Left to ENOSYS on purpose, beside what is not named at all (such as futex_wait, which no C
# library uses and strace does not tell of). clone3: its flags lie in memory, where a filter cannot
# look, and with EPERM in place of ENOSYS no thread could be made. io_uring: IORING_OP_SOCKET
# makes sockets that socket() refuses here, of families that have no namespaces (vsock), and no
# filter sees it.
RINGS = "io_uring_enter io_uring_register io_uring_setup"
# vmsplice: a pipe goes on holding pages that their process has given back, 2 MiB for 4 KiB of pipe,
# and they count as nobody's. preadv2, pwritev2: with offset -1 they move a socket's bytes; without
# them the C library takes readv and writev, as nearly everybody does.
UNKNOWN = f"clone3 preadv2 pwritev2 vmsplice {RINGS}"

# sys/socket.h, netinet/in.h. Not: netlink, packet, vsock (which has no namespaces), alg, and so on.
SOCKET_DOMAINS = {"AF_UNIX": 1, "AF_INET": 2, "AF_INET6": 10}
SOCKET_TYPES = {"SOCK_STREAM": 1, "SOCK_DGRAM": 2, "SOCK_SEQPACKET": 5}
SOCKET_TYPE_MASK = 0xF  # linux/net.h, SOCK_TYPE_MASK: SOCK_NONBLOCK and SOCK_CLOEXEC lie above.
SOCKET_PROTOCOLS = {"default": 0, "IPPROTO_TCP": 6, "IPPROTO_UDP": 17}

# linux/sched.h: a new namespace of any kind, or a child that its parent's tracer does not see.
CLONE_REFUSED = {
    "CLONE_NEWNS": 0x00020000,
    "CLONE_UNTRACED": 0x00800000,
    "CLONE_NEWCGROUP": 0x02000000,
    "CLONE_NEWUTS": 0x04000000,
    "CLONE_NEWIPC": 0x08000000,
    "CLONE_NEWUSER": 0x10000000,
    "CLONE_NEWPID": 0x20000000,
    "CLONE_NEWNET": 0x40000000,
}

# asm-generic/ioctls.h and sockios.h, linux/sockios.h. Exact codes, never ranges: TIOCSTI types into
# the terminal, and a list of what is forbidden was got round twice in bubblewrap's own history.
IOCTLS = {
    "TCGETS": 0x5401,
    "TCSETS": 0x5402,
    "TCSETSW": 0x5403,
    "TCSETSF": 0x5404,
    "TIOCGPGRP": 0x540F,
    "TIOCOUTQ": 0x5411,
    "TIOCGWINSZ": 0x5413,
    "FIONREAD": 0x541B,
    "FIONBIO": 0x5421,
    "FIONCLEX": 0x5450,
    "FIOCLEX": 0x5451,
    "FIOASYNC": 0x5452,
    "FIOSETOWN": 0x8901,
    "SIOCSPGRP": 0x8902,
    "FIOGETOWN": 0x8903,
    "SIOCGPGRP": 0x8904,
    "SIOCATMARK": 0x8905,
    "SIOCGIFNAME": 0x8910,
    "SIOCGIFCONF": 0x8912,
    "SIOCGIFFLAGS": 0x8913,
    "SIOCGIFADDR": 0x8915,
    "SIOCGIFBRDADDR": 0x8919,
    "SIOCGIFNETMASK": 0x891B,
    "SIOCGIFMTU": 0x8921,
    "SIOCGIFHWADDR": 0x8927,
    "SIOCGIFINDEX": 0x8933,
}

# asm-generic/socket.h, linux/tcp.h: the level and the option. With a filter of its own a socket
# throws away what has arrived, which looks as if it were still under way. Other protocols on top of
# TCP are code of the kernel that no server needs (CVE-2023-0461).
SETSOCKOPT_REFUSED = {
    "SO_ATTACH_FILTER": (1, 26),
    "SO_ATTACH_BPF": (1, 50),
    "SO_ATTACH_REUSEPORT_CBPF": (1, 51),
    "SO_ATTACH_REUSEPORT_EBPF": (1, 52),
    "TCP_ULP": (6, 31),
}
# A read in all but name, of which the tracer is not told.
GETSOCKOPT_REFUSED = {"TCP_ZEROCOPY_RECEIVE": (6, 35)}

# linux/prctl.h. Not PR_SET_DUMPABLE: a process that is not dumpable hides its /proc files, and so
# what it waits for. Not PR_SET_SECCOMP, for the reason that seccomp() is refused; nor PR_SET_MM and
# PR_SET_SYSCALL_USER_DISPATCH, which make a process look like another.
PRCTLS = {
    "PR_SET_PDEATHSIG": 1,
    "PR_GET_PDEATHSIG": 2,
    "PR_GET_DUMPABLE": 3,
    "PR_GET_KEEPCAPS": 7,
    "PR_SET_NAME": 15,
    "PR_GET_NAME": 16,
    "PR_GET_SECCOMP": 21,
    "PR_CAPBSET_READ": 23,
    "PR_GET_SECUREBITS": 27,
    "PR_SET_TIMERSLACK": 29,
    "PR_GET_TIMERSLACK": 30,
    "PR_SET_CHILD_SUBREAPER": 36,
    "PR_GET_CHILD_SUBREAPER": 37,
    "PR_SET_NO_NEW_PRIVS": 38,
    "PR_GET_NO_NEW_PRIVS": 39,
    "PR_SET_THP_DISABLE": 41,
    "PR_GET_THP_DISABLE": 42,
    "PR_SET_VMA": 0x53564D41,  # The C library names its memory.
}


def allowed(profile: Profile) -> frozenset[str]:
    """Name the system calls that need no look at their arguments."""
    match profile:
        case Profile.SERVER:
            return _names(ALLOWED)
        case Profile.RING_SERVER:
            return _names(ALLOWED) | frozenset(RINGS.split())
        case Profile.COMPILER:
            return _names(ALLOWED) - _only_for_servers()


def denied(profile: Profile) -> frozenset[str]:
    """Name the system calls that are answered EPERM."""
    match profile:
        case Profile.SERVER | Profile.RING_SERVER:
            return _names(DENIED)
        case Profile.COMPILER:
            return _names(DENIED) | _only_for_servers() | _MAKING_SOCKETS


def _only_for_servers() -> frozenset[str]:
    return _names({name: ALLOWED[name] for name in _ONLY_FOR_SERVERS})


def _names(groups: dict[str, str]) -> frozenset[str]:
    return frozenset(" ".join(groups.values()).split())
