# Attack: 72, firewall tables through an ordinary socket
# Source: CVE-2016-4997 and CVE-2021-22555 (Linux: IPT_SO_SET_REPLACE)
# Tries: hands tables to iptables, ip6tables, arptables and ebtables by setsockopt, which needs no netlink socket.
# Meets: each is refused, because nobody in the box owns its network.
# Expect: contained
import socket

SET_REPLACE, ADD_COUNTERS, GET_INFO = 64, 65, 64
worked = []
for family, level in ((socket.AF_INET, 0), (socket.AF_INET6, 41)):
    with socket.socket(family, socket.SOCK_DGRAM) as one:
        for option in (SET_REPLACE, ADD_COUNTERS, 96, 97, 128, 129):
            try:
                one.setsockopt(level, option, bytes(96))
            except OSError:
                continue
            worked.append((level, option))
        try:
            worked.append(one.getsockopt(level, GET_INFO, 84) and (level, "read"))
        except OSError:
            pass
print(f"ESCAPED: {worked}" if worked else "contained")
