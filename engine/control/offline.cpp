// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/control/offline.h"

#include <algorithm>
#include <cmath>
#include <ctime>

#include "engine/base/thread.h"
#include "engine/control/page_budget.h"

namespace segue::control {
namespace {

constexpr double kFeedAheadS = 2;  // lines are given to control this early, so that their tracks load meanwhile
constexpr std::size_t kFeedCommandsMax = 2048;  // of which at most this many at once: half of what control takes
constexpr double kTailS = 1;                    // after the last deck stops
constexpr double kPagesAheadS = 1.0;            // what a stretcher reads ahead (0.75 s), and the deck's own look-ahead
constexpr double kProgressEveryS = 0.1;
constexpr int kBlockFramesMax = 1024;  // shorter than the lead of an install, which must be seen in time

double process_cpu_s() {
  std::timespec time{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

double wall_s() { return std::chrono::duration<double>(SystemClock{}.monotonic()).count(); }

model::Config adapted(model::Config config, const Script& script) {
  if (script.session) {
    config.engine.sample_rate_hz = script.session->sample_rate_hz;
    config.engine.decks = script.session->decks;
    config.engine.limiter_ceiling_dbtp = script.session->limiter_ceiling_dbtp;
  }
  config.engine.load_lock = false;  // the script says what happens
  config.analysis.threads = 0;      // and what is known of its tracks, so that a render can be repeated
  return config;
}

}  // namespace

OfflineRender::OfflineRender(const model::Config& config, const Script& script, const RenderRequest& request,
                             stream::MediaOpener* opener)
    : config_(adapted(config, script)), request_(request) {
  for (const Script::Line& line : script.lines) (line.command ? commands_ : installs_).push_back(&line);
  render::Renderer::Options options;
  options.sample_rate_hz = config_.engine.sample_rate_hz;
  options.decks = config_.engine.decks;
  options.limiter_ceiling_dbtp = config_.engine.limiter_ceiling_dbtp;
  auto [renderer, wiring] = render::Renderer::create(options);
  renderer_ = std::move(renderer);
  latency_ = renderer_->latency_frames();
  renderer_->block_clock().set_halted(false);
  programme_ = std::make_unique<output::Programme>(renderer_->block_clock());
  loader_ = stream::TrackLoader::create(
      {config_.engine.sample_rate_hz, page_budget_bytes(config_), config_.pages.decode_threads, false, opener},
      renderer_->block_clock());
  ControlLoop::Options control{config_, clock_, "offline", "", ""};
  control.mode = script.session ? Installer::Mode::kReplay : Installer::Mode::kOffline;
  control.waits_for_pages = true;
  control_ =
      std::make_unique<ControlLoop>(control, ControlLoop::Zones{std::move(wiring), *loader_, *programme_, latency_});
  left_.resize(kBlockFramesMax);
  right_.resize(kBlockFramesMax);
  if (request.seconds) end_ = frames_of(*request.seconds);
}

OfflineRender::~OfflineRender() {
  renderer_->block_clock().set_halted(true);
  error_.emplace();  // answers that come now are of no interest
  control_->close();
}

Frames OfflineRender::frames_of(double seconds) const { return std::llround(seconds * config_.engine.sample_rate_hz); }

// Whole seconds apart from the rest: the product alone leaves 64 bits after two days.
Nanoseconds OfflineRender::time_of(Frames frame) const {
  const int rate = config_.engine.sample_rate_hz;
  return std::chrono::seconds(frame / rate) + Nanoseconds(frame % rate * 1'000'000'000 / rate);
}

Result<RenderReport> OfflineRender::run(output::WavWriter& writer) {
  flush_denormals();
  const double begun_s = wall_s();
  const double cpu_s = process_cpu_s();
  double told_s = begun_s;
  WriteBehind out(writer);
  settle();
  while (!error_ && !is_over()) {
    const int frames = next_block();
    wait_for_pages(frames);
    if (auto rendered = render_block(out, frames); !rendered) return tl::unexpected<Error>(rendered.error());
    settle();
    if (request_.progress && wall_s() - told_s >= kProgressEveryS) {
      told_s = wall_s();
      request_.progress(static_cast<double>(written_) / config_.engine.sample_rate_hz);
    }
  }
  if (auto finished = out.finish(); !finished) return tl::unexpected<Error>(finished.error());
  if (error_) return tl::unexpected<Error>(*error_);
  return report(wall_s() - begun_s, process_cpu_s() - cpu_s);
}

// Gives control the commands that come up.
void OfflineRender::feed() {
  const Frames until = renderer_->frame() + frames_of(kFeedAheadS);
  for (int given = 0; next_command_ < commands_.size() && given < model::kCommandQueueMax / 2; ++given) {
    const Script::Line& line = *commands_[next_command_];
    if (line.frame > until || control_->agenda().commands() >= kFeedCommandsMax) return;
    ++next_command_;
    submit(line);
  }
}

// Lets stretchers take over that do so at this very frame.
void OfflineRender::install() {
  while (next_install_ < installs_.size() && installs_[next_install_]->frame <= control_->frame()) {
    control_->installer().install_now(installs_[next_install_++]->stretcher_deck);
  }
}

void OfflineRender::submit(const Script::Line& line) {
  Request request;
  *request.message.add_commands() = *line.command;
  request.message.mutable_when()->set_frame(line.frame);
  request.message.set_wait(v1::ExecuteRequest::COMMITTED);
  request.origin = {"script", true};
  request.is_immediate = line.is_immediate;
  request.answer = [this, number = line.number](const Result<v1::ExecuteResponse>& answer) {
    if (answer) {
      ++committed_;
    } else if (!error_) {
      Error error = answer.error();
      error.message = request_.script_path + ":" + std::to_string(number) + ": " + error.message;
      error_ = std::move(error);
    }
  };
  control_->execute(std::move(request));
}

// Lets control do all that can be done before the next block; time stands meanwhile.
void OfflineRender::settle() {
  const Frames preroll = render::preroll_frames(config_.engine.sample_rate_hz);
  while (!error_) {
    const std::size_t before = next_command_;
    control_->step();
    install();
    feed();
    if (next_command_ != before) continue;
    const Frames reach = kBlockFramesMax + preroll + kQuantumFrames;
    const bool waits = control_->agenda().is_behind(renderer_->frame() + reach);
    if (!waits) return;
    control_->inbox().wait(std::chrono::milliseconds(20));
  }
}

void OfflineRender::wait_for_pages(int frames) {
  const render::Snapshot& snapshot = control_->snapshot();
  for (int deck = 0; deck < config_.engine.decks; ++deck) {
    const DeckPlan& plan = control_->agenda().plan(deck);
    const render::DeckSnapshot& sound = snapshot.decks[static_cast<std::size_t>(deck)];
    if (plan.track == nullptr || !sound.is_audible || sound.load_id != plan.load_id) continue;
    const auto here = static_cast<Frames>(sound.position);
    const double speed = std::max(2.0, sound.rate);
    const stream::WantedRange range{here - frames_of(0.01),
                                    here + static_cast<Frames>(frames * speed) + frames_of(kPagesAheadS)};
    if (!plan.track->pages().has(range.from, range.to)) control_->tracks().wait_for(plan.track, range);
  }
}

// Blocks end where the script or an install wants something done between them.
int OfflineRender::next_block() const {
  const Frames now = renderer_->frame();
  Frames frames = std::clamp(request_.block_frames, 1, kBlockFramesMax);
  frames = std::min(frames, control_->installer().next_stop() - now);
  if (next_install_ < installs_.size()) frames = std::min(frames, installs_[next_install_]->frame - now);
  return static_cast<int>(std::max<Frames>(frames, 1));
}

bool OfflineRender::is_over() {
  if (!end_ && next_command_ == commands_.size() && control_->agenda().is_idle()) {
    const render::Snapshot& snapshot = control_->snapshot();
    Frames last = control_->agenda().last_commit();
    bool any_moves = false;
    for (int i = 0; i < config_.engine.decks; ++i) {
      const render::DeckSnapshot& deck = snapshot.decks[static_cast<std::size_t>(i)];
      any_moves = any_moves || (deck.state == render::DeckState::kPlaying && deck.anchor_rate != 0);
      last = std::max(last, deck.anchor_frame);
    }
    if (!any_moves) end_ = last + frames_of(kTailS);
  }
  return end_ && written_ >= *end_;
}

Result<void> OfflineRender::render_block(WriteBehind& out, int frames) {
  const Frames frame = renderer_->frame();
  clock_.set(time_of(frame));
  const StereoBlock block{left_.data(), right_.data(), frames};
  renderer_->render(block, clock_.monotonic().count());
  programme_->write(block, frame - latency_);
  clock_.set(time_of(frame + frames));
  // What comes out at frame N is the programme's frame N − latency.
  const int skip = static_cast<int>(std::clamp<Frames>(latency_ - frame, 0, frames));
  const Frames room = end_ ? *end_ - written_ : frames;
  const int kept = static_cast<int>(std::clamp<Frames>(room, 0, frames - skip));
  written_ += kept;
  return out.write(block.slice(skip, kept));
}

RenderReport OfflineRender::report(double elapsed_s, double cpu_s) const {
  const v1::EngineState engine = control_->book().read_engine();
  const float true_peak = control_->snapshot().master_true_peak_max;
  RenderReport report;
  report.frames = written_;
  report.seconds = static_cast<double>(written_) / config_.engine.sample_rate_hz;
  report.cpu_seconds = cpu_s;
  report.realtime_factor = report.seconds / elapsed_s;
  report.underruns = engine.underruns();
  report.commands = committed_;
  report.late_commands = engine.late_commands();
  report.peak_dbtp = true_peak > 0 ? 20.0 * std::log10(static_cast<double>(true_peak)) : -200.0;
  return report;
}

}  // namespace segue::control
