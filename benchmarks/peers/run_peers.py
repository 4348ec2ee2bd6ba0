#!/usr/bin/env python3
"""Runs workloads through Tocsin, Esper, Flink CEP and Siddhi, and prints tables of medians and ratios.

run_peers.py [--from memory,file] [--engines tocsin,esper,…] [--workloads w1,w5-10,…] [--events DIR] [--lines N]
             [--repeat N] [--warm-ups N] [--limit SECONDS] [--report FILE]

Engines take turns within a round, so that what disturbs the machine disturbs all of them; --repeat is the
number of rounds. From memory, the default, events are decoded before any clock runs, and alerts are counted; from file,
the clock runs from the file's first byte to the last alert as a line of JSON. There is a table for each. Every count is
held against what `../brute_force.py` counts. DIR has `search.ndjson`, `card.ndjson` and so on, of which the first N
lines are taken, or files of N lines such as `search-500000.ndjson`, as ../run.py makes them. --report also writes the
tables as Markdown.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
from itertools import islice
from pathlib import Path

HERE = Path(__file__).resolve().parent
BENCHMARKS = HERE.parent
sys.path.insert(0, str(BENCHMARKS))

from workload_files import known_counts, parts_of, processor_seconds, rules_of  # noqa: E402

KINDS = {"w1": "search", "w2a": "card", "w2b": "card", "w2c": "card", "w3": "login", "w4": "stock",
         "w5": "card"}
PLAN = ["w1", "w2a", "w2b", "w2c", "w3", "w4-3", "w4-5", "w5-1", "w5-10", "w5-100"]
PEERS = ["esper", "flink", "siddhi"]
CANNOT = 3  # the exit code of a peer that has no such workload
TOCSIN_EVENTS = 50_000_000  # in so many passes as that takes: loading them differs by as much as some passes take
TOCSIN_RUNS = 3  # from file, in each round: they are short


def head_of(kind, options):
    """A file of the first lines of `kind`."""
    ready = options.events / f"{kind}-{options.lines}.ndjson"
    if ready.exists():
        return ready
    whole, head = options.events / f"{kind}.ndjson", options.data / f"{kind}-{options.lines}.ndjson"
    if not head.exists():
        if not whole.exists():
            sys.exit(f"neither {ready} nor {whole.name}: `generate {kind} {options.lines}` writes it")
        with open(whole, "rb") as lines, open(head, "wb") as out:
            out.writelines(islice(lines, options.lines))
    return head


class Entrant:
    """An engine with a workload, from memory or from file: what each round found and took."""

    def __init__(self, engine, workload, origin, options):
        self.engine, self.workload, self.origin = engine, workload, origin
        self.stream = head_of(KINDS[parts_of(workload)[0]], options)
        self.wants = known_counts(workload, self.stream, options.data)
        self.seconds, self.processor, self.found, self.cannot = [], [], None, False

    def take(self, found, wall, processor):
        self.found = [found["matches"], found["timeouts"]]
        self.seconds.append(wall / found["events"])
        self.processor.append(processor / found["events"])


class Tocsin(Entrant):
    """`of_stream` are the arguments that name rules and input."""

    def __init__(self, workload, origin, options):
        super().__init__("tocsin", workload, origin, options)
        self.of_stream = ["--rules", str(rules_of(workload, options.data)), "--input", str(self.stream)]
        if KINDS[parts_of(workload)[0]] != "stock":
            self.of_stream += ["--disorder", "5s"]

    def take(self, found, wall, processor):
        super().take(found, wall, processor)
        if self.found != self.wants:
            sys.exit(f"tocsin {self.workload}: found {self.found}, there are {self.wants}")


class TocsinFromMemory(Tocsin):
    """`tocsin bench`. It tells how long a pass took; what that took of the processor is the difference
    between many passes and one."""

    def __init__(self, workload, options):
        super().__init__(workload, "memory", options)
        self.command = [str(options.bin / "tocsin"), "bench", *self.of_stream, "--mode", "memory", "--json",
                        "--repeat"]

    def run(self):
        one, output = processor_seconds([*self.command, "1"])
        passes = max(5, TOCSIN_EVENTS // json.loads(output)["events"])
        more, output = processor_seconds([*self.command, str(1 + passes)])
        found = json.loads(output)
        self.take(found, found["seconds_median"], (more - one) / passes)


class TocsinFromFile(Tocsin):
    """`tocsin run`. Its statistics tell how long it took once its rules were compiled; of the processor, what it takes
    to start, with an empty input, is left out."""

    def __init__(self, workload, options):
        super().__init__(workload, "file", options)
        self.stats, empty = options.data / "stats.json", options.data / "empty.ndjson"
        empty.touch()
        self.command = [str(options.bin / "tocsin"), "run", *self.of_stream, "--output", "/dev/null", "--stats",
                        str(self.stats)]
        self.start = [str(empty) if word == str(self.stream) else word for word in self.command]

    def run(self):
        for _ in range(TOCSIN_RUNS):
            start = processor_seconds(self.start)[0]
            processor = processor_seconds(self.command)[0]
            found = json.loads(self.stats.read_text())
            self.take(found, found["seconds"], processor - start)


class Peer(Entrant):
    """A fresh process each round, which runs once to warm up and once by the clock."""

    def __init__(self, engine, workload, origin, options):
        super().__init__(engine, workload, origin, options)
        self.limit = options.limit
        self.command = [*java_command(engine, options), engine, workload, str(self.stream), "--from", origin,
                        "--repeat", "1", "--lines", str(options.lines), "--warm-ups", str(options.warm_ups),
                        "--expect", ",".join(map(str, self.wants))]

    def run(self):
        if self.cannot:
            return
        try:
            done = subprocess.run(self.command, capture_output=True, text=True, check=False,
                                  timeout=self.limit)
        except subprocess.TimeoutExpired:
            self.give_up(f"not done in {self.limit} s")
            return
        if done.returncode == CANNOT:
            self.cannot = True
        elif done.returncode != 0:
            self.give_up(done.stderr.strip().splitlines()[0] if done.stderr.strip() else "failed")
        else:
            found = json.loads(done.stdout.splitlines()[-1])
            self.take(found, found["seconds"], found["processor_seconds"])

    def give_up(self, reason):
        print(f"\n{self.engine} {self.workload}: {reason}", file=sys.stderr)
        self.cannot = True


def entrant_of(engine, workload, origin, options):
    if engine != "tocsin":
        return Peer(engine, workload, origin, options)
    return TocsinFromFile(workload, options) if origin == "file" else TocsinFromMemory(workload, options)


def java_command(engine, options):
    """Flink reads what the language hides, hence --add-opens; some libraries are for Siddhi alone."""
    opens = [f"--add-opens=java.base/{package}=ALL-UNNAMED" for package in ("java.lang", "java.util")]
    target = HERE / "target"
    own = [f"{target / 'lib-siddhi'}/*"] if engine == "siddhi" else []
    classes = os.pathsep.join([str(target / "peers.jar"), *own, f"{target / 'lib'}/*"])
    return [options.java, f"-Xmx{options.heap}", "-XX:+UseParallelGC", *opens, "-cp", classes,
            "tocsin.peers.Main"]


def build(options):
    jar = HERE / "target/peers.jar"
    sources = [HERE / "pom.xml", *HERE.glob("src/main/java/**/*.java")]
    if jar.exists() and all(source.stat().st_mtime < jar.stat().st_mtime for source in sources):
        return
    for tool in ("mvn", options.java):
        if shutil.which(tool) is None:
            sys.exit(f"the peers need `{tool}`: install Maven and a JDK, 17 or later")
    print("building the peers", file=sys.stderr)
    subprocess.run(["mvn", "-q", "-B", "package"], cwd=HERE, check=True)


HEAD = ["", "engine", "matches", "there are", "timeouts", "there are", "events a second", "× tocsin",
        "processor ns an event", "× tocsin"]


def rows_of(entrants):
    """The cells under HEAD, of entrants of one origin; a ratio is how many times as long the engine takes."""
    tocsin = {entrant.workload: entrant for entrant in entrants if entrant.engine == "tocsin"}
    for entrant in entrants:
        if not entrant.seconds:
            yield [entrant.workload, entrant.engine, "—", *[""] * (len(HEAD) - 3)]
            continue
        cells = [entrant.workload, entrant.engine]
        for found, wanted in zip(entrant.found, entrant.wants):
            cells += [f"{found:,}", "=" if found == wanted else f"{wanted:,}"]
        for scale, of in ((lambda each: 1 / each, "seconds"), (lambda each: each * 1e9, "processor")):
            each, own = statistics.median(getattr(entrant, of)), tocsin.get(entrant.workload)
            base = statistics.median(getattr(own, of)) if own else 0
            cells += [f"{scale(each):,.0f}" if each > 0 else "", f"{each / base:.1f}" if base > 0 else ""]
        yield cells


def print_table(rows):
    widths = [max(len(row[i]) for row in [HEAD, *rows]) for i in range(len(HEAD))]
    for row in [HEAD, *rows]:
        print("  ".join(cell.ljust(width) if i < 2 else cell.rjust(width)
                        for i, (cell, width) in enumerate(zip(row, widths))))


REPORT = """# Peers beside Tocsin

