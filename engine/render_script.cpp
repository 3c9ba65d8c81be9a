// SPDX-License-Identifier: GPL-3.0-or-later
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "engine/control/export.h"
#include "engine/control/journal/reader.h"
#include "engine/control/library/media.h"
#include "engine/control/offline.h"
#include "engine/control/script.h"
#include "engine/engine.h"
#include "engine/stream/track_loader.h"

// The offline half of the facade.
namespace segue {
namespace {

namespace fs = std::filesystem;

Result<control::Script> read_script(const model::Config& config, const std::string& path) {
  std::error_code ignored;
  const auto kind = fs::status(path, ignored).type();
  if (kind == fs::file_type::directory || kind == fs::file_type::character || kind == fs::file_type::block) {
    return fail(Code::kInvalidArgument, "NOT_A_FILE", path + ": not a file");
  }
  std::ifstream in(path, std::ios::binary);
  if (!in) return fail(Code::kNotFound, "FILE_MISSING", path + ": " + std::strerror(errno));
  const control::ScriptContext context{path, config.engine.sample_rate_hz, config.engine.decks};
  return control::parse_script(in, context);
}

// The result must not take the place of what it is made from.
Result<void> check_out(const control::Script& script, const RenderRequest& request) {
  std::error_code ignored;
  const auto is_out = [&](const std::string& path) { return fs::equivalent(path, request.out_path, ignored); };
  bool is_input = is_out(request.script_path);
  for (const auto& line : script.lines) {
    if (!line.command || !line.command->has_load()) continue;
    const auto path = stream::path_of_uri(line.command->load().uri());
    is_input = is_input || (path && is_out(*path));
  }
  if (!is_input) return {};
  return fail(Code::kInvalidArgument, "OUT_IS_INPUT", request.out_path + ": the script reads it; name another file");
}

// What opens the script's tracks; nothing if all of them are files.
Result<std::unique_ptr<control::Media>> media_for(const model::Config& config, const control::Script& script,
                                                  const Clock& clock) {
  for (const auto& line : script.lines) {
    if (!line.command || !line.command->has_load() || line.command->load().uri().starts_with("file:")) continue;
    return control::Media::create({.config = config, .clock = clock, .version = "offline", .is_guest = true});
  }
  return nullptr;
}

// Where a render writes until it is complete: beside the result, so that a failure leaves what was there. Pipes and
// devices are written at once.
std::string draft_path(const std::string& out_path) {
  std::error_code ignored;
  const auto kind = fs::status(out_path, ignored).type();
  const bool is_special = kind != fs::file_type::regular && kind != fs::file_type::not_found;
  return is_special ? out_path : out_path + ".part";
}

Result<RenderReport> render_to(output::WavWriter& writer, control::OfflineRender& offline) {
  auto report = offline.run(writer);
  if (!report) return report;
  if (auto closed = writer.close(); !closed) return tl::unexpected<Error>(closed.error());
  return report;
}

}  // namespace

Result<RenderReport> render_script(const model::Config& config, const RenderRequest& request) {
  auto script = read_script(config, request.script_path);
  if (!script) return tl::unexpected<Error>(script.error());
  if (auto free = check_out(*script, request); !free) return tl::unexpected<Error>(free.error());
  const SystemClock clock;  // of the network; the render's own time is virtual
  const auto media = media_for(config, *script, clock);
  if (!media) return tl::unexpected<Error>(media.error());
  control::OfflineRender offline(config, *script, request, media->get());
  const int rate = script->session ? script->session->sample_rate_hz : config.engine.sample_rate_hz;
  const std::string draft = draft_path(request.out_path);
  auto writer = output::WavWriter::create(draft, {rate, output::WavWriter::Mode::kOverwrite});
  if (!writer) return tl::unexpected<Error>(writer.error());
  auto report = render_to(**writer, offline);
  writer->reset();
  if (draft == request.out_path) return report;
  std::error_code error;
  if (report) fs::rename(draft, request.out_path, error);
  if (!report || error) {
    std::error_code ignored;
    fs::remove(draft, ignored);
  }
  if (error) return fail(Code::kFailedPrecondition, "FILE_UNWRITABLE", request.out_path + ": " + error.message());
  return report;
}

Result<void> export_journal(const model::Config& config, const std::string& epoch, const std::string& out_path) {
  return control::export_session_to(control::journal_folder(config.paths.data_dir), epoch, out_path);
}

}  // namespace segue
