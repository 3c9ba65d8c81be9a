#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the benchmark programs and makes of their JSON lines a table (stdout), bench.json and bench.svg."""

import argparse
import datetime
import glob
import html
import json
import os
import platform
import shutil
import subprocess
import sys

FIELDS = ("name", "value", "unit", "goal", "met")
SVG_SHOWN_IN = "tests/bench/bench.svg"


def numbers_of(line):
    """One line of a program as a number, or None if it is something else."""
    try:
        number = json.loads(line)
    except ValueError:
        return None
    return number if isinstance(number, dict) and all(field in number for field in FIELDS) else None


def run(program, arguments, out):
    """Numbers of one program and whether it ended well."""
    name = os.path.basename(program).removesuffix("_bench")
    print(f"measuring {name}", file=sys.stderr, flush=True)
    done = subprocess.run([program, *arguments], stdout=subprocess.PIPE, text=True, check=False,
                          env={**os.environ, "SEGUE_BENCH_OUT": out})
    numbers, strays = [], []
    for line in done.stdout.splitlines():
        number = numbers_of(line)
        (numbers if number else strays).append(number or line)
    for line in strays:
        print(f"{name}: no JSON number: {line}", file=sys.stderr)
    if done.returncode:
        print(f"{name}: exit code {done.returncode}", file=sys.stderr)
    return [{"program": name, **number} for number in numbers], done.returncode == 0 and numbers and not strays


def verdict(number):
    return "" if not number["goal"] else "yes" if number["met"] else "**no**"


def table(numbers):
    rows = [("what", "value", "unit", "goal", "met")]
    rows += [(n["name"], f"{n['value']:.4g}", n["unit"], n["goal"], verdict(n)) for n in numbers]
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    lines = ["| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths)) + " |" for row in rows]
    return "\n".join([lines[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *lines[1:]])


def used_part(number):
    """How much of its goal a number uses up, 0 to 1 if the goal is met; None if that has no meaning."""
    sign, _, goal = number["goal"].partition(" ")
    try:
        goal, value = float(goal), float(number["value"])
    except ValueError:
        return None
    if sign == "<=" and goal > 0:
        return max(0.0, value / goal)
    if sign == ">=" and goal > 0 and value > 0:
        return goal / value
    return None


def svg(numbers):
    """A bar for each number: how much of its goal it uses up."""
    shown = [(number, part) for number in numbers for part in [used_part(number)] if part is not None]
    row, left, full = 22, 430, 300
    height = 40 + row * len(shown) + 10
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + full + 320}" height="{height}" '
           'font-family="sans-serif" font-size="12">',
           '<rect width="100%" height="100%" fill="white"/>',
           f'<text x="{left}" y="18" fill="#444">part of the goal used up; the line is the goal, shorter is better</text>']
    for index, (number, part) in enumerate(shown):
        y = 36 + row * index
        colour = "#2a7f62" if number["met"] else "#c0392b"
        label = f"{number['value']:.4g} {number['unit']} ({number['goal']})"
        out += [f'<text x="{left - 8}" y="{y + 12}" text-anchor="end">{html.escape(number["name"])}</text>',
                f'<rect x="{left}" y="{y}" width="{max(1.0, min(part, 1.2) * full):.1f}" height="15" fill="{colour}"/>',
                f'<text x="{left + full * 1.22:.0f}" y="{y + 12}" fill="#444">{html.escape(label)}</text>']
    out.append(f'<path d="M{left + full} 26V{height - 8}" stroke="#222"/>')
    return "\n".join([*out, "</svg>", ""])


def machine():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        models = [line.split(":", 1)[1].strip() for line in file if line.startswith("model name")]
    return {"cpu": models[0] if models else platform.machine(), "cores": os.cpu_count(), "kernel": platform.release()}


def merged(path, numbers):
    """Earlier numbers of programs that did not run this time, and the new ones."""
    programs = {number["program"] for number in numbers}
    try:
        with open(path, encoding="utf-8") as file:
            earlier = json.load(file)["numbers"]
    except (OSError, ValueError, KeyError):
        earlier = []
    return sorted([n for n in earlier if n["program"] not in programs] + numbers, key=lambda n: n["program"])


def main():
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--programs", required=True, help="folder with *_bench, or with a bench folder that has them")
    parser.add_argument("--out", required=True, help="folder for bench.json and bench.svg")
    parser.add_argument("--update", action="store_true", help=f"copy bench.svg to {SVG_SHOWN_IN}")
    parser.add_argument("name", nargs="?", help="only NAME_bench")
    options, arguments = parser.parse_known_args()
    if arguments and not options.name:
        parser.error(f"{arguments[0]} is for one program: name it")
    wanted = f"{options.name or '*'}_bench"
    programs = sorted(glob.glob(os.path.join(options.programs, wanted)) +
                      glob.glob(os.path.join(options.programs, "bench", wanted)))
    if not programs:
        sys.exit(f"bench: no {wanted} in {options.programs}")
    os.makedirs(options.out, exist_ok=True)
    results = [run(program, arguments, os.path.abspath(options.out)) for program in programs]
    numbers = [number for found, _ in results for number in found]
    path = os.path.join(options.out, "bench.json")
    everything = merged(path, numbers)
    with open(path, "w", encoding="utf-8") as file:
        json.dump({"time": datetime.datetime.now().astimezone().isoformat(timespec="seconds"), "machine": machine(),
                   "numbers": everything}, file, indent=1)
    picture = os.path.join(options.out, "bench.svg")
    with open(picture, "w", encoding="utf-8") as file:
        file.write(svg(everything))
    if options.update:
        shutil.copyfile(picture, SVG_SHOWN_IN)
    print(table(numbers))
    missed = sum(not number["met"] for number in numbers)
    print(f"\n{len(numbers)} numbers, {missed} of them short of their goal; also in {path} and {picture}")
    sys.exit(0 if all(ended_well for _, ended_well in results) else 1)


if __name__ == "__main__":
    main()
