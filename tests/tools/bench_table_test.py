#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests bench_table.py with programs that are shell scripts."""

import json
import os
import subprocess
import sys
import tempfile
import unittest

SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "bench_table.py")
GOOD = [{"name": "a.mean", "value": 2.5, "unit": "%", "goal": "<= 4", "met": True},
        {"name": "a.speed", "value": 100, "unit": "x", "goal": ">= 150", "met": False}]


class BenchTable(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        os.mkdir(os.path.join(self.folder, "bench"))

    def program(self, name, lines, status=0):
        path = os.path.join(self.folder, "bench", name + "_bench")
        with open(path, "w", encoding="utf-8") as file:
            file.write("#!/bin/sh\n" + "".join(f"echo '{line}'\n" for line in lines) + f"exit {status}\n")
        os.chmod(path, 0o755)

    def run_table(self, *names):
        done = subprocess.run([sys.executable, "-B", SCRIPT, "--programs", self.folder, "--out", self.folder, *names],
                              capture_output=True, text=True, check=False)
        return done.returncode, done.stdout, done.stderr

    def numbers(self):
        with open(os.path.join(self.folder, "bench.json"), encoding="utf-8") as file:
            return {number["name"]: number for number in json.load(file)["numbers"]}

    def test_numbers_become_table_json_and_picture(self):
        self.program("a", map(json.dumps, GOOD))
        status, out, _ = self.run_table()
        self.assertEqual(status, 0)
        self.assertIn("| a.mean  | 2.5   | %    | <= 4   | yes    |", out)
        self.assertIn("| a.speed | 100   | x    | >= 150 | **no** |", out)
        self.assertIn("2 numbers, 1 of them short", out)
        self.assertEqual(self.numbers()["a.mean"]["program"], "a")
        with open(os.path.join(self.folder, "bench.svg"), encoding="utf-8") as file:
            self.assertIn("a.speed", file.read())

    def test_one_program_keeps_the_numbers_of_the_others(self):
        self.program("a", map(json.dumps, GOOD))
        self.program("b", [json.dumps({**GOOD[0], "name": "b.mean"})])
        self.run_table()
        self.program("b", [json.dumps({**GOOD[0], "name": "b.other"})])
        _, out, _ = self.run_table("b")
        self.assertNotIn("a.mean", out)
        self.assertEqual(set(self.numbers()), {"a.mean", "a.speed", "b.other"})

    def test_other_options_and_the_folder_go_to_the_program(self):
        self.program("a", [])
        path = os.path.join(self.folder, "bench", "a_bench")
        with open(path, "w", encoding="utf-8") as file:
            file.write("#!/bin/sh\necho \"$@\" > \"$SEGUE_BENCH_OUT/told\"\n"
                       f"echo '{json.dumps(GOOD[0])}'\n")
        status, _, _ = self.run_table("a", "--music", "some where", "--count", "3")
        self.assertEqual(status, 0)
        with open(os.path.join(self.folder, "told"), encoding="utf-8") as file:
            self.assertEqual(file.read(), "--music some where --count 3\n")
        self.assertNotEqual(self.run_table("--music", "x")[0], 0)

    def test_what_fails_or_says_no_number_is_told(self):
        self.program("a", map(json.dumps, GOOD), status=3)
        self.assertEqual(self.run_table()[0], 1)
        self.program("a", ["hello"])
        status, _, err = self.run_table()
        self.assertEqual(status, 1)
        self.assertIn("hello", err)
        self.assertNotEqual(self.run_table("gone")[0], 0)


if __name__ == "__main__":
    unittest.main()
