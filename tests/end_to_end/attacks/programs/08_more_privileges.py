# Attack: 8, more privileges
# Tries: setuid, setgid and setresuid to 0, setgroups, capset, su, and a set-user-id copy of a shell in /tmp.
# Meets: EINVAL (there is one uid in the box) or EPERM, and a nosuid mount.
# Expect: contained
import errno
import os
import shutil
import subprocess

from attack import call, contained, escaped, must_be_refused, must_fail

for name in ("setuid", "setgid", "setfsuid", "setfsgid"):
    met = call(name, 0)
    must_be_refused(met, errno.EINVAL, errno.EPERM, what=f"{name}(0)")
must_be_refused(call("setresuid", 0, 0, 0), errno.EINVAL, errno.EPERM, what="setresuid")
must_fail(lambda: os.setgroups([0]), errno.EPERM, errno.EINVAL, what="setgroups")
must_be_refused(call("capset", b"\x26\x05\x08\x20\0\0\0\0", b"\xff" * 24), errno.EPERM, what="capset")
shutil.copy("/usr/bin/id", "/tmp/id")
os.chmod("/tmp/id", 0o6755)
if subprocess.run(["/tmp/id", "-u"], capture_output=True, text=True).stdout.strip() != "1000":
    escaped("a set-user-id copy has another uid")
if os.path.exists("/usr/bin/su"):
    if subprocess.run(["/usr/bin/su", "-c", "true"], stdin=subprocess.DEVNULL, capture_output=True).returncode == 0:
        escaped("su worked")
contained()
