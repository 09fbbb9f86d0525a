# Attack: 69, a name that forges the line from which CPU time is read
# Source: util-linux pull request 1971 (brackets and line ends in the name, /proc/PID/stat)
# Tries: calls itself ") R 0 0" with a line end, so that who reads up to the first bracket finds no time used, and lets children burn.
# Meets: the fields are counted from the last bracket; the time of its children is added up and ends it.
# Expect: ended by CPU time
# Limits: cpu_s=2
import ctypes
import os
import resource

libc = ctypes.CDLL(None)
libc.prctl(15, b") S 0 0\n) 0 0 0")
while True:
    child = os.fork()
    if not child:
        resource.setrlimit(resource.RLIMIT_CPU, (1, 1))
        while True:
            pass
    os.waitpid(child, 0)
