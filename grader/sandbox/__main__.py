"""Tell whether this machine can isolate programs: `python -m grader.sandbox [--json]`."""

import sys

from grader.sandbox.doctor.checks import as_json, is_sound
from grader.sandbox.doctor.report import report
from grader.sandbox.doctor.self_test import examine


def main() -> int:
    checks = tuple(examine())
    print(as_json(checks) if "--json" in sys.argv[1:] else report(checks))
    return 0 if is_sound(checks) else 1


if __name__ == "__main__":
    raise SystemExit(main())
