"""Rules that change while a stream flows through a pipe: each event is seen by the old rules or by the new ones."""

import json
import signal

from harness import event, run_all, wait_until

RULE = """\
rule: each
events: {a: a}
pattern: a
on match:
  message: "old"
  fields: {n: a.n}
"""

OTHER = RULE.replace("rule: each", "rule: other")


class Stream:
    """A command that reads a pipe, and a way to send it events 0, 1, … one second apart."""

    def __init__(self, box, *more):
        box.write("rules/each.yaml", RULE)
        self.box = box
        self.process, self.pipe = box.start_on_pipe("--rules", "rules", *more)
        self.sent = 0

    def send(self, count=10):
        """Sends `count` events, and waits until they have been told of."""
        for _ in range(count):
            self.pipe.write(event(self.sent, "a", n=self.sent))
            self.sent += 1
        wait_until(lambda: len(self.told("each")) == self.sent, f"{self.sent} alerts")

    def send_until(self, condition, what):
        """Sends events without a pause until `condition` holds."""

        def send_one():
            self.pipe.write(event(self.sent, "a", n=self.sent))
            self.sent += 1
            return condition()

        wait_until(send_one, what)

    def finish(self):
        """Ends the input; gives the closing counts."""
        self.pipe.close()
        assert self.process.wait(30) == 0, self.box.lines("stderr")
        return json.loads(self.box.lines("stats.json")[0])

    def told(self, rule):
        """(number of the event, message) of each alert."""
        alerts = [alert for alert in self.box.whole_alerts("out.ndjson") if alert["rule"] == rule]
        return [(alert["fields"]["n"], alert["message"]) for alert in alerts]


def check_each_event_once(stream, messages):
    """Every event raised one alert, in order, and the messages changed from one to the next of `messages`."""
    told = stream.told("each")
    assert [n for n, _ in told] == list(range(stream.sent)), told
    changes = [said for (_, said), (_, before) in zip(told[1:], told) if said != before]
    assert [told[0][1]] + changes == messages, told


def test_a_watched_edit_takes_over_between_two_events(box):
    stream = Stream(box, "--watch")
    stream.send()
    box.write("rules/each.yaml", RULE.replace("old", "new"))
    stream.send_until(lambda: box.has_shown("rule each kept its 0 runs"), "the reload")
    stream.send()
    assert stream.finish()["reloads"] == 1
    check_each_event_once(stream, ["old", "new"])


def test_a_file_that_an_editor_replaces_takes_over(box):
    stream = Stream(box, "--watch")
    stream.send()
    box.write("each.yaml.new", RULE.replace("old", "new")).rename(box.folder / "rules/each.yaml")
    stream.send_until(lambda: box.has_shown("rule each kept its 0 runs"), "the reload")
    stream.send()
    assert stream.finish()["reloads"] == 1
    check_each_event_once(stream, ["old", "new"])


def test_hangups_take_over_between_two_events(box):
    stream = Stream(box, "--workers", "2")
    for turn in range(1, 4):
        stream.send()
        box.write("rules/each.yaml", RULE.replace("old", f"new {turn}").replace("a: a}", f"a: a where n > -{turn}}}"))
        stream.process.send_signal(signal.SIGHUP)
        stream.send_until(lambda: sum("rule each starts anew" in line for line in box.lines("stderr")) == turn,
                          "the reload")
    stream.send()
    assert stream.finish()["reloads"] == 3
    check_each_event_once(stream, ["old", "new 1", "new 2", "new 3"])


def test_a_broken_edit_changes_nothing(box):
    stream = Stream(box, "--watch")
    stream.send()
    box.write("rules/each.yaml", RULE.replace("old", "new").replace("pattern: a", "pattern: b"))
    stream.send_until(lambda: box.has_shown("not reloaded"), "the refusal")
    assert box.has_shown("rules/each.yaml:3:10: error[E0302]"), box.lines("stderr")
    stream.send()
    box.write("rules/each.yaml", "")
    stream.process.send_signal(signal.SIGHUP)
    stream.send_until(lambda: box.has_shown("there are no rules"), "the second refusal")
    stats = stream.finish()
    assert (stats["reloads"], stats["events"]) == (0, stream.sent) and stats["reloads_failed"] >= 2, stats
    check_each_event_once(stream, ["old"])


def test_a_deleted_rule_drops_and_the_others_go_on(box):
    box.write("rules/other.yaml", OTHER)
    stream = Stream(box, "--watch")
    stream.send()
    (box.folder / "rules/other.yaml").unlink()
    stream.send_until(lambda: box.has_shown("rule other dropped"), "the reload")
    last = len(stream.told("other"))
    stream.send()
    stats = stream.finish()
    assert [rule["rule"] for rule in stats["rules"]] == ["each"]
    assert stream.told("other") == [(n, "old") for n in range(len(stream.told("other")))]
    assert 10 <= len(stream.told("other")) < stream.sent - 9 and last <= len(stream.told("other"))
    check_each_event_once(stream, ["old"])


def test_a_new_rule_sees_what_comes_after(box):
    stream = Stream(box, "--watch")
    stream.send()
    box.write("rules/other.yaml", OTHER)
    stream.send_until(lambda: box.has_shown("rule other is new"), "the reload")
    stream.send()
    stream.finish()
    seen = [n for n, _ in stream.told("other")]
    assert seen[0] >= 10 and seen == list(range(seen[0], stream.sent)), seen
    check_each_event_once(stream, ["old"])


def test_a_list_in_a_file_of_its_own_is_watched_too(box):
    box.write("rules/wanted.txt", "x\n")
    box.write("rules/lists.yaml", "lists: {wanted: {file: wanted.txt}}\n")
    box.write("rules/each.yaml", RULE)
    stream = Stream(box, "--watch")
    stream.send()
    box.write("rules/other.yaml", OTHER.replace("a: a}", "a: a where tag in wanted}"))
    stream.send_until(lambda: box.has_shown("rule other is new"), "the reload")
    box.write("rules/wanted.txt", "y\n")
    stream.send_until(lambda: box.has_shown("rule other starts anew"), "the reload for the list")
    stream.pipe.write(event(stream.sent, "a", n=-1, tag="x") + event(stream.sent, "a", n=-2, tag="y"))
    stream.finish()
    assert stream.told("other") == [(-2, "old")]


run_all(globals())
