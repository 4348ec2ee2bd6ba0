"""`tocsin run` over files, pipes, growing files; its signals, reloads and counts."""

import gzip
import json
import signal

from harness import SEARCH_RULE, event, run_all, wait_until

DAY = "".join([
    event(0, "search", user="u1", query="shoes"),
    event(5, "search", user="u2", query="hats"),
    event(9, "click", user="u2", query="hats"),
    event(5000, "search", user="u3", query="socks"),
])


def timeouts(alerts):
    return [(alert["key"]["user"], alert["fields"]["query"]) for alert in alerts if alert["kind"] == "timeout"]


ALL = [("u1", "shoes"), ("u3", "socks")]


def follow(box, *more):
    box.write("rules/a.yaml", SEARCH_RULE)
    return box.start("run", "--rules", "rules", "--input", "in.ndjson", "--output", "out.ndjson", "--follow",
                     "--stats", "stats.json", *more)


def test_a_file_from_start_to_end(box):
    box.write("rules/a.yaml", SEARCH_RULE)
    box.write("in.ndjson", DAY)
    done = box.run("run", "--rules", "rules", "--input", "in.ndjson", "--output", "out.ndjson")
    assert timeouts(box.alerts("out.ndjson")) == ALL
    assert done.stdout == "" and done.stderr.startswith("4 events in "), done.stderr


def test_compressed_input_and_workers_change_nothing(box):
    box.write("rules/a.yaml", SEARCH_RULE)
    box.write("in.ndjson", DAY)
    box.write("in.ndjson.gz", gzip.compress(DAY.encode()))
    plain = box.run("run", "--rules", "rules", "--input", "in.ndjson").stdout
    assert plain == box.run("run", "--rules", "rules", "--input", "in.ndjson.gz", "--workers", "3").stdout


def test_standard_input_in_odd_chunks(box):
    box.write("rules/a.yaml", SEARCH_RULE)
    process = box.start("run", "--rules", "rules", "--input", "-", "--output", "out.ndjson")
    for begin in range(0, len(DAY), 7):
        process.stdin.write(DAY[begin:begin + 7].encode())
        process.stdin.flush()
    process.stdin.close()
    assert process.wait(30) == 0
    assert timeouts(box.alerts("out.ndjson")) == ALL


def test_at_end_keep_and_time(box):
    box.write("rules/a.yaml", SEARCH_RULE)
    run = ["run", "--rules", "rules", "--input", "-", "--at-end"]
    assert len(box.run(*run, "keep", stdin=DAY).stdout.splitlines()) == 1
    assert len(box.run(*run, "1970-01-01T03:00:00Z", stdin=DAY).stdout.splitlines()) == 2
    assert "neither `flush`, `keep` nor a time" in box.run(*run, "now", stdin=DAY, code=2).stderr


def test_a_growing_file_across_rotation(box):
    box.write("in.ndjson", event(0, "search", user="u1", query="shoes"))
    process = follow(box)
    box.append("in.ndjson", event(4000, "search", user="u2", query="hats"))
    wait_until(lambda: len(box.alerts("out.ndjson")) == 1, "the first alert")
    (box.folder / "in.ndjson").rename(box.folder / "in.ndjson.1")
    box.write("in.ndjson", event(9000, "search", user="u3", query="socks"))
    wait_until(lambda: len(box.alerts("out.ndjson")) == 2, "the alert after the rotation")
    box.stop(process)
    assert timeouts(box.alerts("out.ndjson")) == [("u1", "shoes"), ("u2", "hats")]


def test_a_signal_stops_without_ending_the_input(box):
    box.write("in.ndjson", DAY)
    process = follow(box)
    wait_until(lambda: box.alerts("out.ndjson"), "an alert")
    box.stop(process)
    assert timeouts(box.alerts("out.ndjson")) == ALL[:1], "the open run is not timed out by a stop"
    stats = json.loads(box.lines("stats.json")[0])
    assert stats["stopped"] is True and stats["events"] == 4 and stats["runs_live"] == 1
    assert any("stopped by a signal" in line for line in box.lines("stderr"))


