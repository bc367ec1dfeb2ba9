"""``callgate audit``: verify, follow and search an audit trail, offline."""

from __future__ import annotations

import argparse
import json
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import datetime, timezone
from pathlib import Path

from callgate.audit.chain import MAX_LINE, Line
from callgate.audit.events import EVENT_NAMES
from callgate.audit.head import Head
from callgate.audit.query import Query, follow_lines, printable, read_lines, select, shown_line
from callgate.audit.reader import expand
from callgate.audit.trail import open_regular
from callgate.audit.trail_report import TrailReport
from callgate.audit.verify import verify_trail
from callgate.cli._command import Outcome, Verbs, add_command
from callgate.cli._input import STDIN, input_error, read_json_file, read_now, read_public_key


def add(verbs: Verbs) -> None:
    """The parsers."""
    parser = verbs.add_parser(
        "audit",
        help="Verify, follow and search an audit trail",
        description="Verifies, follows and searches an audit trail, offline.",
        allow_abbrev=False,
    )
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    _add_verify(actions)
    _add_tail(actions)
    _add_query(actions)


def _add_verify(actions: Verbs) -> None:
    parser = add_command(
        actions,
        "verify",
        verify,
        "Verify a trail: exit 0 whole, 1 tampered with, 2 error, 3 whole as far as can be known",
    )
    _add_files(parser)
    parser.add_argument(
        "--key",
        action="append",
        required=True,
        metavar="KEY",
        help="the newest public key of the audit, base64 or a file: PEM, JWK or base64; never one "
        "that came with the trail; may be given again",
    )
    parser.add_argument(
        "--anchor",
        action="append",
        default=[],
        metavar="HEAD",
        help="a head of this log that was kept elsewhere, a file or JSON text; may be given again",
    )
    parser.add_argument(
        "--up-to-anchor",
        action="store_true",
        help="judge nothing after the last anchor: for the trail of a running gateway",
    )
    parser.add_argument(
        "--accept-acknowledged",
        action="store_true",
        help="take the operator's signed word for lines that are gone",
    )


def _add_tail(actions: Verbs) -> None:
    parser = add_command(actions, "tail", tail, "Print the end of a trail")
    parser.add_argument("path", type=Path, metavar="PATH", help="a trail's folder, or one file")
    parser.add_argument("-n", "--lines", type=int, default=10, help="how many lines (10)")
    parser.add_argument(
        "-f", "--follow", action="store_true", help="go on with the lines that are added"
    )


def _add_query(actions: Verbs) -> None:
    parser = add_command(actions, "query", query, "Print the lines that match all conditions")
    _add_files(parser)
    time = "seconds since 1970, or a time like 2026-02-17T14:32:01Z"
    parser.add_argument("--since", metavar="TIME", help=time)
    parser.add_argument("--until", metavar="TIME", help=f"{time}, not included")
    parser.add_argument("--session", metavar="ID")
    parser.add_argument("--workload", metavar="ID")
    parser.add_argument("--entity", metavar="NAME", help="of the certificate, or its trust domain")
    parser.add_argument("--tool", metavar="NAME", help="a name, or a pattern like 'fs.*'")
    parser.add_argument("--event", choices=sorted(EVENT_NAMES), metavar="EVENT")
    parser.add_argument("--kind", metavar="KIND", help="of lines: event, outcome, checkpoint, …")
    parser.add_argument("--trace", metavar="ID", help="the trace id of a request")
    parser.add_argument("--code", metavar="NAME", help="of a refusal, as PATH_NOT_ALLOWED")
    parser.add_argument("--verdict", choices=("allowed", "denied"))


def _add_files(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "files", nargs="+", type=Path, metavar="PATH", help="a trail's folder, or files in order"
    )


def verify(arguments: argparse.Namespace) -> Outcome:
    """0 whole, 1 tampered with, 3 no fault, but something cannot be excluded."""
    keys = [read_public_key(key) for key in arguments.key]
    anchors = [_head(text) for text in arguments.anchor]
    if arguments.up_to_anchor and not anchors:
        raise input_error("there is no anchor", "--up-to-anchor")
    report = verify_trail(
        # Where a head says that there were lines, an empty folder is one that they were taken from.
        expand(arguments.files, none=bool(anchors)),
        keys,
        anchors,
        up_to_anchor=arguments.up_to_anchor,
        accept_acknowledged=arguments.accept_acknowledged,
    )
    data = {"status": report.status, **asdict(report)}
    lines = [printable(line) for line in _sentences(report)]
    return Outcome(report.status == "whole", data, lines, status=report.exit_code)


def _head(text: str) -> Head:
    """Reads a file, standard input, or the text itself where that begins as JSON does."""
    if text == STDIN or text.lstrip().startswith("{"):
        return Head.from_json(read_json_file(text))
    with open_regular(Path(text)) as file:
        return Head.from_json(file.read(MAX_LINE))


def _sentences(report: TrailReport) -> Iterator[str]:
    if report.fault is not None:
        place = "" if report.where is None else f"{report.where}: "
        yield f"{place}{report.fault}"
        sealed = report.sealed >= report.first > 0
        lines = f"lines {report.first} to {report.sealed}" if sealed else "no lines"
        yield f"TAMPERED: {lines} are sealed and whole"
    else:
        yield f"{report.status.upper()}: lines {report.first} to {report.sealed} are as written"
    yield from (f"open: {text}" for text in report.open_ends)
    yield from (f"note: {text}" for text in report.notices)


def tail(arguments: argparse.Namespace) -> Outcome:
    """The last lines, then, with --follow, those to come, until it is interrupted."""
    path: Path = arguments.path
    (*_, last) = expand([path])
    if arguments.lines < 0:
        raise input_error("it cannot be negative", "--lines")
    if not arguments.follow:
        lines = deque(read_lines([last]), maxlen=arguments.lines)
        return _stream(lines, arguments)
    there = sum(1 for _ in read_lines([last]))
    skipped = max(0, there - arguments.lines)
    followed = (line for number, line in enumerate(follow_lines(last)) if number >= skipped)
    return _stream(followed, arguments)


def query(arguments: argparse.Namespace) -> Outcome:
    """Believes what is written: verify judges."""
    wanted = Query(
        since=_time(arguments.since, "--since"),
        until=_time(arguments.until, "--until"),
        kind=arguments.kind,
        event=arguments.event,
        session=arguments.session,
        workload=arguments.workload,
        entity=arguments.entity,
        tool=arguments.tool,
        trace_id=arguments.trace,
        code_name=arguments.code,
        allowed=None if arguments.verdict is None else arguments.verdict == "allowed",
    )
    return _stream(select(read_lines(expand(arguments.files)), wanted), arguments)


def _stream(lines: Iterable[Line], arguments: argparse.Namespace) -> Outcome:
    texts = map(_json if arguments.json else shown_line, lines)
    return Outcome(True, None, stream=texts)


def _json(line: Line) -> str:
    members = {
        "seq": line.seq, "time": line.time, "kind": line.kind, "prev": line.prev,
        "hash": line.hash, "fields": line.fields,
    }  # fmt: skip
    return json.dumps(members)


def _time(text: str | None, option: str) -> datetime | None:
    time = read_now(text, option)
    if not isinstance(time, float):
        return time
    try:
        return datetime.fromtimestamp(time, timezone.utc)
    except (ValueError, OverflowError, OSError) as error:  # nan, inf, the year 100,000
        raise input_error(f"{text!r} is no time of a calendar", option) from error
