# Attack: 31, a heap without end
# Tries: to take memory 8 MiB after 8 MiB and to write to all of it.
# Meets: the owner's watch on anonymous memory, or the control group's.
# Expect: ended by memory
# Limits: wall_ns=5000000000
hoard = []
while True:
    hoard.append(bytearray(b"x" * (8 << 20)))
