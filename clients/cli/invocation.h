// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace segue::cli {

enum class Format { kText, kJson, kJsonl };

// One command line, read but not yet understood. Plain data.
struct Invocation {
  std::string server;  // empty: the default
  std::string token_file;
  Format format = Format::kText;
  std::string at = "now";
  std::string request_id;
  std::optional<double> timeout_s;
  bool is_quiet = false;
  bool is_unwaited = false;  // --no-wait
  bool wants_help = false;
  bool wants_version = false;
  std::vector<std::string> words;              // the command and its arguments, in order
  std::set<std::string> flags;                 // the command's own options that were given: "--play"
  std::map<std::string, std::string> options;  // the command's own options with a value: "--limit" → "20"
  int rate_hz = 0;                             // --rate of `watch meters`; 0: the daemon's choice
};

}  // namespace segue::cli
