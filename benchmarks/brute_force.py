#!/usr/bin/env python3
"""Counts what each workload must find, the slow and plain way: straight from the words, one rule at a time.

brute_force.py WORKLOAD EVENTS.ndjson [N [WITHIN]]

WORKLOAD is w1, w1-one-key (which finds the same), absence-one-key, w2a, w2b, w2c, w2c-day, spike-one-key, w3,
w3n-success, w3n-failure, w4 (N stocks), w5 (N rules) or w6 (N types, within 100 events unless said). Prints
`matches timeouts`.
Shares nothing with the engine. Time runs out at the end of the file.
"""

import json
import re
import sys
from bisect import bisect_left, insort
from collections import defaultdict, deque

SECOND = 1000
MINUTE = 60 * SECOND
DAY = 24 * 60 * MINUTE


def events_by_time(path):
    """In the order in which rules see them: by time, then as they arrived."""
    with open(path, encoding="utf-8") as lines:
        return sorted(map(json.loads, lines), key=lambda event: event["ts"])


def by_key(events, key):
    streams = defaultdict(list)
    for event in events:
        streams[event[key]].append(event)
    return streams.values()


def w1(events, _):
    matches = timeouts = 0
    open_searches = defaultdict(list)
    for event in events:
        if event["type"] == "search":
            open_searches[event["user"], event["query"]].append(event["ts"])
        elif event["type"] == "click":
            for began in open_searches.pop((event["user"], event["query"]), []):
                if event["ts"] - began <= 60 * MINUTE:
                    matches += 1
                else:
                    timeouts += 1
    return matches, timeouts + sum(map(len, open_searches.values()))


def absence(events, _):
    """A match for each search that has none in w1."""
    _, unanswered = w1(events, _)
    return unanswered, 0


def w2a(events, _):
    matches = 0
    for stream in by_key(events, "card"):
        probes = []
        for event in stream:
            if event["amount"] < 1:
                probes.append(event["ts"])
            elif event["amount"] > 500:
                probes = [at for at in probes if event["ts"] - at <= 10 * MINUTE]
                if len(probes) >= 3:
                    matches += 1
                    probes = []
    return matches, 0


def w2b(events, _):
    matches = 0
    for stream in by_key(events, "card"):
        for i, here in enumerate(stream):
            for later in stream[i + 1:]:
                if later["ts"] - here["ts"] > 5 * MINUTE:
                    break
                if later["country"] != here["country"]:
                    matches += 1
                    break
    return matches, 0


def sums_over(most, within, events):
    alerts = 0
    for stream in by_key(events, "card"):
        window, total = deque(), 0
        for event in stream:
            window.append(event)
            total += event["amount"]
            while window[0]["ts"] <= event["ts"] - within:
                total -= window.popleft()["amount"]  # quarters: exact
            alerts += total > most
    return alerts, 0


def w2c(events, _):
    return sums_over(5000, 10 * MINUTE, events)


def w2c_day(events, _):
    return sums_over(30000, DAY, events)


def spike(events, _):
    """What waits lies in the order of its amounts; now and then the overdue is thrown away."""
    matches = timeouts = 0
    waiting = []  # (what an amount must exceed, since when)
    for number, event in enumerate(events):
        answered = bisect_left(waiting, (event["amount"],))
        in_time = sum(event["ts"] - began <= 10 * MINUTE for _, began in waiting[:answered])
        matches += in_time
        timeouts += answered - in_time
        del waiting[:answered]
        insort(waiting, (100 * event["amount"], event["ts"]))
        if number % 10_000 == 0:
            on_time = [one for one in waiting if event["ts"] - one[1] <= 10 * MINUTE]
            timeouts += len(waiting) - len(on_time)
            waiting = on_time
    return matches, timeouts + len(waiting)


