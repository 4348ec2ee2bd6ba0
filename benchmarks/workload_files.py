"""The workloads as files: their rules, and what brute force counts in a stream. Shared by `run.py` and
`peers/run_peers.py`."""

import json
import resource
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
WORKLOADS = HERE / "workloads"


def processor_seconds(command):
    """(how long `command` took, what it printed)"""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}\n{done.stderr}")
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, done.stdout


def parts_of(workload):
    """`w5-1000-equal`: a name, and what the script of that name wants; of others the name alone."""
    name, *arguments = workload.split("-")
    return (name, arguments) if (WORKLOADS / f"{name}.py").exists() else (workload, [])


def known_counts(workload, stream, data):
    """What brute force counts: matches and timeouts; kept in `data` for the next time."""
    path = data / "counts.json"
    counts = json.loads(path.read_text()) if path.exists() else {}
    name, arguments = parts_of(workload)
    numbers = [argument for argument in arguments if argument.isdigit()]
    question = " ".join([name, *numbers, stream.name, str(stream.stat().st_size)])
    if question not in counts:
        print(f"counting {question} by brute force", file=sys.stderr)
        out = subprocess.run([sys.executable, HERE / "brute_force.py", name, stream, *numbers],
                             capture_output=True, text=True, check=True)
        counts[question] = [int(word) for word in out.stdout.split()]
        path.write_text(json.dumps(counts, indent=1, sort_keys=True) + "\n")
    return counts[question]


def rules_of(workload, data):
    """The workload's rule file, written by its script if it has one."""
    name, arguments = parts_of(workload)
    if not arguments:
        return WORKLOADS / f"{name}.yaml"
    path = data / f"{workload}.yaml"
    script = [sys.executable, WORKLOADS / f"{name}.py", *arguments]
    path.write_bytes(subprocess.run(script, capture_output=True, check=True).stdout)
    return path
