#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mixes tracks on a running segued with nothing but the segue command, printing each command before running it.

With --tracks, a truth.json of make_tracks, the second track is brought in on a beat of the first; with --music, the
audio files of a folder are mixed one after the other by fader and equaliser.
"""

import argparse
import json
import os
import shlex
import subprocess
import sys
import time

AUDIO = (".aac", ".aif", ".aiff", ".flac", ".m4a", ".mp3", ".oga", ".ogg", ".opus", ".wav")
LEAD_S = 2.0  # how long before its frame a command is sent
FADE_STEPS = 8  # moves of a fader from one end to the other
UNIT_S = 8.0  # without beats: length of each half of a transition


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
        anchor = self.state()["decks"][deck - 1]["anchor"]
        seconds = (position_s - anchor["positionS"]) / anchor["rate"]
        return int(anchor["frame"]) + round(seconds * self.rate)


def fade(words, start, length, values):
    """Moves a control through values, from start on; the last move is done before length frames are over."""
    return [(start + round(length * i / len(values)), (*words, value)) for i, value in enumerate(values)]


def transition(old, new, start, unit):
    """Brings deck new in without its bass, swaps the basses after unit frames, and takes deck old out in as many."""
    rising = [(i + 1) / FADE_STEPS for i in range(FADE_STEPS)]
    side = 1 if new == 2 else -1
    return [(start, ("crossfader", 0)), (start, ("play", new)),
            *fade(("fader", new), start, unit, rising),
            (start + unit, ("eq", old, "low", "kill")), (start + unit, ("eq", new, "low", 0)),
            *fade(("crossfader",), start + unit, unit, [side * value for value in rising]),
            (start + 2 * unit, ("pause", old)), (start + 2 * unit, ("eq", old, "low", 0))]


def say(text):
    print(f"\n{text}", flush=True)


def prepare(segue, deck, path):
    segue.do("load", deck, path)
    segue.do("fader", deck, 0)
    segue.do("eq", deck, "low", "kill")


def start(segue, record):
    """Starts recording, if asked for, and deck 1; returns the frame in which that was."""
    if not record:
        segue.do("play", 1)
        return segue.frame()
    segue.do("record", "start", record)
    segue.do("play", 1)
    return int(segue.state()["master"]["recording"]["firstFrame"])


def bar_of(track, label):
    return next(section["first_bar"] for section in track["sections"] if section["label"] == label)


def mix_on_the_beat(segue, tracks, options):
    """Mixes two tracks of known beats; returns the frames in which the mix begins and is over."""
    one, two = tracks
    bar_s = 240.0 / one["bpm"]
    # Each quarter of the mix - first alone, second coming, first going, second alone - is a power of two of bars, at
    # most a phrase.
    bars = max(1, min(one["phrase_bars"], int(((options.seconds or 1e9) / bar_s + 1) / 4)))
    bars = 1 << (bars.bit_length() - 1)

    say(f"Two tracks: {one['title']} ({one['bpm']:g} bpm, {one['key']}) and {two['title']} ({two['bpm']:g} bpm, "
        f"{two['key']}).")
    segue.do("load", 1, one["path"])
    segue.do("grid", 1, one["bpm"], one["first_beat_s"])
    prepare(segue, 2, two["path"])
    segue.do("grid", 2, two["bpm"], two["first_beat_s"])
    say("Deck 2 takes the tempo of deck 1 and keeps its own key; its bass is out until the swap.")
    segue.do("tempo", 2, f"{one['bpm']:g}bpm")
    segue.do("keylock", 2, "on")
    segue.do("assign", 1, "a")
    segue.do("assign", 2, "b")
    # The basses are swapped where the first track's outro and the second's groove begin.
    outro, groove = bar_of(one, "outro"), bar_of(two, "groove")
    alone = max(2, bars)
    segue.do("seek", 1, f"beat={(outro - bars - alone) * 4 + 1}")
    segue.do("seek", 2, f"beat={(groove - bars) * 4 + 1}")
    began = start(segue, options.record)

    say(f"Deck 2 starts on a downbeat of deck 1, and its bass comes {bars} bar{'s' * (bars > 1)} later.")
    entry = segue.frame_of(1, one["first_beat_s"] + (outro - bars) * bar_s)
    segue.run(transition(1, 2, entry, round(bars * bar_s * segue.rate)))
    return began, entry + round(3 * bars * bar_s * segue.rate)


def mix_by_ear(segue, paths, options):
    """Mixes files of unknown beats; returns the frames in which the mix begins and is over."""
    seconds = options.seconds
    count = min(len(paths) - 1, max(1, int(seconds // 40))) if seconds else len(paths) - 1
    slot_s = seconds / (count + 1) if seconds else None
    unit_s = min(UNIT_S, slot_s / 3) if slot_s else UNIT_S
    segue.do("assign", 1, "a")
    segue.do("assign", 2, "b")
    segue.do("load", 1, paths[0])
    began = start(segue, options.record)
    for index in range(count):
        old, new = index % 2 + 1, (index + 1) % 2 + 1
        say(f"Next: {os.path.basename(paths[index + 1])}")
        prepare(segue, new, paths[index + 1])
        if slot_s:
            entry = began + round(((index + 1) * slot_s - unit_s) * segue.rate)
        else:
            entry = segue.frame_of(old, segue.state()["decks"][old - 1]["durationS"] - 2.5 * unit_s)
        entry = max(entry, segue.frame() + segue.rate)
        segue.run(transition(old, new, entry, round(unit_s * segue.rate)))
    return began, segue.frame() + round(2 * unit_s * segue.rate)


def tracks_of(truth_path):
    with open(truth_path, encoding="utf-8") as file:
        tracks = json.load(file)
    for track in tracks:
        track["path"] = os.path.join(os.path.dirname(truth_path), track["file"])
    return tracks[:2]


def music_of(folder):
    found = sorted(os.path.join(at, name) for at, _, names in os.walk(folder) for name in names
                   if name.lower().endswith(AUDIO))
    if len(found) < 2:
        sys.exit(f"mix: {folder} has {len(found)} audio files, two are needed")
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--segue", required=True, help="the client and its options, as a shell would read them")
    parser.add_argument("--record", metavar="FILE", help="record the mix to this WAV file")
    parser.add_argument("--seconds", type=float, help="end after this time")
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--tracks", metavar="TRUTH", help="truth.json of make_tracks")
    source.add_argument("--music", metavar="DIR", help="folder with audio files")
    options = parser.parse_args()

    music = music_of(options.music) if options.music else None
    segue = Segue(shlex.split(options.segue))
    if music:
        began, end = mix_by_ear(segue, music, options)
    else:
        began, end = mix_on_the_beat(segue, tracks_of(options.tracks), options)
    if options.seconds:
        end = began + round(options.seconds * segue.rate)
    if options.record:
        segue.wait_for(end - round(LEAD_S * segue.rate))
        segue.do("record", "stop", frame=end)
    segue.wait_for(end)
    while segue.state()["master"].get("recording"):
        time.sleep(0.05)


if __name__ == "__main__":
    main()
