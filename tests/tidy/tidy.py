#!/usr/bin/env python3
"""Holds the tree to the rules of the house that a machine can check. Prints `file:line: reason` for each breach.

tidy.py [ROOT]    exit code 1 if there is any
"""

import re
import subprocess
import sys
from collections import defaultdict
from itertools import accumulate
from pathlib import Path

FOLDER_LINE = re.compile(r"^tocsin_folder\((\w+)(?:\s+USES\s+([a-z ]+?))?(?:\s+LIBRARIES\b.*)?\)")
INCLUDE = re.compile(r'^\s*#\s*include\s+(?:"(?P<own>[^"]+)"|<(?P<system>[^>]+)>)')
LINE_MAX = 110
TEST_LINE_MAX = 140  # tables of data
FILE_LINES_MAX = 500
TEST_LINES_MAX = 800
FUNCTION_LINES_MAX = 70

# Headers that only the named files may include.
GUARDED_HEADERS = [
    (re.compile(r"^boost/spirit"), {"dsl/grammar.cc"}, "Boost.Spirit"),
    (re.compile(r"^yaml-cpp/"), {"dsl/rule_file.cc"}, "yaml-cpp"),
    (re.compile(r"^re2/"), {"patterns/text_matcher.cc"}, "RE2"),
    (re.compile(r"^hs/"), {"patterns/text_set.cc"}, "Hyperscan"),
    (re.compile(r"^catch2/"), {"tests/support/catch.h"}, "Catch2"),
]

WALL_CLOCK = re.compile(r"\b(?:system_clock|steady_clock|high_resolution_clock|clock_gettime|gettimeofday)\b"
                        r"|(?<![\w.>:])(?:std::)?time\s*\(\s*(?:nullptr|NULL|0|&)")
MAY_READ_CLOCK = re.compile(r"^(?:app/|benchmarks/|connectors/(?:follow|file)[^/]*$)")

PLACES = re.compile(r"(?<![\w./])/(?:home|root|work|tmp|mnt|Users)/")
CASE_LABEL = re.compile(r"^\s*case [\w:]+:\s*$")
UNFINISHED = re.compile(r"\b(?:TODO|FIXME|XXX)\b(?!\(#\d+\))")

SHARED_NAMES = {"CMakeLists.txt", "README.md", ".gitignore"}
TEXT_SUFFIXES = {".h", ".cc", ".py", ".sh", ".cmake", ".txt", ".md", ".yaml", ".yml", ".json"}


def tracked_files(root):
    out = subprocess.run(["git", "-C", str(root), "ls-files", "--cached", "--others", "--exclude-standard"],
                         capture_output=True, text=True)
    if out.returncode == 0:
        names = out.stdout.splitlines()
    else:
        names = [str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()]
    return sorted(name for name in set(names) if (root / name).is_file() and not name.startswith("build/"))


def folder_table(root):
    """Folder -> folders it may include, from the lines of CMakeLists.txt that also make the link line."""
    table = {}
    for line in (root / "CMakeLists.txt").read_text().splitlines():
        match = FOLDER_LINE.match(line)
        if match:
            table[match[1]] = set((match[2] or "").split()) | {match[1]}
    return table


def without_comments_and_strings(line):
    line = re.sub(r"'(?:\\.|[^'\\])'", "' '", line)
    line = re.sub(r'"(?:\\.|[^"\\])*"', '""', line)
    return line.split("//")[0]


def check_includes(name, lines, table):
    folder = name.split("/")[0]
    for number, line in enumerate(lines, 1):
        match = INCLUDE.match(line)
        if not match:
            continue
        own, system = match["own"], match["system"]
        if own and folder in table:
            target = own.split("/")[0]
            if target not in table:
                yield number, f'`{own}`: includes are written from the root, as "folder/file.h"'
            elif target not in table[folder]:
                yield number, f"{folder}/ may not include {target}/"
        for pattern, allowed, what in GUARDED_HEADERS:
            if system and pattern.match(system) and name not in allowed:
                yield number, f"only {', '.join(sorted(allowed))} may include {what}"


def check_clock(name, lines):
    if name.startswith("tests/") or MAY_READ_CLOCK.match(name):
        return
    for number, line in enumerate(lines, 1):
        if WALL_CLOCK.search(without_comments_and_strings(line)):
            yield number, "reads a clock: only app/, the file sources and benchmarks may"


def check_header(name, lines):
    if not name.endswith(".h"):
        return
    if not lines or lines[0].strip() != "#pragma once":
        yield 1, "a header begins with #pragma once"
    for number, line in enumerate(lines, 1):
        if re.match(r"\s*using namespace\b", line):
            yield number, "no `using namespace` in a header"


def check_sizes(name, lines):
    is_test = name.startswith("tests/")
    most = TEST_LINES_MAX if is_test else FILE_LINES_MAX
    columns = TEST_LINE_MAX if is_test else LINE_MAX
    if len(lines) > most:
        yield most + 1, f"{len(lines)} lines: at most {most}"
    for number, line in enumerate(lines, 1):
        if len(line) > columns and "http" not in line:
            yield number, f"{len(line)} columns: at most {columns}"


def check_functions(lines):
    """Counts the lines of blocks that open after a `)`; namespaces, types and tables are none. The labels of a
    `switch` do not count: they are a table, too."""
    labels = list(accumulate((bool(CASE_LABEL.match(line)) for line in lines), initial=0))
    stack = []
    for number, line in enumerate(lines, 1):
        code = without_comments_and_strings(line)
        for place, character in enumerate(code):
            if character == "{":
                head = code[:place].rstrip()
                is_function = bool(re.search(r"\)(?:\s*(?:const|noexcept|override|final|mutable|->\s*[\w:<>&*]+))*$", head))
                stack.append((number, is_function))
            elif character == "}" and stack:
                begin, is_function = stack.pop()
                size = number - begin + 1 - (labels[number] - labels[begin])
                if is_function and size > FUNCTION_LINES_MAX:
                    yield begin, f"a block of {size} lines: at most {FUNCTION_LINES_MAX}"


def check_text(name, lines):
    if name == "tests/tidy/tidy.py":
        return
    for number, line in enumerate(lines, 1):
        if PLACES.search(line):
            yield number, "an absolute path"
        if UNFINISHED.search(line):
            yield number, "unfinished: say it in an issue and name it, as TODO(#12)"
        if line != line.rstrip() and not name.endswith((".md", ".txt")) and not name.startswith("tests/golden/"):
            yield number, "trailing blanks"


def check_names(names):
    places = defaultdict(list)
    for name in names:
        path = Path(name)
        is_source = path.suffix in {".h", ".cc", ".py", ".sh", ".cmake"}
        if is_source and path.name not in SHARED_NAMES:
            places[path.name].append(name)
    for same in places.values():
        for name in same[1:]:
            yield name, 1, f"the file name is taken by {same[0]}"


def breaches(root):
    names = tracked_files(root)
    table = folder_table(root)
    yield from check_names(names)
    for name in names:
        if Path(name).suffix not in TEXT_SUFFIXES or "/corpus/" in name or "/recordings/" in name:
            continue
        lines = (root / name).read_text(errors="replace").splitlines()
        checks = [check_text(name, lines)]
        if name.endswith((".h", ".cc")):
            checks += [check_includes(name, lines, table), check_clock(name, lines), check_header(name, lines),
                       check_sizes(name, lines), check_functions(lines)]
        for check in checks:
            for number, reason in check:
                yield name, number, reason


def main():
    root = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parents[2]).resolve()
    found = list(breaches(root))
    for name, number, reason in found:
        print(f"{name}:{number}: {reason}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
