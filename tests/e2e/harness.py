"""What the end-to-end tests share: running the command in a folder of its own, and waiting for what it does.

A test is a function whose name begins with `test_`; it takes a Sandbox. `run_all` runs those of the calling module.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path

DEADLINE_SECONDS = 30

SEARCH_RULE = """\
rule: search-without-click
key: user
events:
  s: search
  c: click where query == s.query
pattern: s -> c
within: 1h
on timeout:
  message: "'{s.query}' drew no click from {user}"
  fields: {query: s.query}
on match: none
"""


def event(seconds, kind, **attributes):
    return json.dumps({"ts": seconds * 1000, "type": kind, **attributes}) + "\n"


def wait_until(condition, what):
    """Polls until `condition` gives something true, and returns it."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while time.monotonic() < deadline:
        found = condition()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError(f"waited in vain for {what}")


class Sandbox:
    """An empty folder, and the command run in it."""

    def __init__(self, command, folder):
        self.command = command
        self.folder = Path(folder)
        self.running = []
        self.environment = {key: value for key, value in os.environ.items() if key not in ("CI", "NO_COLOR")}

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def append(self, name, text):
        with (self.folder / name).open("a") as file:
            file.write(text)

    def lines(self, name):
        path = self.folder / name
        return path.read_text().splitlines() if path.exists() else []

    def alerts(self, name):
        return [json.loads(line) for line in self.lines(name)]

    def whole_alerts(self, name):
        """Those of a file that may be growing right now."""
        path = self.folder / name
        text = path.read_text() if path.exists() else ""
        return [json.loads(line) for line in text[:text.rfind("\n") + 1].splitlines()]

    def run(self, *arguments, code=0, stdin=""):
        done = subprocess.run([self.command, *arguments], cwd=self.folder, input=stdin, text=True,
                              capture_output=True, timeout=DEADLINE_SECONDS, env=self.environment)
        assert done.returncode == code, f"exit code {done.returncode}, not {code}\n{done.stdout}{done.stderr}"
        return done

    def start(self, *arguments):
        process = subprocess.Popen([self.command, *arguments], cwd=self.folder, stdin=subprocess.PIPE,
                                   stdout=subprocess.DEVNULL, stderr=(self.folder / "stderr").open("wb"),
                                   env=self.environment)
        self.running.append(process)
        return process

    def start_on_pipe(self, *arguments, name="events.fifo"):
        """Starts `run` with a named pipe as its input; gives the process and the pipe's writing end."""
        os.mkfifo(self.folder / name)
        process = self.start("run", "--input", name, "--output", "out.ndjson", "--stats", "stats.json", *arguments)
        pipe = (self.folder / name).open("w", buffering=1)
        return process, pipe

    def has_shown(self, text):
        """Whether the command that was started has written `text` to standard error."""
        return any(text in line for line in self.lines("stderr"))

    def stop(self, process, code=0, with_signal=signal.SIGINT):
        process.send_signal(with_signal)
        got = process.wait(DEADLINE_SECONDS)
        assert got == code, f"exit code {got}, not {code}\n" + "\n".join(self.lines("stderr"))

    def end(self):
        for process in self.running:
            if process.poll() is None:
                process.kill()
            process.wait()
            process.stdin.close()


def run_all(tests):
    """Runs the `test_` functions among `tests`, a module's globals, with the command named on the command line."""
    command = str(Path(sys.argv[1]).resolve())
    failed = 0
    for name, test in sorted(tests.items()):
        if not name.startswith("test_"):
            continue
        with tempfile.TemporaryDirectory() as folder:
            sandbox = Sandbox(command, folder)
            try:
                test(sandbox)
                print(f"ok      {name}")
            except Exception:
                failed += 1
                print(f"FAILED  {name}\n{traceback.format_exc()}")
            finally:
                sandbox.end()
    sys.exit(1 if failed else 0)
