"""Tell whether this machine can isolate programs: `python -m grader.sandbox [--json]`."""

import sys

from grader.sandbox.self_test import as_json, examine


def main() -> int:
    checks = tuple(examine())
    if "--json" in sys.argv[1:]:
        print(as_json(checks))
    else:
        for check in checks:
            print("ok  " if check.is_ok else "FAIL", check.name, check.detail)
            if check.mend:
                print("     to mend it:", check.mend)
    return 0 if all(check.is_ok for check in checks) else 1


if __name__ == "__main__":
    raise SystemExit(main())
