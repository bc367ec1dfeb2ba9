"""Turns what the benchmarks measured into the rows of tables. Knows no program and no file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median

Samples = dict[str, list[float]]  # name of an operation to nanoseconds of one, for each round
Row = tuple[str, ...]


@dataclass(frozen=True)
class Counted:
    """Of one operation; instructions are None without valgrind."""

    allocations: float
    usual_allocations: float  # of most runs: tables grow now and then
    instructions: float | None


@dataclass
class Results:
    cpp: Samples = field(default_factory=dict)
    python: Samples = field(default_factory=dict)
    node: Samples = field(default_factory=dict)
    figures: dict[str, dict[str, float]] = field(default_factory=dict)
    counted: dict[str, Counted] = field(default_factory=dict)
    speedups: Samples = field(default_factory=dict)  # of two threads, for each round


@dataclass(frozen=True)
class Table:
    title: str
    header: Row
    rows: list[Row]

    def markdown(self) -> str:
        lines = [self.header, tuple("---" for _ in self.header), *self.rows]
        return f"### {self.title}\n\n" + "".join(f"| {' | '.join(line)} |\n" for line in lines)

    def text(self) -> str:
        widths = [max(map(len, column)) for column in zip(self.header, *self.rows, strict=True)]
        lines = [self.header, tuple("-" * width for width in widths), *self.rows]
        return f"{self.title}\n" + "".join(
            "  " + "  ".join(map(str.ljust, line, widths)).rstrip() + "\n" for line in lines
        )


def duration(nanoseconds: float) -> str:
    for unit, size in (("s", 1e9), ("ms", 1e6), ("µs", 1e3)):
        if abs(nanoseconds) >= size:
            return f"{nanoseconds / size:.2f} {unit}"
    return f"{nanoseconds:.0f} ns"


def times_v(ratio: float) -> str:
    return f"{ratio:.3f} V"


def plain(number: float) -> str:
    return f"{number:.1f}"


def _reached(target: float, least: float, middle: float) -> str:
    if middle <= target:
        return "yes"
    return "at best" if least <= target else "no"


def _row(
    what: str, target: float, show: Callable[[float], str], least: float, middle: float
) -> Row:
    return what, f"≤ {show(target)}", show(least), show(middle), _reached(target, least, middle)


def _ratio(what: str, target: float, a: list[float], b: list[float]) -> Row:
    return _row(what, target, times_v, min(a) / min(b), median(a) / median(b))


def _time(what: str, target: float, *samples: list[float]) -> Row:
    """The first of `samples` less the others."""
    first, *others = samples
    least = min(first) - sum(min(other) for other in others)
    middle = median(first) - sum(median(other) for other in others)
    return _row(what, target, duration, least, middle)


def targets(r: Results) -> Table:
    """The figures that are aimed at, each beside its aim."""
    v, v_token = r.cpp["signature/envelope"], r.cpp["signature/token"]
    rows = [
        _ratio("authorize, C++", 1.08, r.cpp["authorize/known_token"], v),
        *(
            _ratio(
                f"authorize, {name}",
                1.10,
                samples["authorize/known_token"],
                samples["signature/envelope"],
            )
            for name, samples in (("Python", r.python), ("Node", r.node))
        ),
        _ratio("authorize, token never seen", 2.12, r.cpp["authorize/new_token"], v),
        _time("authorize besides its signature", 4_000, r.cpp["authorize/known_token"], v),
        _count("heap allocations of authorize", 3, r, "authorize/known_token"),
    ]
    rows += _instructions(
        "instructions of authorize besides its signature",
        r,
        "authorize/known_token",
        "signature/envelope",
    )
    for count in ("4", "100", "1000", "10000"):
        for kind, what in (
            ("hit", "allowed"),
            ("miss_path", "path denied"),
            ("miss_tool", "no capability"),
        ):
            rows.append(
                _time(
                    f"evaluate, {count} capabilities, {what}",
                    250,
                    r.cpp[f"evaluate/{kind}/{count}"],
                )
            )
    for kind in ("domain", "command", "pattern"):
        rows.append(_time(f"evaluate, {kind} constraint", 250, r.cpp[f"evaluate/{kind}"]))
    for kind, what in (
        ("", "path, integer and enum"),
        ("_text", "path and text"),
        ("_pattern", "constant and pattern"),
        ("_domain", "URL"),
        ("_command", "command"),
        ("_miss_path", "path denied"),
        ("_miss_domain", "URL denied"),
    ):
        rows.append(_time(f"evaluate declared, {what}", 250, r.cpp[f"evaluate/declared{kind}"]))
    rows.append(_count("heap allocations of evaluate, allowed", 0, r, "evaluate/hit/10000"))
    rows.append(_count("heap allocations of evaluate, declared", 0, r, "evaluate/declared"))
    for name, samples in (("Python", r.python), ("Node", r.node)):
        rows.append(_time(f"evaluate JSON bytes, {name}", 1_000, samples["evaluate/bytes"]))
    for operation, what in (
        ("check", "no rate"),
        ("check_rate", "a rate"),
        ("check_rate_bytes", "a rate, JSON bytes"),
    ):
        rows.append(_time(f"guard, {what}", 400, r.cpp[f"guard/{operation}"]))
    rows.append(_count("heap allocations of guard, a rate", 0, r, "guard/check_rate"))
    for name, samples in (("Python", r.python), ("Node", r.node)):
        rows.append(
            _time(f"guard, a rate, JSON bytes, {name}", 1_000, samples["guard/check_rate_bytes"])
        )
    for size, target in (("600B", 3_000), ("100kB", 500_000)):
        for name, samples in (("C++", r.cpp), ("Python", r.python), ("Node", r.node)):
            rows.append(
                _time(f"canonicalize {size}, {name}", target, samples[f"json/canonicalize_{size}"])
            )
    rows.append(
        _time("token verification above its signature", 1_500, r.cpp["token/verify"], v_token)
    )
    rows += _attestation(r)
    rows.append(_time("ledger insert, 10 million live", 200, r.cpp["ledger/insert_10M"]))
    for figure, what in (
        ("bytes_per_entry", "bytes of a ledger entry"),
        ("heap_bytes_per_entry", "the same, as the heap grew"),
    ):
        value = r.figures["ledger/insert_10M"][figure]
        rows.append(_row(what, 40, plain, value, value))
    for name, target, samples in (("Python", 250, r.python), ("Node", 300, r.node)):
        rows.append(
            _time(
                f"crossing and one field, {name}",
                target,
                samples["evaluate/least"],
                samples["loop"],
                r.cpp["evaluate/least"],
            )
        )
    rows.append(_speedup("two threads, authorize", 1.9, r.speedups["threads/authorize"]))
    rows.append(_speedup("two threads, bare libsodium", None, r.speedups["threads/signature"]))
    for name, most, operation in (
        ("JSON", 150e6, "policy/load_10000"),
        ("YAML", 60e6, "policy/load_yaml_10000"),
    ):
        rows.append(_time(f"load 10,000 capabilities, {name}", most, r.cpp[operation]))
    rows.append(_time("contains against itself, 10,000", 1e9, r.cpp["policy/contains_10000"]))
    rows.append(_time("lint of 10,000 capabilities", 2e9, r.cpp["policy/lint_10000"]))
    rows.append(_time("diff of 10,000, each changed", 2e9, r.cpp["policy/diff_10000"]))
    return Table("Aims and figures", ("what", "to reach", "best", "median", "reached"), rows)


def _attestation(r: Results) -> list[Row]:
    """Tokens that are seen for the first time, and known ones with a proof each."""
    name, bare = "attestation/verify", "signature/attestation"
    bytes_each = r.figures["seen/insert_1M"]["bytes_per_entry"]
    rows = [
        _ratio(f"attestation verified, {language}", target, samples[name], samples[bare])
        for language, target, samples in (
            ("C++", 1.10, r.cpp),
            ("Python", 1.15, r.python),
            ("Node", 1.15, r.node),
        )
    ]
    for what, operation in (
        ("known attestation and a proof", "attestation/verify_known"),
        ("the same, with its whole message", "attestation/message"),
    ):
        rows.append(_ratio(what, 1.10, r.cpp[operation], r.cpp[bare]))
    signed, issued = r.cpp["sign/attestation"], r.cpp["attestation/issue"]
    rows += [
        _row(
            "attestation issued",
            1.15,
            lambda ratio: f"{ratio:.2f} signatures",
            min(issued) / min(signed),
            median(issued) / median(signed),
        ),
        _time("attestation of an unknown issuer", 2_000, r.cpp["attestation/unknown_issuer"]),
        _time("used claim recorded, 10 live", 1_000, r.cpp["seen/insert_10"]),
        _time("used claim recorded, 1 million live", 1_000, r.cpp["seen/insert_1M"]),
        _row("bytes of a used claim", 40, plain, bytes_each, bytes_each),
    ]
    return rows


def _count(what: str, target: float, r: Results, name: str) -> Row:
    value = r.counted[name].usual_allocations
    return _row(what, target, plain, value, value)


def _instructions(what: str, r: Results, name: str, less: str) -> list[Row]:
    """A figure without an aim; none without valgrind."""
    counts = [r.counted[operation].instructions for operation in (name, less)]
    if counts[0] is None or counts[1] is None:
        return []
    shown = f"{counts[0] - counts[1]:,.0f}"
    return [(what, "", shown, shown, "")]


def _speedup(what: str, target: float | None, rounds: list[float]) -> Row:
    best, middle = max(rounds), median(rounds)
    shown = f"{best:.2f} times", f"{middle:.2f} times"
    if target is None:
        return what, "", *shown, ""
    # More is better here.
    return what, f"≥ {target:.2f} times", *shown, _reached(-target, -best, -middle)


def operations(r: Results) -> Table:
    """Every operation: what repeats exactly, then how long it took."""
    rows: list[Row] = []
    for name, samples in sorted(r.cpp.items()):
        counted = r.counted.get(name)
        instructions = counted.instructions if counted is not None else None
        rows.append(
            (
                name,
                f"{instructions:,.0f}" if instructions is not None else "",
                plain(counted.allocations) if counted is not None else "",
                duration(min(samples)),
                duration(median(samples)),
            )
        )
    return Table(
        "One operation in C++", ("operation", "instructions", "allocations", "best", "median"), rows
    )


def peers(python: Samples, node: Samples) -> list[Table]:
    """The same work done by others, beside ours."""
    tables = []
    for language, samples in (("Python", python), ("Node", node)):
        rows: list[Row] = []
        for name, figures in samples.items():
            work, _, peer = name.partition("/")
            if work == "signature":
                continue
            ours = samples[f"{work}/callgate"]
            rows.append(
                (
                    work,
                    peer,
                    duration(min(figures)),
                    duration(median(figures)),
                    f"{median(figures) / median(ours):.1f}",
                )
            )
        tables.append(
            Table(
                f"The same work in {language}",
                ("work", "by", "best", "median", "times callgate"),
                rows,
            )
        )
    return tables
