#!/usr/bin/env python3
"""Writes one rule over N types: w6.py N [WITHIN] > w6.yaml

T1, T2, … Tn in this order, anything in between, within so many events of any type (100 unless said): every
combination that an event completes is told, then all that is open is dropped.
"""

import sys


def main():
    if not 2 <= len(sys.argv) <= 3:
        sys.exit(__doc__)
    steps = range(1, int(sys.argv[1]) + 1)
    within = (sys.argv[2:] or ["100"])[0]
    print("rule: w6\nevents: {" + ", ".join(f"t{i}: T{i}" for i in steps) + "}")
    print("pattern:", " ~> ".join(f"t{i}" for i in steps))
    print(f"from: any\nwithin: {within} events\nreport: all")


if __name__ == "__main__":
    main()
