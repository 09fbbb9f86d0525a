# Attack: 20, sockets of other families
# Tries: raw, packet, netlink, vsock (which has no namespaces), alg, bluetooth, xdp, can, tipc, smc, mctp, qipcrtr, and the protocols MPTCP and SCTP.
# Meets: the filter: EAFNOSUPPORT, EPERM for a type, EPROTONOSUPPORT for a protocol.
# Expect: contained
import errno

from attack import call, contained, must_be_refused

STREAM, DGRAM, RAW, RDM, PACKET = 1, 2, 3, 4, 10
for family in (*range(3, 10), *range(11, 64), 255, 65535):
    for kind in (STREAM, DGRAM, RAW):
        must_be_refused(call("socket", family, kind, 0), errno.EAFNOSUPPORT, what=f"family {family}")
        must_be_refused(call("socketpair", family, kind, 0, bytes(8)), errno.EAFNOSUPPORT, what=f"a pair of {family}")
for family in (2, 10):
    for kind in (RAW, RDM, PACKET, 0, 6, 15):
        must_be_refused(call("socket", family, kind, 1), errno.EPERM, what=f"type {kind}")
    for protocol in (1, 2, 33, 41, 132, 136, 255, 262):  # 132 is SCTP, 262 is MPTCP.
        must_be_refused(call("socket", family, STREAM, protocol), errno.EPROTONOSUPPORT, what=f"protocol {protocol}")
contained()
