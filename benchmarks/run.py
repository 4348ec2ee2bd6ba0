#!/usr/bin/env python3
"""Runs the workloads, checks their answers against known counts, and prints one table of medians and ratios.

run.py [--events N] [--rounds N] [--only "w1,w1 search-late"] [--bin DIR] [--data DIR] [--report FILE]

Programs take turns within a round, so that what disturbs the machine disturbs all of them; times are processor seconds
(user and system) of one process, so that waiting does not count, less those of a start without any event. A wrong count
ends the run. --report writes the table as Markdown, with plots beside it.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

from workload_files import known_counts, processor_seconds, rules_of

HERE = Path(__file__).resolve().parent
STOCK_EVENTS_MAX = 500_000


class Program:
    """A command to measure, and the counts that it must give."""

    def __init__(self, name, stream, command, wants=None):
        self.name, self.stream, self.command, self.wants = name, stream, command, wants
        self.seconds, self.start_seconds, self.counts = [], [0], None

    def median(self):
        """Of the seconds beyond those that it takes to start."""
        return statistics.median(self.seconds) - statistics.median(self.start_seconds)

    def run(self):
        seconds, output = processor_seconds(self.command)
        self.seconds.append(seconds)
        if self.wants is not None:
            self.check(json.loads(output))

    def check(self, found):
        self.counts = [found["matches"], found["timeouts"]]
        if self.counts != self.wants:
            sys.exit(f"{self.name}: found {self.counts} matches and timeouts, there are {self.wants}")


class Tocsin(Program):
    """`tocsin run`: its counts are in the file of its statistics. It starts with an empty input. And
    `tocsin bench`, with one worker and with two, where the events are in memory before the clock runs."""

    def __init__(self, options, name, stream, rules, wants):
        self.stats = options.data / "stats.json"
        of_stream = ["--rules", str(rules), "--input", str(stream), *disorder_of(kind_of(stream))]
        command = [str(options.bin / "tocsin"), "run", *of_stream, "--output", "/dev/null", "--stats", str(self.stats)]
        self.in_memory = [str(options.bin / "tocsin"), "bench", *of_stream, "--json", "--repeat", "3", "--workers"]
        self.memory_seconds = {1: [], 2: []}  # by workers
        super().__init__(name, stream, command, wants)
        self.start_seconds = []
        self.start_command = [word if word != str(stream) else str(empty_stream(options)) for word in command]

    def run(self):
        self.start_seconds.append(processor_seconds(self.start_command)[0])
        self.seconds.append(processor_seconds(self.command)[0])
        self.check(json.loads(self.stats.read_text()))
        for workers, seconds in self.memory_seconds.items():
            found = json.loads(processor_seconds([*self.in_memory, str(workers)])[1])
            self.check(found)
            seconds.append(found["seconds_median"])


def empty_stream(options):
    path = options.data / "empty.ndjson"
    path.touch()
    return path


def kind_of(stream):
    """Of `search-late-500000.ndjson`: search-late."""
    return stream.stem.rpartition("-")[0]


def disorder_of(kind):
    """What makes up for the delays of `generate`."""
    if kind.startswith(("stock", "types")):
        return []
    return ["--disorder", "5m" if kind == "search-late" else "5s"]


def events_of(kind, options):
    return min(options.events, STOCK_EVENTS_MAX) if kind == "stock" else options.events


def stream_of(kind, options):
    """The events of `kind`, made if they are not there."""
    path = options.data / f"{kind}-{events_of(kind, options)}.ndjson"
    if not path.exists():
        print(f"making {path.name}", file=sys.stderr)
        with open(path, "wb") as out:
            subprocess.run([options.bin / "generate", kind, str(events_of(kind, options))], stdout=out, check=True)
    return path


# (row, kind of its stream); a row is named after its workload, and whatever tells it from others of that workload
PLAN = [("w1", "search"), *[(f"w1 {kind}", kind) for kind in ("search-skewed", "search-many", "search-late")],
        ("w1-one-key", "search"), ("absence-one-key", "search"), ("w2a", "card"), ("w2b", "card"), ("w2c", "card"),
        ("w2c-day", "card-days"), ("spike-one-key", "card"), ("w3", "login"), ("w3n-success", "login"),
        ("w3n-failure", "login"),
        ("w4-3", "stock"), ("w4-5", "stock"), ("w4-7", "stock"), ("w4-9", "stock"), ("w6-3", "types9"),
        ("w6-3-10000", "types9"), ("w6-24", "types30")]
PLAN += [(f"w5-{rules}-{told_by}", "card") for told_by in ("equal", "regex") for rules in (1, 10, 100, 1000, 10000)]
BY_HAND = {"w1": "w1_by_hand", "w1 search-skewed": "w1_by_hand", "w1 search-many": "w1_by_hand", "w2a": "w2a_by_hand"}
BARE = {"search": ["user", "query"], "card": ["card", "amount", "merchant", "country"], "login": ["user", "ok"],
        "stock": ["name"], "types9": ["id"], "types30": ["id"]}


def programs(options):
    out = []
    plan = [(name, kind) for name, kind in PLAN if not options.only or name in options.only]
    for kind in dict.fromkeys(kind for _, kind in plan):
        command = [str(options.bin / "simdjson_loop"), str(stream_of(kind, options)), *BARE[kind.partition("-")[0]]]
        out.append(Program(f"simdjson alone, {kind}", stream_of(kind, options), command))
    for name, kind in plan:
        workload = name.split()[0]
        stream = stream_of(kind, options)
        wants = known_counts(workload, stream, options.data)
        out.append(Tocsin(options, name, stream, rules_of(workload, options.data), wants))
        if name in BY_HAND:
            command = [str(options.bin / BY_HAND[name]), str(stream)]
            out.append(Program(f"{name} by hand", stream, command, wants))
    return out


def rows_of(measured, options):
    """The cells under HEAD, of each program."""
    by_name = {program.name: program for program in measured}
    for program in measured:
        kind = kind_of(program.stream)
        events = events_of(kind, options)
        bare = by_name[f"simdjson alone, {kind}"]
        hand = by_name.get(f"{program.name} by hand")
        one = by_name.get("w5-1-" + program.name.rpartition("-")[2]) if program.name.startswith("w5") else None
        ratio = [f"{program.median() / other.median():.2f}" if other else "" for other in (bare, hand, one)]
        counts = [f"{count:,}" for count in program.counts] if program.counts else ["", ""]
        yield [program.name, *counts, f"{program.median() / events * 1e9:.0f}", *ratio, *of_tocsin(program, events)]


def of_tocsin(program, events):
    if not isinstance(program, Tocsin):
        return ["", "", ""]
    one, two = (statistics.median(seconds) for seconds in program.memory_seconds.values())
    return [f"{events / one / 1e6:.1f}", f"{one / two:.2f}", f"{statistics.median(program.start_seconds) * 1e3:.0f}"]


HEAD = ["", "matches", "timeouts", "ns an event", "× simdjson alone", "× by hand", "× one rule", "in memory, M events/s",
        "× with 2 workers", "ms to start"]


def print_table(rows):
    widths = [max(len(row[i]) for row in [HEAD, *rows]) for i in range(len(HEAD))]
    for row in [HEAD, *rows]:
        print("  ".join(cell.ljust(width) if i == 0 else cell.rjust(width)
                        for i, (cell, width) in enumerate(zip(row, widths))))


def bars(rows, title):
    """A bar for each row that has something under `title`, as long as that; cut off at five times the median."""
    column = HEAD.index(title)
    unit = title.rpartition(", ")[2] if "," in title else "ns"
    rows = [row for row in rows if row[column]]
    values = [float(row[column]) for row in rows]
    most = min(max(values), 5 * statistics.median(values))
    height, left, width = 22, 210, 520
    lines = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + width + 90}" height="{height * len(rows) + 10}" '
             'font-family="sans-serif" font-size="13">']
    for i, (row, value) in enumerate(zip(rows, values)):
        y = 5 + i * height
        colour = "#4a7fb5" if row[0].startswith("w") and "hand" not in row[0] else "#b5b5b5"
        length = width * min(value, most) / most
        lines.append(f'<text x="{left - 8}" y="{y + 15}" text-anchor="end">{row[0]}</text>')
        lines.append(f'<rect x="{left}" y="{y + 2}" width="{length:.0f}" height="{height - 6}" fill="{colour}"/>')
        lines.append(f'<text x="{left + length + 6:.0f}" y="{y + 15}">{row[column]} {unit}</text>')
    return "\n".join([*lines, "</svg>", ""])


REPORT = """# Benchmarks

