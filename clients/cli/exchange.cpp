// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "clients/cli/json.h"
#include "clients/cli/progress.h"
#include "clients/cli/runners.h"
#include "clients/cli/status_text.h"
#include "clients/cli/terminal.h"
#include "clients/cli/text.h"
#include "clients/cli/track_text.h"

namespace segue::cli {
namespace {

using Library = v1::LibraryService::StubInterface;
using Report = v1::ImportLibraryResponse::Report;

constexpr int kStarsMax = 5;
constexpr int kNamesShown = 20;  // of what was left out; -o json has more

Result<int> answer(const std::string& text) {
  const auto printed = print(text);
  if (!printed) return tl::unexpected(printed.error());
  return 0;
}

std::string absolute(const Call& call, const std::string& file) {
  return (std::filesystem::path(call.environment.working_dir) / file).lexically_normal().string();
}

// What was left out, the first few by name.
template <typename Items>
std::string skipped_text(const Items& items, std::uint32_t count) {
  if (count == 0) return {};
  std::string text = std::to_string(count) + " left out:\n";
  for (int i = 0; i < std::min(items.size(), kNamesShown); ++i) {
    text += "  " + one_line(items[i].what()) + " of " + one_line(items[i].name()) + ": " + one_line(items[i].reason()) +
            "\n";
  }
  if (count > kNamesShown) text += "  …\n";
  return text;
}

std::string report_text(const Report& report, bool is_dry) {
  std::string text = one_line(report.program()) + ": " + std::to_string(report.tracks()) + " tracks, " +
                     std::to_string(report.matched()) + " of them yours, " + std::to_string(report.changed()) +
                     (is_dry ? " would change" : " changed") + "; " + std::to_string(report.playlists()) +
                     " playlists\n";
  if (report.corrected() > 0)
    text += std::to_string(report.corrected()) + " tracks: times corrected for the other program's decoder\n";
  if (report.unmatched_size() > 0) text += std::to_string(report.tracks() - report.matched()) + " not found:\n";
  for (int i = 0; i < std::min(report.unmatched_size(), kNamesShown); ++i) {
    text += "  " + one_line(report.unmatched(i)) + "\n";
  }
  if (report.unmatched_size() > kNamesShown) text += "  …\n";
  return text + skipped_text(report.skipped(), report.skipped_count());
}

Result<int> run_import(const Call& call, Session& session) {
  v1::ImportLibraryRequest request;
  request.set_path(absolute(call, call.arguments[1]));
  request.set_format(call.option("--format"));
  request.set_dry_run(call.has("--dry-run"));
  request.set_replace(call.has("--replace"));
  ProgressLine line(call.environment.stdout_is_terminal && !call.invocation.is_quiet);
  v1::ImportLibraryResponse last;
  const auto done = session.import_library(request, [&](const v1::ImportLibraryResponse& piece) -> Result<void> {
    last = piece;
    if (call.invocation.format == Format::kJsonl) return print(to_json(piece, Format::kJsonl));
    const v1::Progress& progress = piece.progress();
    line.show(progress_line("import", progress.done(), progress.total(), progress.unit()));
    return {};
  });
  line.clear();
  if (!done) return tl::unexpected(done.error());
  Result<int> told = 0;
  if (call.invocation.format == Format::kJson) told = answer(to_json(last, Format::kJson));
  if (call.invocation.format == Format::kText && !call.invocation.is_quiet)
    told = answer(report_text(last.report(), request.dry_run()));
  if (!told || !last.report().has_error()) return told;
  const v1::Error& error = last.report().error();
  return tl::unexpected(
      Failure{error.code(), error.reason(), one_line(request.path()) + ": " + one_line(error.message())});
}

Result<int> run_export(const Call& call, Session& session) {
  v1::ExportLibraryRequest request;
  request.set_path(absolute(call, call.arguments[1]));
  request.set_format(call.option("--format"));
  request.set_overwrite(call.has("--force"));
  const auto response = session.ask(&Library::ExportLibrary, request);
  if (!response) return tl::unexpected(response.error());
  if (call.invocation.format != Format::kText) return answer(to_json(*response, call.invocation.format));
  if (call.invocation.is_quiet) return 0;
  return answer(std::to_string(response->tracks()) + " tracks, " + std::to_string(response->playlists()) +
                " playlists\n" + skipped_text(response->skipped(), response->skipped_count()));
}

std::string place_text(const v1::Marks::Cue& cue) {
  std::string text = padded(cue.index() > 0 ? "cue " + std::to_string(cue.index()) : std::string("memory"), 10);
  text += clock_text(cue.at_s());
  if (cue.kind() == v1::Marks::Cue::LOOP) text += " loop to " + clock_text(cue.end_s());
  if (cue.kind() == v1::Marks::Cue::JUMP) text += " jump to " + clock_text(cue.end_s());
  return text + (cue.label().empty() ? "" : "  " + one_line(cue.label())) + "\n";
}

std::string marks_text(const v1::Marks& marks) {
  std::string text;
  if (marks.rating() > 0) text += padded("rating", 10) + std::to_string(marks.rating()) + " of 5\n";
  if (!marks.key().empty()) text += padded("key", 10) + one_line(marks.key()) + "\n";
  if (marks.has_grid() && marks.grid().markers_size() > 0) {
    const auto& first = marks.grid().markers(0);
    char grid[64];
    std::snprintf(grid, sizeof grid, "%.3f BPM from %.3f s", first.bpm(), first.at_s());
    text += padded("grid", 10) + grid;
    if (marks.grid().markers_size() > 1) text += ", " + std::to_string(marks.grid().markers_size()) + " markers";
    text += "\n";
  }
  for (const auto& cue : marks.cues()) text += place_text(cue);
  if (!marks.comment().empty()) text += padded("comment", 10) + one_line(marks.comment()) + "\n";
  return text;
}

}  // namespace

Result<int> run_library(const Call& call, Session& session) {
  const std::string& action = call.arguments[0];
  if (action != "import" && action != "export") return bad_value("library: " + one_line(action) + ": import or export");
  if (!is_valid_utf8(call.arguments[1])) return bad_value("library: FILE must be UTF-8");
  return action == "import" ? run_import(call, session) : run_export(call, session);
}

Result<int> run_marks(const Call& call, Session& session) {
  auto uri = track_uri(call.arguments[0], call.environment.working_dir);
  if (!uri) return tl::unexpected(uri.error());
  v1::GetMarksRequest request;
  request.set_uri(*uri);
  const auto response = session.ask(&Library::GetMarks, request);
  if (!response) return tl::unexpected(response.error());
  if (call.invocation.format != Format::kText) return answer(to_json(*response, call.invocation.format));
  return answer(marks_text(response->marks()));
}

// All else stays; what somebody else changes in between is not overwritten.
Result<int> run_rate(const Call& call, Session& session) {
  auto uri = track_uri(call.arguments[0], call.environment.working_dir);
  if (!uri) return tl::unexpected(uri.error());
  const auto stars = parse_whole(call.arguments[1], "STARS", 0, kStarsMax);
  if (!stars) return tl::unexpected(stars.error());
  v1::GetMarksRequest look;
  look.set_uri(*uri);
  const auto marks = session.ask(&Library::GetMarks, look);
  if (!marks) return tl::unexpected(marks.error());
  v1::SetMarksRequest request;
  request.set_uri(*uri);
  *request.mutable_marks() = marks->marks();
  request.mutable_marks()->set_rating(static_cast<std::uint32_t>(*stars));
  request.set_version(marks->version());
  const auto response = session.ask(&Library::SetMarks, request);
  if (!response) return tl::unexpected(response.error());
  if (call.invocation.format != Format::kText) return answer(to_json(*response, call.invocation.format));
  return 0;
}

}  // namespace segue::cli
