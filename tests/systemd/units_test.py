#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Holds systemd/ to systemd's own checkers. Usage: units_test.py SEGUED"""

import os
import re
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
EXPOSURE_MAX = 25  # tenths of systemd's score, 0 to 100; a service that needs the sound card cannot reach 0


def text_of(name):
    with open(os.path.join(ROOT, "systemd", name), encoding="utf-8") as file:
        return file.read()


def uncommented(text):
    """The configuration with its defaults in force: "#key = value" becomes "key = value"."""
    return re.sub(r"(?m)^#(\w+ = )", r"\1", text)


def run(*command):
    """Exit code and all output of a program that believes itself started by the unit."""
    directories = {"STATE_DIRECTORY": "/var/lib/segue", "CACHE_DIRECTORY": "/var/cache/segue",
                   "RUNTIME_DIRECTORY": "/run/segue", "CONFIGURATION_DIRECTORY": "/etc/segue"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, **directories})
    return done.returncode, done.stdout + done.stderr


class Units(unittest.TestCase):
    segued = ""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def installed_unit(self, text=None):
        """The unit as it would be with the built binary in place."""
        return self.write("segued.service", (text or text_of("segued.service")).replace("/usr/bin/segued", self.segued))

    def test_unit_is_valid(self):
        self.assertEqual(run("systemd-analyze", "verify", self.installed_unit()), (0, ""))

    def test_verify_sees_a_wrong_directive(self):
        wrong = text_of("segued.service").replace("LimitRTPRIO=", "LimitRTPRIORITY=")
        self.assertIn("LimitRTPRIORITY", run("systemd-analyze", "verify", self.installed_unit(wrong))[1])

    def test_unit_is_hardened(self):
        status, out = run("systemd-analyze", "security", "--offline=yes", f"--threshold={EXPOSURE_MAX}",
                          self.installed_unit())
        self.assertEqual(status, 0, out[-200:])

    def test_one_directive_a_line(self):
        for line in text_of("segued.service").split("\n"):
            self.assertLessEqual(len(re.findall(r"\b[A-Z][A-Za-z]+=", line)), 1, line)

    def test_user_is_valid(self):
        status, out = run("systemd-sysusers", "--dry-run", os.path.join(ROOT, "systemd", "segue.sysusers"))
        self.assertEqual(status, 0, out)
        self.assertNotIn("ignoring", out.lower())

    def test_folders_are_made(self):
        # Owners need root and the user; their place in the line is checked, their names are not.
        lines = re.sub(r"(?m)^(d \S+ \S+) \S+ \S+", r"\1 - -", text_of("segue.tmpfiles"))
        status, out = run("systemd-tmpfiles", "--create", f"--root={self.folder}", self.write("segue.conf", lines))
        self.assertEqual((status, out), (0, ""))
        for path, mode in (("etc/segue", 0o755), ("var/lib/segue", 0o750), ("var/cache/segue", 0o750)):
            self.assertEqual(os.stat(os.path.join(self.folder, path)).st_mode & 0o777, mode, path)

    def test_default_configuration_is_what_the_daemon_prints(self):
        status, out = run(self.segued, "--print-config")
        self.assertEqual(status, 0, out)
        licence, _, rest = text_of("segued.toml").partition("\n")
        self.assertIn("SPDX", licence)
        self.assertEqual(uncommented(rest), out)

    def test_default_configuration_is_accepted(self):
        for text in (text_of("segued.toml"), uncommented(text_of("segued.toml"))):
            status, out = run(self.segued, "--config", self.write("segued.toml", text), "--check-config")
            self.assertEqual((status, out), (0, ""))

    def test_a_wrong_configuration_is_not(self):
        text = uncommented(text_of("segued.toml")).replace("decks = 4", "decks = 0")
        self.assertIn("engine.decks", run(self.segued, "--config", self.write("segued.toml", text), "--check-config")[1])


if __name__ == "__main__":
    Units.segued = sys.argv.pop(1)
    unittest.main()
