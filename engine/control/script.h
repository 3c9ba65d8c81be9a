// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <istream>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/base/units.h"
#include "segue/v1/command.pb.h"

namespace segue::control {

namespace v1 = ::segue::v1;

// A session script: JSON Lines, one command each, {"at": "12.5s" | "frame:600000" | "+2.5s", "do": {…}}. "+2.5s" is
// counted from the line before, the first from 0. Empty lines and lines that begin with # are left out.
//
// A script exported from a journal begins with {"session": {…}} and may mark what came as now ("immediate": true)
// and where a stretcher took over ({"at": …, "stretcher": {"deck": 1}}); rendering it repeats what was heard.
struct Script {
  struct Session {
    std::string epoch;
    int sample_rate_hz = 48'000;
    int decks = 4;
    double limiter_ceiling_dbtp = -1.0;  // −12 to 0
  };
  struct Line {
    int number = 0;  // in the file, from 1
    Frames frame = 0;
    bool is_immediate = false;
    std::optional<v1::Command> command;
    int stretcher_deck = -1;  // from 0
  };
  std::optional<Session> session;
  std::vector<Line> lines;  // in order of frames; those of one frame as in the file
};

struct ScriptContext {
  std::string name;  // for messages: "script.jsonl"
  int sample_rate_hz = 48'000;
  int decks = 4;
};

// Fails with INVALID_ARGUMENT SCRIPT_INVALID "script.jsonl:7: …".
Result<Script> parse_script(std::istream& in, const ScriptContext& context);

// Writes what parse_script reads.
void write_session(std::ostream& out, const Script::Session& session);
void write_line(std::ostream& out, const Script::Line& line);

}  // namespace segue::control
