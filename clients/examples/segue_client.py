# SPDX-License-Identifier: GPL-3.0-or-later
"""A running segued, driven by the command line client."""

import json
import shlex
import subprocess
import sys
import threading
import time
import urllib.parse

LEAD_S = 2.0  # how long before its frame a command is sent


class Segue:
    """The command line client, and the daemon's clock as it tells it."""

    def __init__(self, program):
        self._program = program
        self._clock = (0.0, 0)  # monotonic seconds, engine frame
        engine = self.state()["engine"]
        self.rate = engine["sampleRate"]

    def do(self, *words, frame=None):
        words = [f"{word:g}" if isinstance(word, float) else str(word) for word in words]
        if frame is not None:
            words = ["--at", f"frame:{frame}", *words]
        print("  segue " + " ".join(shlex.quote(word) for word in words), flush=True)
        done = subprocess.run([*self._program, "-q", *words], check=False)
        if done.returncode:
            sys.exit(f"mix: the command failed with exit code {done.returncode}")

    def state(self):
        before = time.monotonic()
        done = subprocess.run([*self._program, "-o", "json", "status"], stdout=subprocess.PIPE, check=False)
        if done.returncode:
            sys.exit("mix: segued does not answer")
        state = json.loads(done.stdout)
        self._clock = ((before + time.monotonic()) / 2, int(state["engine"]["frame"]))
        return state

    def deck(self, number):
        return self.state()["decks"][number - 1]

    def frame(self):
        """The frame being rendered now, from the last state."""
        at, frame = self._clock
        if time.monotonic() - at > 1.0:
            self.state()
            at, frame = self._clock
        return frame + round((time.monotonic() - at) * self.rate)

    def wait_for(self, frame):
        while (missing := frame - self.frame()) > 0:
            time.sleep(min(1.0, missing / self.rate))

    def run(self, steps):
        """Runs (frame, words) in order, each a little ahead of its time."""
        for frame, words in sorted(steps, key=lambda step: step[0]):
            self.wait_for(frame - round(LEAD_S * self.rate))
            self.do(*words, frame=frame)

    def frame_of(self, deck, position_s):
        """The engine frame at which a playing deck comes to a place of its track."""
        anchor = self.deck(deck)["anchor"]
        seconds = (position_s - anchor["positionS"]) / anchor["rate"]
        return int(anchor["frame"]) + round(seconds * self.rate)

    def listen(self, paths):
        return Listening([*self._program, "-q", "-o", "jsonl", "analyze", *paths])


class Listening:
    """`segue analyze` while it runs, beside the mix. End it when done."""

    def __init__(self, command):
        self.known = {}  # by path: the whole analysis, or None for what cannot be listened to
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self._process.stdout:
            news = json.loads(line)
            path = urllib.parse.unquote(news["uri"].removeprefix("file://"), errors="surrogateescape")
            if news["state"] in ("DONE", "FAILED"):
                self.known[path] = news.get("analysis")

    def wait(self, count, seconds):
        """Waits until so many tracks are known, or the time is up."""
        end = time.monotonic() + seconds
        while len(self.known) < count and self._process.poll() is None and time.monotonic() < end:
            time.sleep(0.05)

    def end(self):
        self._process.terminate()
        self._process.wait()
