"""Grades one program after another: reads a JSON object a line and answers each with one."""

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from grader.exceptions import GraderError
from grader.harness.cli import shipped
from grader.harness.examination import examine
from grader.harness.exercise import Exercise, parse, read_folder

OF_ONE_SCENARIO = """\
title = "Attack"
{model}
[[scenario]]
name = "one"
points = 1
script = '''
{script}'''
"""


def main() -> None:
    """Answer requests until there are no more."""
    for line in sys.stdin:
        print(json.dumps(_grade(json.loads(line))), flush=True)  # noqa: T201


def _grade(request: dict[str, Any]) -> dict[str, Any]:
    exercise = _exercise(request)
    exercise = replace(exercise, limits=replace(exercise.limits, **request["limits"]))
    try:
        report = examine(
            exercise,
            request["source"].encode(),
            file_name=request["file_name"],
            is_traced=request["is_traced"],
        ).report
    except GraderError as error:
        return {"outcome": f"nothing, because the grader failed: {error}", "rules": []}
    findings = [finding for scenario in report.scenarios for finding in scenario.findings]
    return {
        "outcome": report.outcome.value,
        "rules": sorted({finding.rule for finding in findings}),
        "verdict": report.verdict,
        "messages": [finding.message for finding in findings],
        "conduct": " ".join(report.conduct.reasons) if report.conduct else "",
    }


def _exercise(request: dict[str, Any]) -> Exercise:
    if request["against"]:
        return parse(read_folder(Path(shipped()[request["against"]])))
    model = f'model = "{request["asks"]}"' if request["asks"] else ""
    definition = OF_ONE_SCENARIO.format(model=model, script=request["script"])
    return parse({"exercise.toml": definition, "statement.md": "#", "starter.py": "#"})


if __name__ == "__main__":
    main()