def break_ins(stream):
    """(the place of the success, the first of the five failures) of each; `stream` may have logouts in it."""
    failures = []
    for i, event in enumerate(stream):
        if event["type"] != "login":
            failures = []
        elif not event["ok"]:
            failures.append(event["ts"])
        else:
            if len(failures) >= 5 and event["ts"] - failures[-5] <= 2 * MINUTE:
                yield i, failures[-5]
            failures = []


def w3(events, _):
    logins = [event for event in events if event["type"] == "login"]
    return sum(1 for stream in by_key(logins, "user") for _ in break_ins(stream)), 0


def w3n(events, deadline_of):
    matches = 0
    for stream in by_key(events, "user"):
        for place, first_failure in break_ins(stream):
            deadline = deadline_of(stream[place]["ts"], first_failure)
            left = any(later["type"] == "logout" and later["ts"] <= deadline for later in stream[place + 1:])
            matches += not left
    return matches, 0


def w3n_success(events, _):
    return w3n(events, lambda success, first_failure: success + 30 * MINUTE)


def w3n_failure(events, _):
    return w3n(events, lambda success, first_failure: first_failure + 30 * MINUTE)


def w4(events, stocks):
    """Ways to pick S1 sold, S2 bought, S3 sold, … in this order, less than 10 s from first to last."""
    sides = [("S%d" % (i + 1), "SELL" if i % 2 == 0 else "BUY") for i in range(stocks)]
    wanted = [(event["ts"], sides.index((event["name"], event["type"])))
              for event in events if (event["name"], event["type"]) in sides]
    matches = 0
    for i, (began, step) in enumerate(wanted):
        if step != 0:
            continue
        ways = [1] + [0] * (stocks - 1)
        for at, later in wanted[i + 1:]:
            if at - began >= 10 * SECOND:
                break
            if later > 0:
                ways[later] += ways[later - 1]
        matches += ways[-1]
    return matches, 0


def w5(events, rules):
    """A small payment at merchant number i starts rule i; only its own rule, so that one number says which."""
    number = re.compile(r"m(\d+)\.[a-z]+\.example")
    matches = 0
    for stream in by_key(events, "card"):
        for i, here in enumerate(stream):
            rule = int(number.search(here["merchant"])[1])
            if here["amount"] >= 50 or rule >= rules:
                continue
            for later in stream[i + 1:]:
                if later["ts"] - here["ts"] >= (1 + rule % 10) * MINUTE:
                    break
                if later["amount"] > 100 + rule % 100:
                    matches += 1
                    break
    return matches, 0


def w6(events, types, within=100):
    """Ways to pick T1, T2, … in this order among so many events; once there is one, all begins anew."""
    matches = 0
    starts = deque()  # (number of the event, ways to have come to each type from it)
    for number, event in enumerate(events):
        while starts and starts[0][0] + within <= number:
            starts.popleft()
        step = int(event["type"][1:]) - 1
        if step == 0:
            starts.append((number, [1] + [0] * (types - 1)))
        elif step < types:
            for _, ways in starts:
                ways[step] += ways[step - 1]
        complete = sum(ways[-1] for _, ways in starts)
        if complete > 0:
            matches += complete
            starts.clear()
    return matches, 0


WORKLOADS = {"w1": w1, "w1-one-key": w1, "absence-one-key": absence, "w2a": w2a, "w2b": w2b, "w2c": w2c,
             "w2c-day": w2c_day,
             "spike-one-key": spike, "w3": w3, "w3n-success": w3n_success, "w3n-failure": w3n_failure, "w4": w4,
             "w5": w5, "w6": w6}


def main():
    if len(sys.argv) < 3 or sys.argv[1] not in WORKLOADS:
        sys.exit(__doc__)
    numbers = [int(number) for number in sys.argv[3:] or ["1"]]
    matches, timeouts = WORKLOADS[sys.argv[1]](events_by_time(sys.argv[2]), *numbers)
    print(matches, timeouts)


if __name__ == "__main__":
    main()
