# SPDX-License-Identifier: GPL-3.0-or-later
"""A folder of music, and which of its tracks comes next."""

import os
import sys

from matching import Track, distance

AUDIO = (".aac", ".aif", ".aiff", ".flac", ".m4a", ".mp3", ".oga", ".ogg", ".opus", ".wav")
LISTEN_AT_ONCE = 1000  # tracks
LISTEN_FIRST = 6  # tracks that are known before the first one starts,
LISTEN_FIRST_S = 20.0  # unless this time is up


def music_of(folder):
    found = sorted(os.path.join(at, name) for at, _, names in os.walk(folder) for name in names
                   if name.lower().endswith(AUDIO))
    if len(found) < 2:
        sys.exit(f"mix: {folder} has {len(found)} audio files, two are needed")
    return found


class Crate:
    """Tracks that are left, listened to while others play."""

    def __init__(self, segue, paths):
        self._left = {path: Track(path) for path in map(os.path.abspath, paths)}
        self._listening = segue.listen(list(self._left)[:LISTEN_AT_ONCE])
        self._listening.wait(min(len(paths), LISTEN_FIRST), LISTEN_FIRST_S)

    def known(self):
        """Those that were listened to by now; all, if none was."""
        known = []
        for path, track in self._left.items():
            if analysis := self._listening.known.get(path):
                track.take_analysis(analysis)
                known.append(track)
        return known or list(self._left.values())

    def take(self, track):
        return self._left.pop(track.path)

    def take_nearest(self, to):
        return self.take(min(self.known(), key=lambda track: distance(to, track)))

    def close(self):
        self._listening.end()
