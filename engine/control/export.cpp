// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/control/export.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <unordered_map>
#include <vector>

#include "engine/control/journal/reader.h"
#include "engine/control/script.h"

namespace segue::control {
namespace {

bool is_of_the_sound(const v1::Command& command) {
  return !command.has_cancel() && !command.has_reanalyze() && !command.has_start_recording() && !command.has_stop_recording();
}

}  // namespace

Result<void> export_session(const std::string& folder, const std::string& epoch, std::ostream& out) {
  Script::Session session;
  std::vector<Script::Line> lines;
  std::unordered_map<std::uint64_t, v1::Command> accepted;
  std::uint64_t last = 0;  // sequence
  bool has_gap = false;
  const auto take = [&](const ::segue::v1::JournalEntry& entry) {
    Script::Line line;
    has_gap = has_gap || entry.sequence() != last + 1;
    last = entry.sequence();
    if (entry.has_epoch_began()) {
      session.epoch = entry.epoch_began().epoch();
      session.sample_rate_hz = static_cast<int>(entry.epoch_began().sample_rate());
      session.decks = static_cast<int>(entry.epoch_began().decks());
      if (entry.epoch_began().has_limiter_ceiling_dbtp())
        session.limiter_ceiling_dbtp = entry.epoch_began().limiter_ceiling_dbtp();
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
  if (has_gap) {
    return fail(Code::kFailedPrecondition, "JOURNAL_INCOMPLETE",
                folder + ": parts of epoch " + session.epoch + " were removed or never written: it cannot be repeated");
  }
  std::stable_sort(lines.begin(), lines.end(), [](const auto& a, const auto& b) { return a.frame < b.frame; });
  write_session(out, session);
  for (const Script::Line& line : lines) write_line(out, line);
  return {};
}

Result<void> export_session_to(const std::string& folder, const std::string& epoch, const std::string& out_path) {
  namespace fs = std::filesystem;
  std::ostringstream script;
  if (auto done = export_session(folder, epoch, script); !done) return done;
  std::error_code error;
  const auto kind = fs::status(out_path, error).type();
  const bool is_special = kind != fs::file_type::regular && kind != fs::file_type::not_found;  // a pipe, a terminal
  const std::string draft = is_special ? out_path : out_path + ".part";
  std::ofstream out(draft, std::ios::binary | std::ios::trunc);
  if (!out) return fail(Code::kFailedPrecondition, "FILE_UNWRITABLE", out_path + ": " + std::strerror(errno));
  out << script.str();
  out.close();
  std::string what = out ? "" : "the disk took not all of it";
  error.clear();
  if (what.empty() && !is_special) fs::rename(draft, out_path, error);
  if (error) what = error.message();
  if (what.empty()) return {};
  if (!is_special) fs::remove(draft, error);
  return fail(Code::kFailedPrecondition, "FILE_UNWRITABLE", out_path + ": " + what);
}

}  // namespace segue::control