def test_changed_rules_are_reloaded_and_broken_ones_are_not(box):
    box.write("in.ndjson", "")
    process = follow(box, "--watch")
    box.append("in.ndjson", DAY)
    wait_until(lambda: box.alerts("out.ndjson"), "an alert")
    box.write("rules/a.yaml", SEARCH_RULE.replace("s -> c", "s -> -> c"))
    wait_until(lambda: any("not reloaded" in line for line in box.lines("stderr")), "the diagnostics")
    box.write("rules/a.yaml", SEARCH_RULE.replace("drew no click", "found nothing"))
    kept = "rule search-without-click kept its 1 run"
    wait_until(lambda: any(kept in line for line in box.lines("stderr")), "the reload")
    box.append("in.ndjson", event(10000, "search", user="u4", query="caps"))
    wait_until(lambda: len(box.alerts("out.ndjson")) == 2, "the alert of the kept run")
    assert box.alerts("out.ndjson")[1]["message"] == "'socks' found nothing from u3"
    box.write("rules/a.yaml", SEARCH_RULE.replace("within: 1h", "within: 2h"))
    wait_until(lambda: any("starts anew" in line for line in box.lines("stderr")), "the second reload")
    box.stop(process)
    stats = json.loads(box.lines("stats.json")[0])
    assert (stats["reloads"], stats["reloads_failed"]) == (2, 1), stats


def test_hangup_asks_for_a_reload(box):
    box.write("in.ndjson", DAY)
    process = follow(box)
    wait_until(lambda: box.alerts("out.ndjson"), "an alert")
    box.write("rules/b.yaml", SEARCH_RULE.replace("search-without-click", "second"))
    process.send_signal(signal.SIGHUP)
    wait_until(lambda: any("rule second is new" in line for line in box.lines("stderr")), "the reload")
    box.stop(process)


def test_bad_and_late_records_are_counted_and_put_aside(box):
    box.write("rules/a.yaml", SEARCH_RULE)
    late = event(4990, "search", user="u9", query="late")
    stream = DAY + "no json\n" + '{"type":"search"}\n' + late
    done = box.run("run", "--rules", "rules", "--input", "-", "--output", "out.ndjson", "--late", "late.ndjson",
                   "--dead-letters", "dead.ndjson", "--stats", "-", stdin=stream)
    stats = json.loads(done.stdout)
    assert (stats["records"], stats["events"], stats["late"], stats["bad"]) == (7, 4, 1, 2), stats
    assert stats["furthest_behind"] == "10s" and stats["alerts"] == 2, stats
    assert stats["rules"][0]["rule"] == "search-without-click"
    assert "1 late (the furthest 10s behind; `--disorder 10s` would have taken them all), 2 bad" in done.stderr
    assert (box.folder / "late.ndjson").read_text() == late
    dead = box.alerts("dead.ndjson")
    assert [letter["reason"] for letter in dead] == ["not JSON", "no time"]
    assert dead[0]["raw"] == "no json" and dead[0]["source"] == "-"
    enough = box.run("run", "--rules", "rules", "--input", "-", "--disorder", "10s", stdin=stream)
    assert "late" not in enough.stderr


def test_settings_from_a_file_and_flags_that_win(box):
    box.write("conf/rules/a.yaml", SEARCH_RULE)
    box.write("conf/in.ndjson", DAY)
    box.write("conf/tocsin.yaml", "rules: rules\ninput: [in.ndjson]\noutput: out.ndjson\nat-end: flush\n")
    box.run("run", "--config", "conf/tocsin.yaml")
    assert timeouts(box.alerts("conf/out.ndjson")) == ALL
    box.run("run", "--config", "conf/tocsin.yaml", "--at-end", "keep")
    assert timeouts(box.alerts("conf/out.ndjson")) == ALL[:1]
    box.write("conf/tocsin.yaml", "rules: rules\ninput: in.ndjson\ndisordr: 5s\n")
    wrong = box.run("run", "--config", "conf/tocsin.yaml", code=2).stderr
    assert "conf/tocsin.yaml:3:1: error[" in wrong and "did you mean `disorder`?" in wrong, wrong


def test_broken_rules_do_not_run(box):
    box.write("rules/a.yaml", SEARCH_RULE.replace("within: 1h", "within: soon"))
    assert "error[E" in box.run("run", "--rules", "rules", "--input", "-", code=1).stderr


run_all(globals())
