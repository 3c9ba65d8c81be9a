// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/engine.h"

#include <atomic>
#include <mutex>
#include <thread>

#include "engine/base/log.h"
#include "engine/base/thread.h"
#include "engine/control/control_loop.h"
#include "engine/control/epoch.h"
#include "engine/control/journal/reader.h"
#include "engine/control/library/media.h"
#include "engine/control/meters.h"
#include "engine/control/outputs.h"
#include "engine/control/page_budget.h"
#include "engine/control/render_source.h"
#include "engine/render/renderer.h"
#include "engine/stream/track_loader.h"

namespace segue {
namespace {

using Wiring = render::Renderer::Wiring;

// Render never wakes control, so control looks: this often while something is under way, and this often otherwise.
constexpr auto kLookBusy = std::chrono::milliseconds(2);
constexpr auto kLookIdle = std::chrono::milliseconds(20);
constexpr Nanoseconds kOutputEvery = std::chrono::seconds(1);
constexpr Nanoseconds kFirstBlockPatience = std::chrono::milliseconds(100);  // some blocks of the null driver
constexpr Nanoseconds kFadeOutPatience = std::chrono::milliseconds(200);     // a driver that has died is not waited for

// The engine with its threads: "segue-control" runs the loop and the outputs, the rest is the loop's and the loader's.
class LiveEngine final : public Engine {
 public:
  LiveEngine(const model::Config& config, const Clock& clock, const std::string& version,
             std::unique_ptr<control::Media> media, std::pair<std::unique_ptr<render::Renderer>, Wiring> render);
  ~LiveEngine() override;

  Result<void> start();

  void execute(v1::ExecuteRequest request, const Origin& origin, Answer answer) override {
    control_.execute({std::move(request), origin, std::move(answer)});
  }
  v1::State state() const override { return control_.book().read(); }
  v1::WatchMetersResponse meters() const override {
    return control::meters_of(control_.book().snapshot(), config_.engine.decks);
  }
  std::unique_ptr<Watcher> watch(const v1::WatchRequest& request, std::function<void()> wake) override {
    return control_.publisher().watch(request, std::move(wake));
  }
  std::string epoch() const override { return control_.book().epoch(); }
  LibraryAccess& library() override { return media_->access(); }
  std::vector<std::string> findings(bool& audio_flows) const override;
  bool is_alive() const override { return since_turn() <= kTurnLateMax; }

 private:
  void run(const std::stop_token& stop);
  void stamp_turn() { turned_at_ns_.store(clock_.monotonic().count(), std::memory_order_relaxed); }
  Nanoseconds since_turn() const {
    return clock_.monotonic() - Nanoseconds(turned_at_ns_.load(std::memory_order_relaxed));
  }
  void look_after_outputs();
  void fade_out();

