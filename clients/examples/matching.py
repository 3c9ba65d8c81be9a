# SPDX-License-Identifier: GPL-3.0-or-later
"""What fits together: tracks, their beats, and how far two of them are apart."""

import dataclasses
import math
import os

SURE = 0.5  # confidence below which beats are not trusted
STRETCH_MAX = 0.08  # tempo change that still sounds like the track
STEADY = 0.003  # tempo change within a transition that cannot be heard


class Grid:
    """Beats of constant tempo from each (seconds, bpm) marker to the next; beat 1, a downbeat, is at the first."""

    def __init__(self, markers, beats_per_bar):
        self.beats_per_bar = beats_per_bar
        self._parts = []  # (first beat, seconds, bpm)
        beat = 1.0
        for index, (at_s, bpm) in enumerate(markers):
            if index:
                _, before_s, before_bpm = self._parts[-1]
                beat += (at_s - before_s) * before_bpm / 60
            self._parts.append((beat, at_s, bpm))

    def seconds_of(self, beat):
        first, at_s, bpm = next((part for part in reversed(self._parts) if part[0] <= beat), self._parts[0])
        return at_s + (beat - first) * 60 / bpm

    def beat_at(self, seconds):
        first, at_s, bpm = next((part for part in reversed(self._parts) if part[1] <= seconds), self._parts[0])
        return first + (seconds - at_s) * bpm / 60

    def bpm_at(self, seconds):
        return next((part for part in reversed(self._parts) if part[1] <= seconds), self._parts[0])[2]

    def line_near(self, seconds, bars=1, from_s=None, ahead=False):
        """The beat that begins a bar nearest to a place, or at or after it; with bars, every so many from from_s on."""
        step = bars * self.beats_per_bar
        origin = round(self.beat_at(from_s)) if from_s is not None else 1
        lines = (self.beat_at(seconds) - origin) / step
        # A place that lies on a line within a hundredth of a bar is meant to be that line.
        line = math.ceil(lines - 0.01) if ahead else round(lines)
        beat = origin + line * step
        while beat < 1:
            beat += step
        return beat

    def is_steady(self, first, last):
        """Whether the tempo stays from one beat to another."""
        tempi = [bpm for beat, _, bpm in self._parts if first < beat < last] + [self.bpm_at(self.seconds_of(first))]
        return max(tempi) / min(tempi) - 1 < STEADY


@dataclasses.dataclass
class Track:
    """A track and what is known of it."""

    path: str
    title: str = ""
    key: str = ""  # its name
    camelot: str = ""
    grid: Grid | None = None
    confidence: float = 0.0  # of the grid
    phrase_bars: int = 0
    phrase_s: float | None = None
    mix_in_s: float = 0.0  # where it has come into its own
    mix_out_s: float = 0.0  # from where on another may come; 0: not known
    end_s: float = 0.0  # of its sound; 0: not known
    told_bpm: float = 0.0  # the user has said where the beats are, not an analysis
    told_first_s: float = 0.0
    is_heard: bool = False

    def __post_init__(self):
        self.title = self.title or os.path.basename(self.path)

    @property
    def is_sure(self):
        return self.grid is not None and self.confidence >= SURE

    @property
    def bpm(self):
        return self.grid.bpm_at(self.mix_out_s) if self.grid else 0.0

    def doubt(self):
        """Why its beats are not trusted."""
        if not self.grid:
            return f"{self.title} has no beat that was found"
        return f"the beat of {self.title} is not sure ({self.confidence:.0%}, {SURE:.0%} are needed)"

    def describe(self):
        if not self.grid:
            return f"{self.title} ({'no beat found' if self.is_heard else 'not heard yet'})"
        key = f", {self.key}" if self.key else ""
        bpm = f"{self.bpm:.2f}".rstrip("0").rstrip(".")
        return f"{self.title} ({bpm} bpm{key})"

    def take_analysis(self, analysis):
        self.is_heard = True
        rhythm, structure = analysis["rhythm"], analysis["structure"]
        key = analysis["tonality"].get("key", {})
        self.key, self.camelot = key.get("name", ""), key.get("camelot", "")
        if rhythm["grid"]:
            self.grid = Grid([(marker["atS"], marker["bpm"]) for marker in rhythm["grid"]], rhythm["beatsPerBar"])
            self.confidence = rhythm["confidence"]
        self.phrase_bars = rhythm["phraseBars"]
        self.phrase_s = rhythm["phraseS"] if rhythm["phraseBars"] else None
        self.mix_in_s, self.mix_out_s = structure["mixInS"], structure["mixOutS"]
        labels = [section["label"] for section in structure["sections"] if section["atS"] <= self.mix_in_s + 0.1]
        if labels and labels[-1] == "BREAKDOWN":
            self.mix_in_s = 0.0  # no bass comes there: the next one's beat is to be heard from the start
        self.end_s = analysis["soundEndS"]

    def take_deck(self, deck):
        """The deck's own grid is the one its beats go by; the user may have corrected it."""
        self.is_heard = True
        grid = deck.get("grid")
        if not grid:
            self.grid = None
            return
        if grid["markers"] == 1:
            self.grid = Grid([(grid["firstDownbeatS"], deck["bpm"])], grid["beatsPerBar"])
        is_users = grid["origin"] in ("USER", "MARKS")
        self.confidence = 1.0 if is_users else deck["bpmConfidence"]
        if grid["phraseBars"]:
            self.phrase_bars, self.phrase_s = grid["phraseBars"], grid["phraseS"]
        self.end_s = self.end_s or deck["durationS"]


def stretch(bpm, target):
    """(tempo to set, change): the target or its half or double, whichever is nearest to the track's own."""
    nearest = min((target, target / 2, target * 2), key=lambda tempo: abs(math.log(tempo / bpm)))
    return nearest, nearest / bpm - 1


def wheel_steps(one, two):
    """Steps between two keys on the Camelot wheel: 0 the same, 1 those that mix; 0 too if one is not known."""
    if not one or not two:
        return 0
    apart = abs(int(one[:-1]) - int(two[:-1])) % 12
    return min(apart, 12 - apart) + (one[-1] != two[-1])


def distance(one, two):
    """How badly track two follows track one: percent of tempo, two for each step of key beyond those that mix."""
    if not one.is_sure or not two.is_sure:
        return 100.0
    _, change = stretch(two.bpm, one.bpm)
    return abs(change) * 100 + 2 * max(0, wheel_steps(one.camelot, two.camelot) - 1)
