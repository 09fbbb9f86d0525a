# Attack: 1, the product below the interpreter
# Tries: to import the grader, its settings and its exercises, and to find them by name below /usr/lib and on Python's path.
# Meets: a system's Python that has never heard of them; folders of the project that lie below /usr are covered.
# Expect: contained
import importlib.util
import os
import sys

from attack import contained, escaped

for name in ("grader", "iomodels", "courses", "config", "django", "msgspec", "celery"):
    if importlib.util.find_spec(name) is not None and name not in ("django", "celery", "msgspec"):
        escaped(f"{name} can be imported")
wanted = {"iomodels", "grader", "exercise.toml", "settings.py", "solution.py", ".env", "db.sqlite3"}
for folder in {*sys.path, "/usr/lib", "/usr/share", "/usr/lib/python3"}:
    if folder and os.path.isdir(folder) and folder != "/w":
        found = wanted & set(os.listdir(folder))
        if found:
            escaped(f"{found} in {folder}")
contained()