Medians of {rounds} in which the engines took turns, over the first {lines:,} events of each stream; each peer had
{warm_ups} to warm up. "=" is the brute-force count; a ratio is how many times as long as Tocsin an engine
took. How each was set up, and what is not alike: [README.md](README.md).

{tables}
```sh
make bench && benchmarks/run.py --rounds 1
benchmarks/peers/run_peers.py --from {origins} --workloads {workloads} \\
  --lines {lines} --repeat {repeat} --warm-ups {passes} --report benchmarks/peers/REPORT.md
```
"""
TITLES = {"memory": "Events in memory", "file": "From file to alerts"}
SAYS = {"memory": "Decoded events are at hand before the clock runs, and alerts are counted.",
        "file": "From opening the file, which is in the page cache, to the last alert written as a line of JSON."}


def write_report(tables, options):
    sections = []
    for origin, rows in tables.items():
        lines = ["| " + " | ".join(row) + " |" for row in [HEAD, *rows]]
        lines.insert(1, "|---|---|" + "---:|" * (len(HEAD) - 2))
        sections.append(f"## {TITLES[origin]}\n\n{SAYS[origin]}\n\n" + "\n".join(lines) + "\n")
    options.report.write_text(REPORT.format(
        repeat=options.repeat, lines=options.lines, tables="\n".join(sections), origins=",".join(options.origins),
        rounds=count_of(options.repeat, "round"), warm_ups=count_of(options.warm_ups, "pass", "passes"),
        passes=options.warm_ups, workloads=",".join(options.workloads)))


def count_of(number, one, many=None):
    return f"{number} {one if number == 1 else many or one + 's'}"


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    root = BENCHMARKS.parent
    parser.add_argument("--from", dest="origins", type=lambda text: text.split(","), default=["memory"])
    parser.add_argument("--engines", type=lambda text: text.split(","), default=["tocsin", *PEERS])
    parser.add_argument("--workloads", type=lambda text: text.split(","), default=PLAN)
    parser.add_argument("--events", type=Path, default=root / "build/bench")
    parser.add_argument("--lines", type=int, default=500_000)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--warm-ups", type=int, default=1, help="passes of a peer before that by the clock")
    parser.add_argument("--limit", type=int, default=1800, help="seconds for one process of a peer")
    parser.add_argument("--bin", type=Path, default=root / "build/release/bin")
    parser.add_argument("--data", type=Path, default=root / "build/bench/peers")
    parser.add_argument("--java", default="java")
    parser.add_argument("--heap", default="4g")
    parser.add_argument("--report", type=Path)
    options = parser.parse_args()
    unknown = set(options.engines) - {"tocsin", *PEERS} | set(options.origins) - TITLES.keys()
    unknown |= {workload for workload in options.workloads if parts_of(workload)[0] not in KINDS}
    if unknown:
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    os.makedirs(options.data, exist_ok=True)
    return options


def main():
    options = parse_options()
    if set(options.engines) & set(PEERS):
        build(options)
    entrants = [entrant_of(engine, workload, origin, options)
                for origin in options.origins for workload in options.workloads for engine in options.engines]
    for i in range(options.repeat):
        for entrant in entrants:
            print(f"\rround {i + 1}: {entrant.origin}: {entrant.engine} {entrant.workload:20}", end="",
                  file=sys.stderr, flush=True)
            entrant.run()
    print(file=sys.stderr)
    tables = {origin: list(rows_of([entrant for entrant in entrants if entrant.origin == origin]))
              for origin in options.origins}
    for origin, rows in tables.items():
        print(f"\n{TITLES[origin]}\n")
        print_table(rows)
    if options.report:
        write_report(tables, options)


if __name__ == "__main__":
    main()
