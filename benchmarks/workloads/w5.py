#!/usr/bin/env python3
"""Writes R rules: w5.py R [regex|equal] > w5.yaml

Rule i: a payment under 50 at the merchant of number i, then the first one over 100 + i mod 100, within less than
1 + i mod 10 minutes; every start has one outcome. The merchant is told by a regular expression, or by its name.
"""

import sys

RULE = """rule: w5-{i}
key: card
events:
  here: txn where {merchant} and amount < 50
  spend: txn where amount > {over}
pattern: here -> spend
within: {within_ms}ms
after match: skip to next event
on match:
  message: "{{here.merchant}}, then {{spend.amount}}"
"""


TRADES = ["books", "food", "travel"]
MERCHANT = {
    "regex": lambda i: rf"merchant matches 'm0*{i}\.[a-z]+\.example'",
    "equal": lambda i: f"merchant == 'm{i}.{TRADES[i % len(TRADES)]}.example'",
}


def main():
    told_by = (sys.argv[2:] or ["regex"])[0]
    if not 2 <= len(sys.argv) <= 3 or told_by not in MERCHANT:
        sys.exit(__doc__)
    rules = [RULE.format(i=i, merchant=MERCHANT[told_by](i), over=100 + i % 100, within_ms=(1 + i % 10) * 60_000 - 1)
             for i in range(int(sys.argv[1]))]
    print("---\n".join(rules), end="")


if __name__ == "__main__":
    main()
