// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "engine/control/control_loop.h"
#include "engine/control/render_source.h"
#include "engine/control/script.h"
#include "engine/control/virtual_clock.h"
#include "engine/control/write_behind.h"
#include "engine/output/sinks/wav_writer.h"

namespace segue::control {

// Renders a script in virtual time, with the very control and renderer of the live engine. Time stands while anything
// due is being prepared and until the pages that a block needs are there, so the result depends on the script alone,
// at any block size. One thread drives it; it blocks.
class OfflineRender {
 public:
  // `config` is adapted: sample rate and decks are those of a session that is repeated.
  // Script and request outlive it.
  // `opener` outlives it; null: file:///… only.
  OfflineRender(const model::Config& config, const Script& script, const RenderRequest& request,
                stream::MediaOpener* opener = nullptr);
  ~OfflineRender();

  // Renders everything to `writer`. Fails with what a command of the script fails with, its line named, or with what
  // the writer says.
  Result<RenderReport> run(output::WavWriter& writer);

 private:
  void feed();
  void install();
  void submit(const Script::Line& line);
  void settle();
  void wait_for_pages(int frames);
  int next_block() const;
  bool is_over();
  Result<void> render_block(WriteBehind& out, int frames);
  RenderReport report(double elapsed_s, double cpu_s) const;
  Frames frames_of(double seconds) const;
  Nanoseconds time_of(Frames frame) const;

  const model::Config config_;
  const RenderRequest& request_;
  VirtualClock clock_;
  std::unique_ptr<render::Renderer> renderer_;
  std::unique_ptr<output::Programme> programme_;
  std::unique_ptr<stream::TrackLoader> loader_;
  std::unique_ptr<ControlLoop> control_;
  std::vector<const Script::Line*> commands_;  // the script's lines that are commands, in order
  std::vector<const Script::Line*> installs_;  // and those that are installs
  std::size_t next_command_ = 0;
  std::size_t next_install_ = 0;
  std::optional<Error> error_;
  std::optional<Frames> end_;  // frames of the programme to write, once known
  Frames written_ = 0;
  int latency_ = 0;
  std::uint64_t committed_ = 0;
  std::vector<float> left_;
  std::vector<float> right_;
};

}  // namespace segue::control
