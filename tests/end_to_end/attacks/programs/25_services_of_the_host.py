# Attack: 25, the host's services
# Tries: to reach a port that a service of the host listens on (the test has opened one), and those of databases and brokers.
# Meets: a network without them: ECONNREFUSED.
# Expect: contained
import errno
import socket

from attack import FACTS, contained, must_fail

for port in (FACTS["host_port"], 22, 53, 80, 443, 2375, 5432, 6379, 8000, 8080, 11211):
    for address in ("127.0.0.1", "127.0.0.53", "0.0.0.0", "::1"):
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        with socket.socket(family) as client:
            must_fail(lambda: client.connect((address, port)), errno.ECONNREFUSED, what=f"{address}:{port}")
contained()
