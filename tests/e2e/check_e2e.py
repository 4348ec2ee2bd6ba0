"""`tocsin check`, `explain` and `test` as an author sees them."""

import json
import xml.etree.ElementTree as ElementTree

from harness import SEARCH_RULE, run_all

TYPO = SEARCH_RULE.replace("query == s.query", "query = s.query")

GOOD_TEST = """\
test: a search without a click
events:
  - {at: 0s, type: search, user: u1, query: shoes}
advance: 2h
expect:
  - {kind: timeout, at: 1h, key: {user: u1}, fields: {query: shoes}}
"""

WRONG_TEST = GOOD_TEST.replace("{query: shoes}}\n", "{query: boots}}\n", 1).replace("query: shoes}\n", "query: hats}\n")


def test_good_rules_are_ok(box):
    box.write("rules/a.yaml", SEARCH_RULE)
    box.write("rules/deeper/b.yml", SEARCH_RULE.replace("search-without-click", "other"))
    box.write("rules/a.test.yaml", "not: a rule")
    assert box.run("check", "rules").stdout == "2 rules in 2 files: ok\n"


def test_typo_shows_its_line_and_a_caret(box):
    box.write("rules/a.yaml", TYPO)
    out = box.run("check", "rules", code=1).stdout
    assert out.startswith("rules/a.yaml:5:24: error[E"), out
    source, caret = out.splitlines()[1:3]
    assert source.endswith("c: click where query = s.query"), out
    assert caret.index("^") == source.index("= s.query") and "write `==`" in caret, out
    assert out.splitlines()[-1].startswith("1 error, 0 warnings"), out


def test_json_for_machines(box):
    box.write("rules/a.yaml", TYPO)
    report = json.loads(box.run("check", "--json", "rules", code=1).stdout)
    assert report["ok"] is False and report["errors"] == 1
    assert (report["diagnostics"][0]["line"], report["diagnostics"][0]["column"]) == (5, 24)


def test_wrong_usage_has_its_own_code(box):
    box.run("check", "nowhere", code=2)
    box.run("check", code=2)
    box.run("chekc", code=2)
    box.run("run", "--rules", "nowhere", "--input", "-", "--disorder", "soon", code=2)
    assert "Examples:" in box.run("check", "--help").stdout


def test_a_misspelt_variable_is_told_apart_from_an_attribute(box):
    rule = """\
rule: left-open
key: door
events: {open: opened, shut: closed}
pattern: open -> not shut
within: 2m
on match: {message: left open, fields: {who: WHO}}
"""
    box.write("rules/a.yaml", rule.replace("WHO", "opn.by"))
    assert "did you mean `open.by`?" in box.run("check", "rules", code=1).stdout
    box.write("rules/a.yaml", rule.replace("WHO", "by"))
    assert "write `open.by`\n" in box.run("check", "rules", code=1).stdout


def test_a_misspelt_variable_in_a_condition_is_doubted(box):
    box.write("rules/a.yaml", SEARCH_RULE.replace("== s.query", "== ss.query"))
    assert "did you mean `s.query`?" in box.run("check", "rules").stdout
    box.write("rules/a.yaml", SEARCH_RULE.replace("== s.query", "== this.ss.query"))
    assert "did you mean" not in box.run("check", "rules").stdout


def test_explain_shows_every_stage(box):
    box.write("rules/a.yaml", SEARCH_RULE)
    by_id = box.run("explain", "search-without-click", "--rules", "rules").stdout
    assert "s -> c" in by_id and "within 1h" in by_id, by_id
    assert "--- executor\nsequence: " in by_id, by_id
    assert "a key has at most 100000 runs, each for at most 1h\n" in by_id, by_id
    assert box.run("explain", "rules/a.yaml").stdout == by_id
    assert "did you mean `search-without-click`" in box.run(
        "explain", "search-without-clik", "--rules", "rules", code=2).stderr


def test_tests_beside_rules(box):
    box.write("rules/a.yaml", SEARCH_RULE)
    box.write("rules/good.test.yaml", GOOD_TEST)
    assert box.run("test", "rules").stdout == "1 passed, 0 failed\n"
    box.write("rules/wrong.test.yaml", WRONG_TEST)
    done = box.run("test", "rules", "--junit", "results.xml", code=1)
    assert 'fields.query: expected "boots", got "hats"' in done.stdout, done.stdout
    assert done.stdout.endswith("1 passed, 1 failed\n"), done.stdout
    suite = ElementTree.parse(box.folder / "results.xml").getroot()
    assert suite.attrib["tests"] == "2" and suite.attrib["failures"] == "1"
    assert json.loads(box.run("test", "--json", "rules", code=1).stdout)["failed"] == 1


def test_golden_files_are_compared_and_updated(box):
    box.write("rules/a.yaml", SEARCH_RULE)
    box.write("rules/day.ndjson", '{"ts":0,"type":"search","user":"u1","query":"q"}\n')
    box.write("rules/day.test.yaml", "test: a day\nstream: day.ndjson\nadvance: 2h\ngolden: day.alerts.ndjson\n")
    assert "tocsin test --update" in box.run("test", "rules", code=1).stdout
    box.run("test", "--update", "rules")
    assert len(box.alerts("rules/day.alerts.ndjson")) == 1
    box.run("test", "rules")
    box.append("rules/day.alerts.ndjson", "{}\n")
    assert "in line 2" in box.run("test", "rules", code=1).stdout


def test_mistakes_in_tests_are_shown_at_their_place(box):
    box.write("rules/a.yaml", SEARCH_RULE)
    box.write("rules/a.test.yaml", GOOD_TEST.replace("advance:", "advence:"))
    done = box.run("test", "rules", code=1)
    assert "rules/a.test.yaml:4:1: error[" in done.stderr and "did you mean `advance`?" in done.stderr, done.stderr


run_all(globals())
