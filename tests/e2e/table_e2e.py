"""Tables beside rules: checked, looked up, and read again when their file changes."""

from harness import event, run_all, wait_until

RULE = """\
tables:
  customers: {file: customers.csv, key: card}
---
rule: abroad
key: card
events:
  a: login
  b: pay where customers[card].country != country
pattern: a -> b
within: 1d
on match:
  message: "{card} of {customers[card].country}"
"""


def test_a_changed_table_takes_over_and_keeps_the_runs(box):
    box.write("rules/abroad.yaml", RULE)
    box.write("rules/customers.csv", "card,country\nc1,FR\n")
    process, pipe = box.start_on_pipe("--rules", "rules", "--watch", "--workers", "2")
    pipe.write(event(0, "login", card="c1") + event(1, "pay", card="c1", country="FR") + event(2, "login", card="c1"))
    sent = [3]

    def send_until(text):
        def send_one():
            pipe.write(event(sent[0], "other"))
            sent[0] += 1
            return box.has_shown(text)
        wait_until(send_one, text)

    box.write("rules/customers.csv", "card,country\nc1,RO\n")
    send_until("rule abroad kept its 2 runs")
    pipe.write(event(sent[0], "pay", card="c1", country="FR"))
    wait_until(lambda: box.whole_alerts("out.ndjson"), "the alert")
    box.write("rules/customers.csv", "card,country\nc1,RO,x\n")
    send_until("not reloaded")
    assert box.has_shown("rules/abroad.yaml:2:21: error[E0330]"), box.lines("stderr")
    box.write("rules/customers.csv", "card,country\nc1,CH\n")
    send_until("rule abroad kept its 0 runs")
    pipe.write(event(sent[0], "login", card="c1") + event(sent[0] + 1, "pay", card="c1", country="FR"))
    pipe.close()
    assert process.wait(30) == 0, box.lines("stderr")
    assert [alert["message"] for alert in box.alerts("out.ndjson")] == ["c1 of RO", "c1 of CH"]


def test_check_shows_a_missing_file_and_a_misspelt_column(box):
    box.write("rules/abroad.yaml", RULE)
    out = box.run("check", "rules", code=1).stdout
    assert out.startswith("rules/abroad.yaml:2:21: error[E0330]"), out
    source, caret = out.splitlines()[1:3]
    assert caret.index("^") == source.index("customers.csv"), out
    box.write("rules/customers.csv", "card,contry\nc1,FR\n")
    out = box.run("check", "rules", code=1).stdout
    assert out.startswith("rules/abroad.yaml:8:32: error[E0332]") and "did you mean `contry`?" in out, out
    box.write("rules/customers.csv", "card,country\nc1,FR\n")
    assert box.run("check", "rules").stdout == "1 rule in 1 file: ok\n"


def test_a_broken_table_is_no_reason_to_doubt_the_rules(box):
    box.write("rules/abroad.yaml", RULE.replace("key: card}", "kye: card}"))
    out = box.run("check", "rules", code=1).stdout
    assert out.startswith("rules/abroad.yaml:2:36: error[E0105]"), out
    assert "did you mean `key`?" in out and out.endswith("1 error, 0 warnings\n"), out


def test_tests_beside_rules_find_the_table(box):
    box.write("rules/abroad.yaml", RULE)
    box.write("rules/customers.csv", "card,country\nc1,FR\n")
    box.write("rules/abroad.test.yaml", """\
test: paying abroad
events:
  - {at: 0s, type: login, card: c1}
  - {at: 1s, type: pay, card: c1, country: FR}
  - {at: 2s, type: pay, card: c1, country: RO}
expect:
  - {rule: abroad, at: 2s, message: c1 of FR}
""")
    assert box.run("test", "rules").stdout == "1 passed, 0 failed\n"


run_all(globals())
