// SPDX-License-Identifier: GPL-3.0-or-later
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "engine/control/export.h"
#include "engine/control/journal/reader.h"
#include "engine/control/offline.h"
#include "engine/control/script.h"
#include "engine/engine.h"

// The offline half of the facade.
namespace segue {
namespace {

Result<control::Script> read_script(const model::Config& config, const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return fail(Code::kNotFound, "FILE_MISSING", path + ": " + std::strerror(errno));
  const control::ScriptContext context{path, config.engine.sample_rate_hz, config.engine.decks};
  return control::parse_script(in, context);
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
  control::OfflineRender offline(config, *script, request);
  const int rate = script->session ? script->session->sample_rate_hz : config.engine.sample_rate_hz;
  auto writer = output::WavWriter::create(request.out_path, {rate, output::WavWriter::Mode::kOverwrite});
  if (!writer) return tl::unexpected<Error>(writer.error());
  auto report = render_to(**writer, offline);
  if (!report) {
    writer->reset();
    std::error_code ignored;
    std::filesystem::remove(request.out_path, ignored);
  }
  return report;
}

Result<void> export_journal(const model::Config& config, const std::string& epoch, const std::string& out_path) {
  std::ofstream out(out_path, std::ios::binary | std::ios::trunc);
  if (!out) return fail(Code::kFailedPrecondition, "FILE_UNWRITABLE", out_path + ": " + std::strerror(errno));
  if (auto done = control::export_session(control::journal_folder(config.paths.data_dir), epoch, out); !done)
    return done;
  out.close();
  if (!out) return fail(Code::kFailedPrecondition, "FILE_UNWRITABLE", out_path + ": the disk took not all of it");
  return {};
}

}  // namespace segue
