# Attack: 18, calls that nobody has named
# Tries: every number from 450 to 600, some far above, and negative ones.
# Meets: the filter: ENOSYS for what it does not name.
# Expect: contained
import errno

from attack import FACTS, call, contained, escaped, must_be_refused

named = set(FACTS["numbers"].values())
tried = [number for number in [*range(450, 601), 1000, 4095, 100_000, 0x3FFFFFFF] if number not in named]
if len(tried) < 100:
    escaped("too few numbers were tried")
for number in tried:
    # 462 to 467 change memory and attributes on newer kernels; all have to be refused alike.
    must_be_refused(call(number), errno.ENOSYS, errno.EPERM, what=f"call {number}")
contained()
