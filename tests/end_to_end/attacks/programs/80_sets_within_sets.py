# Attack: 80, epoll sets that contain each other
# Source: CVE-2011-1083 (Linux: nested epoll takes exponential time)
# Tries: closes a ring of sets, nests them a hundred deep, and lets every set of a layer watch every set of the next.
# Meets: a ring and more than a few layers are refused (ELOOP, EINVAL), and so are too many ways to wake one set.
# Expect: contained
import os
import select


def add(outer, inner):
    try:
        outer.register(inner.fileno(), select.EPOLLIN)
    except OSError:
        return False
    return True


chain = [select.epoll()]
while len(chain) < 100:
    chain.append(select.epoll())
    if not add(chain[-1], chain[-2]):
        break
ring = add(chain[0], chain[-2])
source, _ = os.pipe()
layers = [[select.epoll() for _ in range(30)] for _ in range(4)]
for inner in layers[0]:
    inner.register(source, select.EPOLLIN)
joined = sum(add(a, b) for low, high in zip(layers, layers[1:]) for a in high for b in low)
escaped = len(chain) >= 100 or ring or joined == 3 * 30 * 30
print(f"ESCAPED: {len(chain)} deep, ring {ring}, {joined} joined" if escaped else "contained")
