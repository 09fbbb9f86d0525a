# Attack: 16, memory that no limit counts
# Tries: memfd_create, memfd_secret, mknod, shmget, msgget and mq_open.
# Meets: the filter: each is answered EPERM.
# Expect: contained
import errno

from attack import call, contained, must_be_refused

IPC_CREAT = 0o1000
must_be_refused(call("memfd_create", b"x\0", 0), errno.EPERM, what="memfd_create")
must_be_refused(call("memfd_secret", 0), errno.EPERM, what="memfd_secret")
must_be_refused(call("mknodat", -100, b"/tmp/x\0", 0o20666, 0x103), errno.EPERM, what="mknodat")
must_be_refused(call("shmget", 1, 1 << 20, IPC_CREAT | 0o600), errno.EPERM, what="shmget")
must_be_refused(call("msgget", 1, IPC_CREAT | 0o600), errno.EPERM, what="msgget")
must_be_refused(call("semget", 1, 1, IPC_CREAT | 0o600), errno.EPERM, what="semget")
must_be_refused(call("mq_open", b"x\0", 0o102, 0o600, 0), errno.EPERM, what="mq_open")
contained()
