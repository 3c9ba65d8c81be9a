// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "clients/cli/address.h"
#include "clients/cli/failure.h"
#include "clients/cli/invocation.h"
#include "segue/v1/command.pb.h"

namespace segue::cli {

class Session;
class StateView;

// One command being carried out: what was typed, and where.
struct Call {
  const Invocation& invocation;
  const Environment& environment;
  std::vector<std::string> arguments;  // the words after the command, as many as its row allows

  bool has(std::string_view flag) const { return invocation.flags.contains(std::string(flag)); }
  // The value of an option, or empty.
  std::string option(std::string_view name) const {
    const auto found = invocation.options.find(std::string(name));
    return found == invocation.options.end() ? std::string() : found->second;
  }
};

// Makes the engine command a row stands for; looks at the state only for relative values.
using Maker = Result<v1::Command> (*)(const Call&, StateView&);
// Does everything else; the answer is the exit code.
using Runner = Result<int> (*)(const Call&, Session&);

// When a command that a Maker made is answered.
enum class Until {
  kCommitted,        // done, unless it is scheduled: then accepted
  kCommittedAlways,  // done, even if that is at its scheduled time
};

// One row per command; everything else follows from it: parsing, help and completion.
// `arguments`: words apart by spaces; CAPITALS stand for a value, a|b are choices, [x] may be left out, x... repeats.
// `options`: the command's own flags; "--rate=HZ" takes a value.
struct Row {
  std::string_view group;
  std::string_view name;
  std::string_view arguments;
  std::string_view options;
  std::string_view help;
  std::variant<Maker, Runner> verb;
  Until until = Until::kCommitted;
};

std::span<const Row> grammar();

// The row of that name, or nullptr.
const Row* find_row(std::string_view name);

// The name nearest to a mistyped one; empty if none is near.
std::string_view nearest_name(std::string_view name);

// How many arguments a row takes.
struct Arity {
  std::size_t least = 0;
  std::size_t most = 0;
};
Arity arity_of(std::string_view arguments);

// "segue load DECK URI [--play] [--force]"
std::string usage_of(const Row& row);
std::string help_of(const Row& row);
std::string help_of_all();

}  // namespace segue::cli