  const model::Config config_;
  const Clock& clock_;
  std::unique_ptr<render::Renderer> renderer_;
  output::Programme programme_;
  const std::unique_ptr<control::Media> media_;
  std::unique_ptr<stream::TrackLoader> loader_;
  control::ControlLoop control_;
  control::RenderSource source_;
  control::Outputs outputs_;
  std::atomic<bool> flows_{false};
  std::atomic<std::int64_t> turned_at_ns_{0};  // when control last began a turn, or a step of its end
  Nanoseconds outputs_told_at_{0};
  std::jthread thread_;
};

stream::TrackLoader::Options loader_options(const model::Config& config, stream::MediaOpener& opener) {
  return {.sample_rate_hz = config.engine.sample_rate_hz,
          .budget_bytes = control::page_budget_bytes(config),
          .threads = config.pages.decode_threads,
          .evicts = true,
          .opener = &opener,
          .timeshift_s = config.live.timeshift_s};
}

LiveEngine::LiveEngine(const model::Config& config, const Clock& clock, const std::string& version,
                       std::unique_ptr<control::Media> media,
                       std::pair<std::unique_ptr<render::Renderer>, Wiring> render)
    : config_(config),
      clock_(clock),
      renderer_(std::move(render.first)),
      programme_(renderer_->block_clock()),
      media_(std::move(media)),
      loader_(stream::TrackLoader::create(loader_options(config, *media_), renderer_->block_clock())),
      control_({config_, clock, control::make_epoch(clock), version, control::journal_folder(config.paths.data_dir)},
               {std::move(render.second), *loader_, programme_, renderer_->latency_frames(), &media_->analyses()}),
      source_(*renderer_, programme_, clock),
      outputs_(config_, source_, renderer_->block_clock()) {}

LiveEngine::~LiveEngine() {
  media_->tell_to(nullptr);
  if (!thread_.joinable()) return;
  thread_.request_stop();
  control_.inbox().interrupt();
  thread_.join();
}

Result<void> LiveEngine::start() {
  if (auto started = outputs_.start(clock_.monotonic()); !started) return started;
  // Started means that audio flows: the null driver's first block comes after a block's time.
  const Nanoseconds until = clock_.monotonic() + kFirstBlockPatience;
  while (config_.output.kind != model::OutputKind::kNone && !outputs_.flows() && clock_.monotonic() < until) {
    std::this_thread::yield();
    (void)outputs_.tend(clock_.monotonic());
  }
  flows_.store(outputs_.flows(), std::memory_order_relaxed);
  control_.set_output(outputs_.facts(), outputs_.latency_frames(), false);
  media_->tell_to(control_.announcer());
  stamp_turn();
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
  return {};
}

void LiveEngine::run(const std::stop_token& stop) {
  set_thread_name("segue-control");
  while (!stop.stop_requested()) {
    stamp_turn();
    control_.step();
    look_after_outputs();
    control_.inbox().wait(control_.is_busy() ? kLookBusy : kLookIdle);
  }
  fade_out();
  outputs_.stop();
  control_.close();
}

void LiveEngine::look_after_outputs() {
  const Nanoseconds now = clock_.monotonic();
  const bool has_changed = outputs_.tend(now);
  flows_.store(outputs_.flows(), std::memory_order_relaxed);
  if (!has_changed && now - outputs_told_at_ < kOutputEvery) return;
  outputs_told_at_ = now;
  control_.set_output(outputs_.facts(), outputs_.latency_frames(), has_changed);
}

void LiveEngine::fade_out() {
  if (!outputs_.flows()) return;
  const Nanoseconds until = clock_.monotonic() + kFadeOutPatience;
  const Frames from = control_.fade_out();
  const Frames fade =
      config_.engine.sample_rate_hz / 100 + renderer_->latency_frames() + 2 * outputs_.facts().block_frames;
  while (control_.frame() < from + fade && clock_.monotonic() < until) {
    std::this_thread::yield();
    stamp_turn();
    control_.step();
  }
}

std::vector<std::string> LiveEngine::findings(bool& audio_flows) const {
  const bool turns = is_alive();
  audio_flows = turns && flows_.load(std::memory_order_relaxed);  // what a hung control last saw is no news
  std::vector<std::string> findings;
  if (!turns) {
    const auto late = std::chrono::duration_cast<std::chrono::seconds>(since_turn());
    findings.push_back("engine: control has not turned for " + std::to_string(late.count()) + " s");
  }
  const v1::EngineState engine = control_.book().read_engine();
  const v1::Master master = control_.book().read_master();
  if (!engine.output_note().empty()) findings.push_back("output: " + engine.output_note());
  if (turns && !audio_flows && engine.output() != "none") findings.push_back("output: no audio flows");
  if (engine.journal_unsaved() > 0)
    findings.push_back("journal: " + std::to_string(engine.journal_unsaved()) + " entries are not on the disk");
  const render::Snapshot sound = control_.book().snapshot();
  if (sound.refused_events > 0)
    findings.push_back("engine: " + std::to_string(sound.refused_events) + " commands found render's schedule full");
  if (sound.dropped_commits > 0)
    findings.push_back("engine: " + std::to_string(sound.dropped_commits) + " acknowledgements were lost");
  if (master.recording().has_error()) findings.push_back("recording: " + master.recording().error().message());
  for (auto& finding : media_->findings()) findings.push_back(std::move(finding));
  return findings;
}

}  // namespace

Result<std::unique_ptr<Engine>> Engine::create(const model::Config& config, const Clock& clock,
                                               const std::string& version) {
  auto media = control::Media::create({config, clock, version});
  if (!media) return tl::unexpected(media.error());
  render::Renderer::Options options;
  options.sample_rate_hz = config.engine.sample_rate_hz;
  options.decks = config.engine.decks;
  options.limiter_ceiling_dbtp = config.engine.limiter_ceiling_dbtp;
  auto engine =
      std::make_unique<LiveEngine>(config, clock, version, *std::move(media), render::Renderer::create(options));
  if (auto started = engine->start(); !started) return tl::unexpected<Error>(started.error());
  return engine;
}

}  // namespace segue
