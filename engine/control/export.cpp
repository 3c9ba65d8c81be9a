// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/control/export.h"

#include <algorithm>
#include <unordered_map>
#include <vector>

#include "engine/control/journal/reader.h"
#include "engine/control/script.h"

namespace segue::control {
namespace {

bool is_of_the_sound(const v1::Command& command) {
  return !command.has_cancel() && !command.has_start_recording() && !command.has_stop_recording();
}

}  // namespace

Result<void> export_session(const std::string& folder, const std::string& epoch, std::ostream& out) {
  Script::Session session;
  std::vector<Script::Line> lines;
  std::unordered_map<std::uint64_t, v1::Command> accepted;
  const auto take = [&](const ::segue::v1::JournalEntry& entry) {
    Script::Line line;
    if (entry.has_epoch_began()) {
      session.epoch = entry.epoch_began().epoch();
      session.sample_rate_hz = static_cast<int>(entry.epoch_began().sample_rate());
      session.decks = static_cast<int>(entry.epoch_began().decks());
    } else if (entry.has_accepted()) {
      accepted[entry.accepted().command_id()] = entry.accepted().command();
    } else if (entry.has_dropped()) {
      accepted.erase(entry.dropped().command_id());
    } else if (entry.has_stretcher_installed()) {
      line.frame = entry.stretcher_installed().frame();
      line.stretcher_deck = static_cast<int>(entry.stretcher_installed().deck()) - 1;
      lines.push_back(std::move(line));
    } else if (entry.has_committed()) {
      auto command = accepted.extract(entry.committed().command_id());
      if (command.empty() || !is_of_the_sound(command.mapped())) return;
      line.frame = entry.committed().frame();
      line.is_immediate = entry.committed().immediate();
      line.command = std::move(command.mapped());
      lines.push_back(std::move(line));
    }
  };
  if (auto read = read_journal(folder, epoch, take); !read) return read;
  std::stable_sort(lines.begin(), lines.end(), [](const auto& a, const auto& b) { return a.frame < b.frame; });
  write_session(out, session);
  for (const Script::Line& line : lines) write_line(out, line);
  return {};
}

}  // namespace segue::control
