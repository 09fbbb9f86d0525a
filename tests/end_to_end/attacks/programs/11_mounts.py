# Attack: 11, mounts
# Tries: mount, umount2, pivot_root, chroot, open_tree, fsopen, fsconfig, fsmount, fspick, move_mount, mount_setattr, statmount and listmount.
# Meets: the filter: EPERM, or ENOSYS for what this machine's table of calls does not name.
# Expect: contained
import errno

from attack import call, contained, must_be_refused

CALLS = {
    "mount": (b"none\0", b"/tmp\0", b"tmpfs\0", 0, 0), "umount2": (b"/w\0", 2), "pivot_root": (b"/tmp\0", b"/tmp\0"),
    "chroot": (b"/tmp\0",), "open_tree": (-100, b"/\0", 1), "fsopen": (b"tmpfs\0", 0), "fsconfig": (0, 6),
    "fsmount": (0,), "fspick": (-100, b"/\0", 0), "move_mount": (-100, b"/w\0", -100, b"/tmp\0", 0),
    "mount_setattr": (-100, b"/w\0", 0, bytes(32), 32),
}
for name, arguments in CALLS.items():
    must_be_refused(call(name, *arguments), errno.EPERM, what=name)
for number in (457, 458, 467):  # statmount, listmount, open_tree_attr on every machine.
    must_be_refused(call(number, bytes(64), bytes(64), 64, 0), errno.EPERM, errno.ENOSYS, what=f"call {number}")
contained()
