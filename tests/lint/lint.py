#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks the rules no compiler checks: zones, names, licence lines, lengths. Usage: lint.py [ROOT]"""

import os
import subprocess
import sys

import rules

TOP = {"CMakeLists.txt", "CMakePresets.json", "LICENSE", "README.md", "api", "clients", "daemon", "dev", "engine",
       "systemd", "tests"}
SKIPPED = {"build", "node_modules"}


def _git(root, *options):
    """Files git lists below root, or None outside a repository."""
    try:
        done = subprocess.run(["git", "-C", root, "ls-files", "-z", *options], capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return [name for name in done.stdout.decode().split("\0") if name]


def files_of(root):
    listed = _git(root, "--cached", "--others", "--exclude-standard")
    if listed is None:
        listed = []
        for folder, folders, names in os.walk(root):
            folders[:] = [name for name in folders if name not in SKIPPED and not name.startswith(".")]
            listed += [os.path.relpath(os.path.join(folder, name), root) for name in names]
    return sorted(name for name in set(listed) if os.path.isfile(os.path.join(root, name)))


def check_top(root):
    """The top level is fixed; what git does not track does not count."""
    tracked = _git(root, "--cached") or []
    tops = {name.split("/")[0] for name in tracked}
    return [f"{name}: does not belong on the top level" for name in sorted(tops - TOP) if not name.startswith(".")]


def check_file(root, path):
    with open(os.path.join(root, path), encoding="utf-8", errors="replace") as file:
        text = file.read()
    faults = [fault for rule in rules.RULES for fault in rule(path, text)] + rules.links(path, text, root)
    return [f"{path}:{number}: {complaint}" for number, complaint in sorted(faults)], text.count("\n")


def quantile(values, part):
    return sorted(values)[min(len(values) - 1, int(part * len(values)))] if values else 0


def report_lengths(lengths):
    print("lines per file     files  median   p90   max")
    for name in ("api", "engine", "daemon", "clients", "tests", ""):
        group = [count for path, count in lengths.items() if path.startswith(name) and path.endswith((".h", ".cpp"))]
        if group:
            median, p90 = quantile(group, 0.5), quantile(group, 0.9)
            print(f"{name or 'all':<18} {len(group):5} {median:7} {p90:5} {max(group):5}")
    print("aim                          120   300   500")


def main(root):
    complaints, lengths = check_top(root), {}
    for path in files_of(root):
        if not rules.is_third_party(path) and (rules.is_source(path) or path.endswith(".md")):
            faults, lengths[path] = check_file(root, path)
            complaints += faults
    report_lengths(lengths)
    print("\n".join(complaints) if complaints else f"{len(lengths)} files, no complaint")
    return 1 if complaints or not lengths else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "."))
