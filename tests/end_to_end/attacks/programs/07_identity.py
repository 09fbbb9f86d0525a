# Attack: 7, an identity that may do something
# Tries: to have another uid than 1000, a capability, new privileges, or no filter.
# Meets: uid 1000 four times, empty sets, NoNewPrivs 1 and Seccomp 2.
# Expect: contained
from attack import contained, escaped, read

WANTED = {
    "Uid": "1000 1000 1000 1000", "Gid": "1000 1000 1000 1000", "CapInh": "0" * 16,
    "CapPrm": "0" * 16, "CapEff": "0" * 16, "CapBnd": "0" * 16, "CapAmb": "0" * 16,
    "NoNewPrivs": "1", "Seccomp": "2",
}
lines = dict(line.split(":", 1) for line in read("/proc/self/status").decode().splitlines())
found = {name: " ".join(lines[name].split()) for name in WANTED}
if found != WANTED:
    escaped(f"it has {found}")
if lines["Groups"].split() not in ([], ["65534"], ["1000"]):
    escaped(f"it has the groups {lines['Groups']}")
contained()
