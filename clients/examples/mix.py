#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mixes tracks on a running segued with nothing but the segue command, printing each command before running it.

The daemon listens to the files of a folder (--music), and each next one is brought in on a downbeat of the one that
plays, at its tempo, with a swap of the basses: of those that are left the one whose tempo and key are nearest. Where no
steady beat was found it is mixed by ear. With --tracks, a truth.json of make_tracks, the beats are told instead.
"""

import argparse
import json
import os
import shlex
import sys
import time

from crate import Crate, music_of
from matching import STRETCH_MAX, Grid, Track, stretch
from segue_client import LEAD_S, Segue

FADE_STEPS = 8  # moves of a fader from one end to the other
UNIT_S = 8.0  # by ear: length of each half of a transition
UNIT_BARS = 8  # on the beat, where no phrase is known
GRID_WAIT_S = 30.0  # for a loaded deck to have its grid
GLIDE_BARS = 8  # in which a track goes back to its own tempo
SLOT_S = 40.0  # with --seconds: time for each track


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


def load(segue, deck, track):
    """Loads a track and waits for its beats, a bounded time."""
    segue.do("load", deck, track.path)
    if track.told_bpm:
        segue.do("grid", deck, track.told_bpm, track.told_first_s)
        return
    began = told = time.monotonic()
    while True:
        state = segue.deck(deck)
        heard = state.get("analysis") or {}
        if heard.get("isFinal") or heard.get("state") in ("DONE", "FAILED"):
            break
        now = time.monotonic()
        if now - began > GRID_WAIT_S:
            say(f"{track.title} is not listened to yet; what is known so far has to do.")
            break
        if now - told > 2:
            told = now
            print(f"  listening to {track.title}: {heard.get('progress', 0):.0%}", flush=True)
        time.sleep(0.1)
    track.take_deck(state)


def start(segue, record):
    """Starts recording, if asked for, and deck 1; returns the frame in which that was."""
    if not record:
        segue.do("play", 1)
        return segue.frame()
    segue.do("record", "start", record)
    segue.do("play", 1)
    return int(segue.state()["master"]["recording"]["firstFrame"])


def bars_within(seconds, bar_s, most):
    """A power of two of bars, at least one and at most so many, that fits into the time."""
    bars = max(1, min(most, int(seconds / bar_s + 0.01)))
    return 1 << (bars.bit_length() - 1)


def rate_of(deck):
    return 1 + deck["tempoPercent"] / 100


class Mix:
    """A mix on decks 1 and 2, from a first track on."""

    def __init__(self, segue, track, options, count):
        self.segue = segue
        self.track = track
        self.deck = 1
        self.record = options.record
        # With an end each track has a time of its own.
        self.slot_s = options.seconds / (count + 1) if options.seconds else None
        self.began = self.end = 0
        segue.do("assign", 1, "a")
        segue.do("assign", 2, "b")
        load(segue, 1, track)

    def bar_s(self):
        return self.track.grid.beats_per_bar * 60 / self.track.bpm

    def unit_bars(self):
        """Bars of each half of a transition: a quarter of two tracks' time, at most a phrase."""
        most = self.track.phrase_bars or UNIT_BARS
        return bars_within((2 * self.slot_s + self.bar_s()) / 4, self.bar_s(), most) if self.slot_s else most

    def skip(self):
        """Puts the first track shortly before it goes."""
        bars, grid = self.unit_bars(), self.track.grid
        alone = max(2, round(self.slot_s / self.bar_s()) - bars if self.slot_s else bars)
        beat = grid.line_near(self.track.mix_out_s) - alone * grid.beats_per_bar
        if beat > 1:
            self.segue.do("seek", 1, f"beat={beat}")

    def next(self, track, index):
        """Brings the next track in; index counts from 1."""
        old, new, segue = self.deck, 3 - self.deck, self.segue
        load(segue, new, track)
        segue.do("fader", new, 0)
        segue.do("eq", new, "low", "kill")
        beats, why = self.on_the_beat(track, index)
        if not beats:
            say(f"Next: {track.describe()}: by ear, as {why}.")
            segue.do("tempo", new, "reset")
        self.began = self.began or start(segue, self.record)
        entry, unit = self.frames_of(*beats) if beats else self.by_ear(index)
        segue.run(transition(old, new, entry, unit))
        segue.wait_for(entry + 2 * unit)  # the deck that went is the next one's
        self.deck, self.track, self.end = new, track, entry + 3 * unit
        if beats and not self.slot_s:
            self.glide(entry + 2 * unit)

    def on_the_beat(self, track, index):
        """((beat on which the track comes, beats of each half), ""), its deck put where it starts, or (None, why not)."""
        segue, old, new = self.segue, self.track, 3 - self.deck
        for each in (old, track):
            if not each.is_sure:
                return None, each.doubt()
        if old.grid.beats_per_bar != track.grid.beats_per_bar:
            return None, f"their bars have {old.grid.beats_per_bar} and {track.grid.beats_per_bar} beats"
        entry, bars = self.entry(index)
        beats = bars * old.grid.beats_per_bar
        # Its bass comes where it has come into its own.
        first = track.grid.line_near(track.mix_in_s) - beats
        while first < 1:
            first += track.grid.beats_per_bar
        sounding = old.grid.bpm_at(old.grid.seconds_of(entry)) * rate_of(segue.deck(self.deck))
        tempo, change = stretch(track.grid.bpm_at(track.grid.seconds_of(first)), sounding)
        if abs(change) > STRETCH_MAX:
            return None, f"{change:+.1%} of tempo is more than it bears"
        if not old.grid.is_steady(entry, entry + 2 * beats) or not track.grid.is_steady(first, first + 2 * beats):
            return None, "the tempo moves there"
        say(f"Next: {track.describe()} over {old.describe()}: on a downbeat, {change:+.1%}, its bass {bars} "
            f"bar{'s' * (bars > 1)} later.")
        segue.do("tempo", new, f"{tempo:.8g}bpm")
        segue.do("keylock", new, "on")
        segue.do("seek", new, f"beat={first}")
        return (entry, beats), ""

    def entry(self, index):
        """The beat of the playing track on which the next one comes, and the bars of each half of the transition."""
        track, deck, bars = self.track, self.segue.deck(self.deck), self.unit_bars()
        grid, rate = track.grid, rate_of(deck)
        if self.slot_s and index > 1:
            due_s = index * self.slot_s + (self.began - self.segue.frame()) / self.segue.rate
            beat = grid.line_near(deck["positionS"] + due_s * rate - bars * self.bar_s())
        elif track.phrase_s is not None:
            beat = grid.line_near(track.mix_out_s, track.phrase_bars, track.phrase_s)
        else:
            beat = grid.line_near(track.mix_out_s)
        soonest_s = deck["positionS"] + LEAD_S * rate
        if grid.seconds_of(beat) < soonest_s:
            beat = grid.line_near(soonest_s, ahead=True)
        left_s = (track.end_s or deck["durationS"]) - grid.seconds_of(beat)
        return beat, bars_within(left_s / 2, self.bar_s(), bars)

    def frames_of(self, beat, beats):
        """Engine frame of a beat of the playing track, and the frames so many beats take from there."""
        grid = self.track.grid
        entry = self.segue.frame_of(self.deck, grid.seconds_of(beat))
        return entry, self.segue.frame_of(self.deck, grid.seconds_of(beat + beats)) - entry

    def by_ear(self, index):
        segue, deck = self.segue, self.segue.deck(self.deck)
        unit_s = min(UNIT_S, self.slot_s / 3) if self.slot_s else UNIT_S
        if self.slot_s:
            entry = self.began + round((index * self.slot_s - unit_s) * segue.rate)
        else:
            entry = segue.frame_of(self.deck, deck["durationS"] - 2.5 * unit_s * rate_of(deck))
        return max(entry, segue.frame() + segue.rate), round(unit_s * segue.rate)

    def glide(self, frame):
        """Takes the playing track back to its own tempo, a little each bar."""
        percent = self.segue.deck(self.deck)["tempoPercent"]
        if abs(percent) < 0.01:
            return
        bar = round(self.bar_s() * self.segue.rate)
        steps = [(frame + i * bar, ("tempo", self.deck, f"{percent * (1 - i / GLIDE_BARS):+.3f}%"))
                 for i in range(1, GLIDE_BARS)]
        self.segue.run([*steps, (frame + GLIDE_BARS * bar, ("tempo", self.deck, "reset"))])


