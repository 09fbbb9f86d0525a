# Attack: 79, all watchers that a user may have
# Source: nixpkgs issue 36214 (containers of one uid share max_user_instances)
# Tries: takes inotify instances in many processes until there are none left.
# Meets: a uid may have a few hundred at once; they are gone with the box.
# Expect: contained
import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
made = 0
while made < 900 and libc.inotify_init() >= 0:
    made += 1
with open("/proc/sys/fs/inotify/max_user_instances") as file:
    most = int(file.read())
print("contained" if made <= most else f"ESCAPED: {made} of {most}")
