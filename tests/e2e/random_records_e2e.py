"""Whatever bytes come in, each record is an event, late or bad, and the run goes on to its end. Seeded."""

import json
import random

from harness import run_all

RULES = """\
rule: pair
key: user
events: {a: a, b: b where v >= a.v}
pattern: a -> b
within: 10s
on timeout: {message: "{a.user} {a.v} {a.deep.x[1]}"}
---
rule: sums
key: user
events: {x: any}
window: sliding 20s
having: sum(x.v) > 3 or distinct(x.user) > 1
emit: each
on match: {fields: {s: sum(x.v), d: stddev(x.v), m: max(x.user), t: lower(x.name)}}
"""

VALUES = ["1", "-0", "1e400", "0.1", "null", "true", '"x"', '"\\u00e9\\ud83d\\ude00"', '"\\ud800"', "[1,[2]]", "{}",
          "9223372036854775807", "-9223372036854775808", "1e308", '""']
CELLS = ["1", "-0", "1e400", "0.1", "", "true", "x", "é", '"a ""quoted"" one"', '"two\nlines"', "9223372036854775807"]


def seconds(chance, n):
    return chance.choice([n - 2, n - 2, n - 3, n + 2, -2**62, 2**63 - 1, 10**30, 0]) if chance.random() < 0.2 else n


def ndjson_record(chance, n):
    return (f'{{"ts":{seconds(chance, n)},"type":"{chance.choice("ab")}","user":{chance.choice(VALUES)},'
            f'"v":{chance.choice(VALUES)},"name":{chance.choice(VALUES)},"deep":{{"x":[1,{chance.choice(VALUES)}]}}}}')


def csv_record(chance, n):
    return ",".join([str(seconds(chance, n)), chance.choice("ab")] + [chance.choice(CELLS) for _ in range(3)])


def mutated(chance, record):
    """Bytes changed, taken out, put in or doubled; or nothing but noise."""
    data = bytearray(record.encode())
    for _ in range(chance.choice([0, 0, 0, 0, 0, 1, 3])):
        at = chance.randrange(len(data) + 1)
        until = min(len(data), at + chance.choice([0, 1, 1, 5]))
        piece = chance.choice([b"", chance.randbytes(1), chance.randbytes(3), bytes(data[:7]), b'"', b"\n", b"\\", b"{"])
        data[at:until] = piece
    return chance.randbytes(chance.randrange(40)) if chance.random() < 0.03 else bytes(data)


def noisy_text(chance, record, count):
    end = chance.choice([b"\n", b"\n", b"\r\n"])
    lines = [mutated(chance, record(chance, n)) for n in range(count)]
    return end.join(lines) + chance.choice([b"", end])


def run_over(box, name, *more):
    """The counts, the alerts and the dead letters of a run over the input `name`."""
    box.run("run", "--rules", "rules.yaml", "--input", name, "--time", "ts:s", "--disorder", "1s", "--output", "out",
            "--late", "late", "--dead-letters", "dead", "--stats", "stats", *more)
    stats = json.loads((box.folder / "stats").read_text())
    return stats, (box.folder / "out").read_bytes(), (box.folder / "dead").read_bytes()


def check_counts(box, name, text):
    """Whatever the batches and the workers, the counts add up and nothing differs."""
    box.write("rules.yaml", RULES)
    box.write(name, text)
    stats, alerts, dead = run_over(box, name)
    assert stats["records"] == stats["events"] + stats["late"] + stats["bad"], stats
    letters = [json.loads(line) for line in dead.decode().split("\n")[:-1]]
    assert len(letters) == stats["bad"] and all(letter["reason"] for letter in letters), stats
    assert len(alerts.splitlines()) == stats["alerts"]
    for line in alerts.splitlines():
        json.loads(line.decode())
    again, alerts_again, dead_again = run_over(box, name, "--workers", "3", "--batch-bytes", "4096")
    for key in ("records", "events", "late", "bad", "furthest_behind", "matches", "timeouts", "null_operations"):
        assert again[key] == stats[key], (key, again, stats)
    assert (alerts_again, dead_again) == (alerts, dead)
    return stats


def check_seeds(box, name, record, header=b""):
    """Over some seeds; most of a file's records are events, and each kind of record occurs."""
    total = {"events": 0, "late": 0, "bad": 0, "alerts": 0}
    for seed in range(5):
        print(f"seed {seed}")
        stats = check_counts(box, name, header + noisy_text(random.Random(seed), record, 300))
        for key in total:
            total[key] += stats[key]
    assert all(count >= 30 for count in total.values()), total


def test_noisy_ndjson(box):
    check_seeds(box, "in.ndjson", ndjson_record)


def test_noisy_csv(box):
    check_seeds(box, "in.csv", csv_record, b"ts,type,user,v,name\n")


def test_noise_alone(box):
    chance = random.Random(99)
    for name in ("in.ndjson", "in.csv"):
        for size in (0, 1, 3, 1000, 100_000):
            check_counts(box, name, chance.randbytes(size))


run_all(globals())
