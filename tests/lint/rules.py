# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules of tests/lint, each a function (path, text) → list of (line number, complaint)."""

import os
import re

from zones import include_fault

LINES_MAX = 500
CXX = (".h", ".cpp")
SOURCE = CXX + (".proto", ".py", ".sh", ".txt", ".cmake", ".ts", ".js", ".toml", ".service")
_BANNED = "Manager|Helper|Util|Utils|Handler|Processor|Impl|Base|Info|Data"
_TYPE = re.compile(r"^\s*(?:template\s*<[^>]*>\s*)?(?:typedef\s+|using\s+|concept\s+|message\s+|service\s+|"
                   r"(?:enum\s+)?(?:class|struct|union)\s+|enum\s+)(?:alignas\([^)]*\)\s*|\[\[[^\]]*\]\]\s*)*"
                   r"([A-Za-z_]\w*)")
_BANNED_TYPE = re.compile(rf"(?:{_BANNED})$")
_BANNED_FILE = re.compile(rf"(?:^|_)(?:{_BANNED.lower()})$")
_UNFINISHED = re.compile(r"\b(?:" + "|".join(("TO" + "DO", "FIX" + "ME", "X" + "XX", "HA" + "CK")) + r")\b")
_INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]')
_SPDX = re.compile(r"^(?://|#|--|/\*|<!--|;)\s*SPDX-License-Identifier: (\S+)", re.M)
# `new` is naked unless a unique_ptr takes it in the same breath, as a private constructor needs.
_OWNED_NEW = re.compile(r"\bunique_ptr<[^;=]*>\s*\w*\s*[({]\s*new\b")
_NEW = re.compile(r"(?<!operator )\bnew\b(?=\s*[(A-Za-z_:])")
_DELETE = re.compile(r"(?<!operator )(?<!= )(?<!=)\bdelete\b(?:\s*\[\s*\])?\s+[A-Za-z_:*(]|\bdelete\s+this\b")
_THROW = re.compile(r"\bthrow\b")
_CANNOT_FAIL = re.compile(r"GTEST_" + r"SKIP|\bDISABLED" + r"_\w+")
_LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)(?:#[^)]*)?\)")
_CODE = re.compile(r'//[^\n]*|/\*.*?\*/|R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'', re.S)


def code_of(text):
    """C++ without comments and literals; line numbers stay."""
    return _CODE.sub(lambda match: "\n" * match.group().count("\n") or " ", text)


def _search(pattern, text, complaint):
    return [(number, complaint.format(match.group().strip()))
            for number, line in enumerate(text.split("\n"), 1) for match in [pattern.search(line)] if match]


def is_third_party(path):
    return path.startswith("api/google/") or "/dist/" in path


def is_source(path):
    name = os.path.basename(path)
    return path.endswith(SOURCE) or name in ("dev", "run", ".clang-format", ".clang-tidy")


def licence(path, text):
    if not is_source(path):
        return []
    wanted = "Apache-2.0" if path.startswith("api/") else "GPL-3.0-or-later"
    found = _SPDX.findall(text)
    if found != [wanted]:
        return [(1, f"wants exactly one SPDX line saying {wanted}, has {found or 'none'}")]
    return [] if _SPDX.search("\n".join(text.split("\n")[:2])) else [(1, "its SPDX line is not at the top")]


def length(path, text):
    count = text.count("\n")
    return [(count, f"{count} lines, more than {LINES_MAX}")] if is_source(path) and count > LINES_MAX else []


def whitespace(path, text):
    if not is_source(path) and not path.endswith(".md"):
        return []
    faults = _search(re.compile(r"\t"), text, "a tab") + _search(re.compile(r"[ \r]+$"), text, "space at the end")
    return faults if text.endswith("\n") or not text else faults + [(text.count("\n") + 1, "no newline at the end")]


def unfinished(path, text):
    return _search(_UNFINISHED, text, "unfinished: {}") if is_source(path) or path.endswith(".md") else []


def names(path, text):
    faults = []
    stem = os.path.basename(path).split(".")[0]
    if is_source(path) and _BANNED_FILE.search(stem):
        faults.append((1, f"banned file name: {stem}"))
    if not path.endswith(CXX + (".proto", ".py")):
        return faults
    for number, line in enumerate((code_of(text) if path.endswith(CXX) else text).split("\n"), 1):
        match = _TYPE.search(line)
        if match and _BANNED_TYPE.search(match.group(1)):
            faults.append((number, f"banned type name: {match.group(1)}"))
    return faults


def includes(path, text):
    if not path.endswith(CXX):
        return []
    faults = []
    for number, line in enumerate(text.split("\n"), 1):
        match = _INCLUDE.search(line)
        if not match:
            continue
        quote, header = match.groups()
        fault = include_fault(path, header)
        if quote == '"' and "/" not in header or header.startswith("."):
            fault = f"includes are named from the root: {header}"
        if fault:
            faults.append((number, fault))
    return faults


def headers(path, text):
    if not path.endswith(".h"):
        return []
    faults = [] if "\n#pragma once\n" in text else [(1, "no #pragma once")]
    return faults + _search(re.compile(r"^\s*using namespace\b"), text, "`{}` in a header")


def ownership(path, text):
    """One owner, by member or unique_ptr; failures are values."""
    if not path.endswith(CXX) or path.split("/")[0] not in ("engine", "daemon", "clients"):
        return []
    code = code_of(text)
    faults = _search(_THROW, code, "our code never throws")
    if path.startswith("engine/"):
        faults += _search(_NEW, _OWNED_NEW.sub("", code), "naked `{}`") + _search(_DELETE, code, "naked `delete`")
    return faults


def honest_tests(path, text):
    is_test = path.startswith("tests/") and path.endswith(CXX)
    return _search(_CANNOT_FAIL, text, "a test that cannot fail: {}") if is_test else []


def links(path, text, root="."):
    if not path.endswith(".md"):
        return []
    here = os.path.join(root, os.path.dirname(path))
    return [(number, f"dead link: {target}") for number, line in enumerate(text.split("\n"), 1)
            for target in _LINK.findall(line) if not os.path.exists(os.path.join(here, target))]


RULES = (licence, length, whitespace, unfinished, names, includes, headers, ownership, honest_tests)