Processor time for each event, one worker, from the bytes of a file to alerts as lines, without the start; medians of
{rounds} rounds in which the programs took turns, over {events:,} events a stream (`stock`: {stock:,}). Every count was
checked against a brute-force program (`brute_force.py`). "By hand" is a C++ program written for that one rule
(`by_hand/`), "simdjson alone" a loop that only reads the attributes. "In memory" is the engine alone, decoded events in
hand, by the clock; beside it, how much faster two workers are. What counts are the ratios: they were measured together, on
one machine.

{table}

From the bytes of a file to alerts, ns of processor time an event:

![ns an event](plots/ns_an_event.svg)

The engine alone, by the clock:

![in memory, M events/s](plots/in_memory.svg)

Esper, Flink CEP and Siddhi beside it: [peers/REPORT.md](peers/REPORT.md).

The workloads are described in the rule files under `workloads/`, the streams in `generate.cc`; `w1 search-late`
is W1 over the stream of that name. To measure again:

```sh
make bench && benchmarks/run.py --events {events} --rounds {rounds} --report benchmarks/REPORT.md
```
"""


def write_report(rows, options):
    lines = ["| " + " | ".join(row) + " |" for row in [HEAD, *rows]]
    lines.insert(1, "|---|" + "---:|" * (len(HEAD) - 1))
    plots = options.report.parent / "plots"
    plots.mkdir(exist_ok=True)
    (plots / "ns_an_event.svg").write_text(bars(rows, "ns an event"))
    (plots / "in_memory.svg").write_text(bars(rows, "in memory, M events/s"))
    options.report.write_text(REPORT.format(rounds=options.rounds, events=options.events,
                                            stock=min(options.events, STOCK_EVENTS_MAX), table="\n".join(lines)))


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    root = HERE.parent
    parser.add_argument("--events", type=int, default=500_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", type=lambda text: set(text.split(",")), default=set())
    parser.add_argument("--bin", type=Path, default=root / "build/release/bin")
    parser.add_argument("--data", type=Path, default=root / "build/bench")
    parser.add_argument("--report", type=Path)
    options = parser.parse_args()
    os.makedirs(options.data, exist_ok=True)
    return options


def main():
    options = parse_options()
    measured = programs(options)
    for i in range(options.rounds):
        for program in measured:
            if sys.stderr.isatty():
                print(f"\rround {i + 1}: {program.name:30}", end="", file=sys.stderr, flush=True)
            program.run()
        if not sys.stderr.isatty():
            print(f"round {i + 1} of {options.rounds}", file=sys.stderr)
    print(file=sys.stderr)
    rows = list(rows_of(measured, options))
    print_table(rows)
    if options.report:
        write_report(rows, options)


if __name__ == "__main__":
    main()
