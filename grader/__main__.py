"""Run the command line: `python -m grader`."""

import sys

from grader.harness.cli import main

if __name__ == "__main__":
    sys.exit(main())
