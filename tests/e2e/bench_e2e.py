"""`tocsin bench` counts what `tocsin run` finds, in both modes."""

import json

from harness import SEARCH_RULE, event, run_all


def test_both_modes_agree(box):
    box.write("rules/a.yaml", SEARCH_RULE)
    box.write("in.ndjson", "".join(event(i, "search", user=f"u{i % 7}", query="q") for i in range(500)))
    for mode in ("memory", "file"):
        report = json.loads(box.run("bench", "--rules", "rules", "--input", "in.ndjson", "--mode", mode,
                                    "--repeat", "3", "--json").stdout)
        assert (report["events"], report["timeouts"], report["matches"]) == (500, 500, 0), report
        assert len(report["seconds"]) == 3 and report["events_per_second"] > 0
    assert "500 events" in box.run("bench", "--rules", "rules", "--input", "in.ndjson", "--repeat", "1").stdout


def test_late_events_are_left_out_in_both_modes(box):
    box.write("rules/a.yaml", SEARCH_RULE)
    box.write("in.ndjson", event(9, "search", user="u1", query="q") + event(1, "search", user="u2", query="q"))
    for mode in ("memory", "file"):
        report = json.loads(box.run("bench", "--rules", "rules", "--input", "in.ndjson", "--mode", mode,
                                    "--repeat", "1", "--json").stdout)
        assert (report["events"], report["timeouts"]) == (1, 1), (mode, report)


run_all(globals())
