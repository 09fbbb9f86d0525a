"""`python -m grader observe`: how any server waits for its clients, and whom that cost what."""

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any, TextIO

from grader.harness import conducts
from grader.harness.observation import attach, observe
from iomodels.analysis import Analysis, analyse
from iomodels.figures.timeline import timeline
from iomodels.record import ScenarioRecord
from iomodels.tracebacks import printable
from iomodels.wording import call_name, count, duration


def add_parser(commands: Any) -> None:
    """Add the command and its options."""
    parser = commands.add_parser(
        "observe",
        help="tell which I/O model any server uses",
        description="Runs a trusted command in a network of its own, plays a scenario against it, "
        "and tells how it waits for its clients. It is not isolated in any other way.",
    )
    parser.add_argument("--port", type=_port, required=True, help="where the server listens")
    parser.add_argument("--udp", action="store_true", help="it serves datagrams")
    parser.add_argument("--scenario", type=Path, metavar="FILE", help="play this instead")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write what was found as JSON")
    parser.add_argument("--figure", type=Path, metavar="FILE", help="draw the timeline as SVG")
    parser.add_argument("--record", type=Path, metavar="FILE", help="write the whole record")
    parser.add_argument("--seconds", type=int, default=30, metavar="S", help="give up after these")
    parser.add_argument("--pid", type=int, help="look at a process that runs already")
    parser.add_argument("server", nargs=argparse.REMAINDER, metavar="-- COMMAND ARG...")


def run(options: argparse.Namespace, out: TextIO) -> int:
    """Do it; return the exit status."""
    script = options.scenario.read_text(encoding="utf-8") if options.scenario else None
    transport = "udp" if options.udp else "tcp"
    if options.pid:
        record = attach(
            options.pid,
            port=options.port,
            transport=transport,
            script=script,
            seconds=options.seconds,
        )
    else:
        record = observe(
            _command(options.server),
            port=options.port,
            transport=transport,
            script=script,
            seconds=options.seconds,
        )
    analysis = analyse(record)
    _show(record, analysis, out)
    if options.json:
        text = json.dumps(as_json(record, analysis), indent=2, ensure_ascii=False)
        options.json.write_text(text + "\n", encoding="utf-8")
    if options.record:
        text = json.dumps(asdict(record), ensure_ascii=False)
        options.record.write_text(text + "\n", encoding="utf-8")
    if options.figure:
        title = f"Who was looked after, and when: {analysis.recognition.title}"
        options.figure.write_text(timeline(analysis.ledger, title=title), encoding="utf-8")
    return 0


def as_json(record: ScenarioRecord, analysis: Analysis) -> dict[str, Any]:
    """Return what was found; times are milliseconds."""
    ledger, recognition = analysis.ledger, analysis.recognition
    totals = ledger.totals
    return {
        "model": recognition.model.value,
        "family": recognition.family.value,
        "title": recognition.title,
        "reasons": list(recognition.reasons),
        "votes": dict(recognition.votes),
        "threads": max(record.most_threads, 1),
        "processes": max(record.most_processes, 1),
        "harmful_ms": _milliseconds(totals.harmful_ns),
        "harmful": [
            {
                "thread": slept.thread_id,
                "call": call_name(slept.syscall),
                "clients": list(slept.clients),
                "started_ms": _milliseconds(slept.started_ns),
                "lasted_ms": _milliseconds(slept.lasted_ns),
                "line": slept.source_line,
                "file": slept.source_file or None,
                "neglected": [
                    {
                        "client": one.client,
                        "unread": one.unread,
                        "lasted_ms": _milliseconds(one.lasted_ns),
                    }
                    for one in slept.neglected
                ],
            }
            for slept in ledger.harmful
        ],
        "sleeps": len(ledger.sleeps),
        "asleep_ms": {life.name: _milliseconds(life.asleep_ns) for life in ledger.lives},
        "refused_reads": totals.refused_reads,
        "spins": totals.spins,
        "calls": totals.calls,
        "messages": totals.messages,
        "cpu_ms": _milliseconds(totals.cpu_ns),
        "trace": {
            "lines": analysis.trace.lines,
            "refused": [str(refusal) for refusal in analysis.trace.refusals],
            "lost_bytes": record.trace_lost_bytes,
        },
    }


def _show(record: ScenarioRecord, analysis: Analysis, out: TextIO) -> None:
    recognition, ledger = analysis.recognition, analysis.ledger
    print(file=out)
    for line in conducts.lines(recognition.title, recognition.reasons, {record.name: ledger}):
        print(printable(line), file=out)
    print(f"    {duration(ledger.totals.cpu_ns)} of CPU time.", file=out)
    if analysis.trace.refused or record.trace_lost_bytes:
        print(
            f"    {count(analysis.trace.refused, 'line')} of the trace were not understood, and "
            f"{count(record.trace_lost_bytes, 'byte')} not kept.",
            file=out,
        )


def _command(words: list[str]) -> list[str]:
    command = words[1:] if words[:1] == ["--"] else words
    if not command:
        raise ValueError("Give the server's command after --, or --pid of one that runs.")
    return command


def _port(text: str) -> int:
    value = int(text)
    if not 0 < value < 1 << 16:
        raise argparse.ArgumentTypeError("a port is a number from 1 to 65535")
    return value


def _milliseconds(nanoseconds: int) -> float:
    return round(nanoseconds / 1e6, 3)
