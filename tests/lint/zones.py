# SPDX-License-Identifier: GPL-3.0-or-later
"""Which folder may include what: the zone table of engine/README.md as data."""

import re

# Zone → folders of engine it may include besides itself. A file of engine/X is of zone X; a name with a dot is a
# single header.
_BLOCKING = {"base", "model", "rt", "dsp", "store", "net"}
_ALL = _BLOCKING | {"stream", "catalog", "analysis", "render", "output", "automix", "ledger", "control", "engine.h"}
ENGINE = {
    "base": set(),
    "model": {"base"},
    "rt": {"base"},
    "store": {"base"},
    "net": {"base", "model", "store"},
    "dsp": {"base", "rt/realtime.h"},
    **{zone: _BLOCKING for zone in ("stream", "catalog", "analysis", "render", "output", "automix", "ledger")},
    "control": _ALL,
    "engine": _ALL,
}
OUTSIDE = {"daemon": {"engine.h", "model", "base"}, "clients": set()}

# Who knows the schema's messages, and who its gRPC stubs.
MESSAGES = {"control", "engine", "automix", "daemon", "clients"}
GRPC = {"daemon", "clients"}
REMOTE = "engine/catalog/providers/remote.cpp"  # the one place of engine that may speak gRPC

_GRPC_HEADER = re.compile(r"^(grpc|grpcpp|grpc\+\+)/|\.grpc\.pb\.h$")
_MESSAGE_HEADER = re.compile(r"^google/(protobuf|rpc)/|\.pb\.h$")


def zone_of(path):
    """Zone of a source file, or None where anything may be included (tests, api)."""
    parts = path.split("/")
    if parts[0] == "engine":
        return parts[1] if len(parts) > 2 else "engine"
    return parts[0] if parts[0] in OUTSIDE else None


def _engine_include_allowed(zone, header):
    """`header` is a path below engine/."""
    allowed = ENGINE[zone] if zone in ENGINE else OUTSIDE[zone]
    folder = header.split("/")[0]
    return folder == zone or folder in allowed or header in allowed


def include_fault(path, header):
    """Why `path` may not include `header`, or None if it may."""
    if header.endswith((".cpp", ".cc")):
        return f"includes a source file: {header}"
    zone = zone_of(path)
    if zone is None:
        return None
    if zone not in ENGINE and zone not in OUTSIDE:
        return f"engine/{zone} is no zone of tests/lint/zones.py"
    if _GRPC_HEADER.search(header):
        return None if zone in GRPC or path == REMOTE else f"{zone} may not include gRPC: {header}"
    if _MESSAGE_HEADER.search(header):
        return None if zone in MESSAGES or path == REMOTE else f"{zone} may not include messages: {header}"
    top, _, rest = header.partition("/")
    if top == "engine":
        return None if _engine_include_allowed(zone, rest) else f"{zone} may not include {header}"
    if top in ("daemon", "clients", "tests") and top != zone:
        return f"{zone} may not include {header}"
    return None