def mix_told(segue, tracks, options):
    """Mixes two tracks of known beats; returns the frames in which the mix begins and is over."""
    one, two = tracks
    say(f"Two tracks: {one.describe()} and {two.describe()}.")
    mix = Mix(segue, one, options, 1)
    # The basses are swapped where the outro begins.
    one.mix_out_s -= mix.unit_bars() * mix.bar_s()
    mix.skip()
    mix.next(two, 1)
    return mix.began, mix.end


def mix_music(segue, paths, options):
    """Mixes files of a folder; returns the frames in which the mix begins and is over."""
    seconds = options.seconds
    count = min(len(paths) - 1, max(1, int(seconds // SLOT_S))) if seconds else len(paths) - 1
    say(f"Listening to {len(paths)} tracks.")
    crate = Crate(segue, paths)
    for track in crate.known():
        print(f"  {track.describe()}")
    mix = Mix(segue, crate.take(crate.known()[0]), options, count)
    if seconds and mix.track.is_sure:
        mix.skip()
    for index in range(1, count + 1):
        mix.next(crate.take_nearest(mix.track), index)
    crate.close()
    return mix.began, mix.end


def tracks_of(truth_path):
    with open(truth_path, encoding="utf-8") as file:
        tracks = json.load(file)
    return [told_track(truth, os.path.dirname(truth_path)) for truth in tracks[:2]]


def told_track(truth, folder):
    bar_s = 240.0 / truth["bpm"]

    def place(label):
        bar = next(section["first_bar"] for section in truth["sections"] if section["label"] == label)
        return truth["first_beat_s"] + bar * bar_s

    return Track(os.path.join(folder, truth["file"]), title=truth["title"], key=truth["key"],
                 grid=Grid([(truth["first_beat_s"], truth["bpm"])], 4), confidence=1.0, phrase_bars=truth["phrase_bars"],
                 mix_in_s=place("groove"), mix_out_s=place("outro"), end_s=truth.get("duration_s", 0.0),
                 told_bpm=truth["bpm"], told_first_s=truth["first_beat_s"])


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
        began, end = mix_music(segue, music, options)
    else:
        began, end = mix_told(segue, tracks_of(options.tracks), options)
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
