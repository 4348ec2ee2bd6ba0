"""Inputs of every kind give the same alerts: NDJSON and CSV, compressed, several at once; and stops lose nothing."""

import gzip
import json
import os
import shutil
import signal
import struct
import subprocess

from harness import DEADLINE_SECONDS, SEARCH_RULE, event, run_all, wait_until

ROWS = [
    (0, "search", "u1", "shoes"),
    (5, "search", "u2", 'a "big", hat'),
    (9, "click", "u2", 'a "big", hat'),
    (5000, "search", "u3", "socks\nand more"),
]

NDJSON = "".join(event(seconds, kind, user=user, query=query) for seconds, kind, user, query in ROWS)

EACH_RULE = """\
rule: each
events: {a: a}
pattern: a
on match: {fields: {n: a.n}}
"""


def csv_of(rows):
    lines = ["ts,type,user,query"]
    for seconds, kind, user, query in rows:
        quoted = query.replace('"', '""')
        lines.append(f'{seconds * 1000},{kind},{user},"{quoted}"')
    return "\r\n".join(lines) + "\r\n"


def zstd_frame(content):
    """`content` as one zstd frame of one raw block, by the format's description."""
    head = struct.pack("<IBI", 0xFD2FB528, 0xA0, len(content))
    return head + struct.pack("<I", len(content) << 3 | 1)[:3] + content


def told(alerts):
    """What does not speak of where in the input an event was."""
    return [{key: alert[key] for key in ("rule", "kind", "time", "key", "message", "fields")} for alert in alerts]


def run_on(box, name, *more, stdin=""):
    done = box.run("run", "--rules", "rules", "--input", name, *more, stdin=stdin)
    return told(json.loads(line) for line in done.stdout.splitlines())


def expected(box):
    box.write("rules/a.yaml", SEARCH_RULE)
    box.write("plain.ndjson", NDJSON)
    alerts = run_on(box, "plain.ndjson")
    assert [alert["fields"]["query"] for alert in alerts] == ["shoes", "socks\nand more"]
    return alerts


def test_csv_gives_what_ndjson_gives(box):
    want = expected(box)
    box.write("day.csv", csv_of(ROWS))
    assert run_on(box, "day.csv") == want
    assert run_on(box, "day.csv", "--workers", "3", "--batch-bytes", "4096") == want
    assert run_on(box, "-", "--format", "csv", stdin=csv_of(ROWS)) == want
    box.write("day.csv.gz", gzip.compress(csv_of(ROWS).encode()))
    assert run_on(box, "day.csv.gz") == want


def test_zstd_is_read_in_frames(box):
    want = expected(box)
    half = NDJSON.index("\n", 100)
    box.write("day.ndjson.zst", zstd_frame(NDJSON[:half].encode()) + zstd_frame(NDJSON[half:].encode()))
    assert run_on(box, "day.ndjson.zst") == want
    if shutil.which("zstd"):
        compressed = subprocess.run(["zstd", "-q", "-c"], input=NDJSON.encode(), capture_output=True, check=True)
        box.write("really.ndjson.zst", compressed.stdout)
        assert run_on(box, "really.ndjson.zst") == want


def test_what_is_cut_off_is_an_error(box):
    expected(box)
    box.write("cut.ndjson.zst", zstd_frame(NDJSON.encode())[:-9])
    box.write("cut.ndjson.gz", gzip.compress(NDJSON.encode())[:-9])
    for name, kind in (("cut.ndjson.zst", "zstd"), ("cut.ndjson.gz", "gzip")):
        done = box.run("run", "--rules", "rules", "--input", name, code=2)
        assert f"{name}: the {kind} data is cut off" in done.stderr, done.stderr


def test_inputs_are_merged_by_time(box):
    want = expected(box)
    box.write("a.ndjson", NDJSON.splitlines(keepends=True)[0] + NDJSON.splitlines(keepends=True)[2])
    box.write("b.csv", csv_of([ROWS[1], ROWS[3]]))
    assert run_on(box, "a.ndjson", "--input", "b.csv") == want


def test_times_are_read_as_told(box):
    want = expected(box)
    stream = ""
    for line in NDJSON.splitlines():
        record = json.loads(line)
        seconds = record.pop("ts") // 1000
        record["meta"] = f"1970-01-01T{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}Z"
        record["kind"] = record.pop("type")
        stream += json.dumps(record) + "\n"
    assert run_on(box, "-", "--time", "meta:rfc3339", "--type", "kind", stdin=stream) == want


def stop_with(box, with_signal):
    """Stops the command while all that it read waits for later events; gives its closing counts."""
    box.write("rules/each.yaml", EACH_RULE)
    process, pipe = box.start_on_pipe("--rules", "rules", "--disorder", "1h", "--late", "late.ndjson",
                                      "--dead-letters", "dead.ndjson")
    pipe.write("".join(event(seconds, "a", n=seconds) for seconds in (3, 1, 2)) + "oops\n")
    wait_until(lambda: box.lines("dead.ndjson"), "the bad record, the last of all")
    assert box.alerts("out.ndjson") == [], "the watermark has not come so far"
    box.stop(process, with_signal=with_signal)
    pipe.close()
    return json.loads(box.lines("stats.json")[0])


def check_nothing_lost(box, stats):
    assert [alert["fields"]["n"] for alert in box.alerts("out.ndjson")] == [1, 2, 3]
    assert (stats["records"], stats["events"], stats["bad"], stats["stopped"]) == (4, 3, 1, True), stats
    assert box.has_shown("stopped by a signal")


def test_an_interrupt_loses_nothing_that_was_read(box):
    check_nothing_lost(box, stop_with(box, signal.SIGINT))


def test_a_termination_loses_nothing_that_was_read(box):
    check_nothing_lost(box, stop_with(box, signal.SIGTERM))


def test_silence_lets_wall_time_move_on(box):
    box.write("rules/a.yaml", SEARCH_RULE.replace("within: 1h", "within: 100ms"))
    process, pipe = box.start_on_pipe("--rules", "rules", "--follow", "--idle", "50ms")
    pipe.write(event(0, "search", user="u1", query="shoes"))
    alert = wait_until(lambda: box.whole_alerts("out.ndjson"), "the timeout")[0]
    assert (alert["kind"], alert["time"], alert["clock"]) == ("timeout", "1970-01-01T00:00:00.100Z", "idle"), alert
    box.stop(process)
    pipe.close()


def test_silence_on_standard_input_does_too(box):
    box.write("rules/a.yaml", SEARCH_RULE.replace("within: 1h", "within: 100ms"))
    process = box.start("run", "--rules", "rules", "--input", "-", "--output", "out.ndjson", "--idle", "50ms")
    process.stdin.write(event(0, "search", user="u1", query="shoes").encode())
    process.stdin.flush()
    alert = wait_until(lambda: box.whole_alerts("out.ndjson"), "the timeout")[0]
    assert (alert["kind"], alert["clock"]) == ("timeout", "idle"), alert
    process.stdin.close()
    assert process.wait(DEADLINE_SECONDS) == 0


def test_a_pipe_that_nobody_writes_to_can_be_stopped(box):
    box.write("rules/a.yaml", SEARCH_RULE)
    os.mkfifo(box.folder / "events.fifo")
    process = box.start("run", "--rules", "rules", "--input", "events.fifo", "--output", "out.ndjson")
    wait_until((box.folder / "out.ndjson").exists, "the start")
    process.send_signal(signal.SIGHUP)
    wait_until(lambda: box.has_shown("kept its 0 runs"), "the reload")
    box.stop(process, with_signal=signal.SIGTERM)


run_all(globals())
