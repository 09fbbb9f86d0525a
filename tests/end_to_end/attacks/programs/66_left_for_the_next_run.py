# Attack: 66, something planted for the next run
# Source: posit-dev commons pull request 251 (usercustomize runs before the worker)
# Tries: leaves a usercustomize module, a .pth file and a note wherever it may write, after looking whether an earlier run's are there.
# Meets: every run has a /tmp, which is its HOME, and a /dev/shm of its own, empty at the start.
# Expect: contained
import os
import sys

places = ["/tmp", "/dev/shm", "/w", "/usr/lib/python3/dist-packages", os.environ["HOME"]]
site = f"{os.environ['HOME']}/.local/lib/python{sys.version_info[0]}.{sys.version_info[1]}/site-packages"
found = [place for place in places if os.path.exists(place + "/planted.pth")]
if os.path.exists(site) or "usercustomize" in sys.modules:
    found.append(site)
os.makedirs(site)
for place in (*places, site):
    for name, text in {"planted.pth": "import os; os._exit(0)\n", "usercustomize.py": "raise SystemExit\n"}.items():
        try:
            with open(f"{place}/{name}", "w") as file:
                file.write(text)
        except OSError:
            pass
print("ESCAPED: an earlier run's traces in " + ", ".join(found) if found else "contained")
