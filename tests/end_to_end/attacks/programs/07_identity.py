# Attack: 7, an identity that may do something
# Tries: to have another uid than 1000, a capability, new privileges, or no filter.
# Meets: uid 1000 four times, empty sets, NoNewPrivs 1 and Seccomp 2, for itself and for pid 1.
# Expect: contained
from attack import contained, escaped, read

WANTED = {
    "Uid": "1000 1000 1000 1000", "Gid": "1000 1000 1000 1000", "CapInh": "0" * 16,
    "CapPrm": "0" * 16, "CapEff": "0" * 16, "CapBnd": "0" * 16, "CapAmb": "0" * 16,
    "NoNewPrivs": "1", "Seccomp": "2",
}
for pid in ("self", "1"):
    lines = dict(line.split(":", 1) for line in read(f"/proc/{pid}/status").decode().splitlines())
    found = {name: " ".join(lines[name].split()) for name in WANTED}
    if pid == "1":  # bubblewrap's own pid 1 keeps an empty effective set; the bound is inherited.
        found["CapInh"] = WANTED["CapInh"]
    if found != WANTED:
        escaped(f"{pid}: {found}")
    if lines["Groups"].split() not in ([], ["65534"], ["1000"]):
        escaped(f"{pid}: groups {lines['Groups']}")
contained()
