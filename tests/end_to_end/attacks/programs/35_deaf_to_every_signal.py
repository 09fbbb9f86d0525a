# Attack: 35, deaf to every signal
# Tries: to ignore and to block every signal, and to sleep.
# Meets: SIGKILL to pid 1 of its box, which cannot be ignored.
# Expect: ended by wall time
# Limits: wall_ns=300000000
import signal
import time

for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
    signal.signal(number, signal.SIG_IGN)
signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
while True:
    time.sleep(1000)
