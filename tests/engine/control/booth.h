// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/control/control_loop.h"
#include "engine/control/render_source.h"
#include "tests/engine/control/fake_loader.h"

namespace segue::test {

// A clock that the test moves.
class VirtualClock final : public Clock {
 public:
  Nanoseconds monotonic() const override { return now_; }
  Nanoseconds wall() const override { return now_ + std::chrono::hours(24 * 365 * 50); }
  void advance(Nanoseconds by) { now_ += by; }

 private:
  Nanoseconds now_ = std::chrono::seconds(1000);
};

// What became of a request.
struct Reply {
  std::optional<Result<v1::ExecuteResponse>> result;
  bool has_come() const { return result.has_value(); }
  bool is_ok() const { return result && result->has_value(); }
  const v1::ExecuteResponse& response() const { return **result; }
  // The reason, or what happened instead.
  std::string reason() const { return !result ? "(no answer)" : *result ? "(ok)" : result->error().reason; }
  std::string message() const { return !result || *result ? "" : result->error().message; }
  std::string code() const { return !result || *result ? "" : to_string(result->error().code); }
};

// The real control and the real renderer, with tracks from memory, in virtual time: the test steps control, then
// renders a block, as a driver would.
class Booth {
 public:
  struct Options {
    int decks = 4;
    int block_frames = 256;
    bool load_lock = false;
    bool loads_at_once = true;
    std::string data_dir;  // empty: no journal
    control::Installer::Mode mode = control::Installer::Mode::kOffline;
    bool has_files = false;  // the real loader instead of the fake one
    stream::MediaOpener* opener = nullptr;  // of the real loader; null: files only
    control::AnalysisQueue* analyses = nullptr;  // null: nothing is analysed
  };
  explicit Booth(const Options& options);
  Booth() : Booth(Options{}) {}
  ~Booth();

  // A track of a 440 Hz tone, or of one whose sample values are track frame ÷ 2²⁴.
  void add_tone(const std::string& uri, double seconds);
  void add_ramp(const std::string& uri, double seconds);

  std::shared_ptr<Reply> execute(v1::ExecuteRequest request, bool may_use_any_file = true);
  // Commands in text format ("play { deck: 1 }"), one batch, for now.
  std::shared_ptr<Reply> send(std::initializer_list<const char*> commands);
  std::shared_ptr<Reply> send_at(Frames frame, std::initializer_list<const char*> commands);
  static v1::ExecuteRequest request(std::initializer_list<const char*> commands);

  void step() { control->step(); }
  // Steps and renders `blocks` blocks. What was rendered is kept in `heard`.
  void run(int blocks);
  void run_to(Frames frame);
  v1::State state() const { return control->book().read(); }
  v1::Deck deck(int number) const { return control->book().read_deck(number - 1); }
  Frames frame() const { return renderer->frame(); }
  // All news that waits for a watcher.
  static std::vector<v1::WatchResponse> read(Watcher& watcher);

  const Options options;
  VirtualClock clock;
  FakeLoader loader;
  model::Config config;
  std::unique_ptr<render::Renderer> renderer;
  std::unique_ptr<output::Programme> programme;
  std::unique_ptr<stream::TrackLoader> files;
  std::unique_ptr<control::ControlLoop> control;
  std::unique_ptr<control::RenderSource> source;
  StereoAudio heard;
};

}  // namespace segue::test
