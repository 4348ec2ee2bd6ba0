#!/usr/bin/env python3
"""Writes one rule over N stocks: w4.py N > w4.yaml

S1 sold, S2 bought, S3 sold, … in this order, anything in between, every combination, less than 10 s from first to
last. Only counted.
"""

import sys


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    stocks = range(1, int(sys.argv[1]) + 1)
    print("rule: w4\nevents:")
    for i in stocks:
        print(f"  s{i}: {'SELL' if i % 2 else 'BUY'} where name == 'S{i}'")
    print("pattern:", " ~> ".join(f"s{i}" for i in stocks))
    print("within: 9999ms\nafter match: no skip\non match: none")


if __name__ == "__main__":
    main()
