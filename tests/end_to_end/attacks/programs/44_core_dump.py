# Attack: 44, a crash that leaves something
# Tries: to crash in a folder of its own with its limit on core files raised to what is allowed, so that a file of its memory is written, or a handler of the host's is started.
# Meets: a limit of one byte, which also keeps the kernel from starting a handler: its child leaves no core.
# Expect: killed by SIGSEGV
import os
import resource
import signal

hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
if hard > 1:
    print(f"ESCAPED: a core of {hard} bytes is allowed")
resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))
child = os.fork()
if not child:
    os.kill(os.getpid(), signal.SIGSEGV)
_, status = os.waitpid(child, 0)
if os.WCOREDUMP(status) or os.listdir("/tmp"):
    print(f"ESCAPED: a core was dumped, and in /tmp lies {os.listdir('/tmp')}", flush=True)
os.kill(os.getpid(), signal.SIGSEGV)
