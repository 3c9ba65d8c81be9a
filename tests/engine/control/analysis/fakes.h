// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "engine/control/analysis/queue.h"

namespace segue::control::test {

// A 16-bit stereo WAV of noise; the rate tells tracks apart for the FakeAnalyser.
std::string wav_bytes(double seconds, int rate_hz, std::uint32_t seed = 1);

// Tracks in memory that come in as far as the test says. Thread-safe.
class MemoryMedia final : public stream::MediaOpener {
 public:
  struct Track {
    std::string bytes;
    std::atomic<std::int64_t> present{0};  // how many of them have come
    std::atomic<bool> is_live = false;
    std::atomic<bool> hangs = false;  // opening waits until it is stopped
    std::atomic<int> opened{0};
  };
  // All of it is there.
  Track& add(const std::string& uri, std::string bytes);
  Result<stream::OpenedMedia> open(const std::string& uri, const std::stop_token& stop) override;

 private:
  std::mutex mutex_;  // guards the map
  std::map<std::string, std::shared_ptr<Track>> tracks_;
};

// What analysers of a test have in common: what they have heard, and what they wait for. Thread-safe.
struct Heard {
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<std::pair<int, double>> pushes;  // sample rate, seconds pushed after it
  std::map<int, int> begun;                    // analysers by sample rate
  std::map<int, std::uint64_t> hash;           // of all samples pushed
  std::optional<int> stops_at;                 // a push of this rate waits until it is reset
  bool is_stopped = false;                     // one does
  bool answers_wait = false;                   // whoever makes an answer waits until it is reset
  int answers_waiting = 0;                     // as many do
  int version = model::kAnalysisVersion;

  // Blocks until a push waits.
  void wait_for_stop() {
    std::unique_lock lock(mutex);
    changed.wait(lock, [this] { return is_stopped; });
  }
  void let_go() {
    const std::lock_guard lock(mutex);
    stops_at.reset();
    answers_wait = false;
    changed.notify_all();
  }
  // Blocks until an answer waits, or none does.
  void wait_for_answers(int waiting) {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return answers_waiting == waiting; });
  }
  // Blocks until an analyser of this rate has been pushed so often.
  void wait_for_pushes(int rate_hz, int count) {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return pushed(rate_hz) >= count; });
  }
  int pushed(int rate_hz) const {
    int count = 0;
    for (const auto& push : pushes) count += push.first == rate_hz ? 1 : 0;
    return count;
  }
};

// Finds a tempo of 100 bpm that grows by a beat each second it hears, and 128 bpm in the end; a grid from 30 s on.
class FakeAnalyser final : public analysis::Analyser {
 public:
  FakeAnalyser(std::shared_ptr<Heard> heard, int rate_hz) : heard_(std::move(heard)), rate_hz_(rate_hz) {}
  void push(ConstStereoBlock block) override;
  model::TrackAnalysis estimate() const override;
  model::TrackAnalysis finish() override;

 private:
  const std::shared_ptr<Heard> heard_;
  const int rate_hz_;
  std::int64_t frames_ = 0;
};
Listening::MakeAnalyser make_fakes(std::shared_ptr<Heard> heard);

// Keeps everything in memory. Thread-safe.
class FakeStore final : public AnalysisStore {
 public:
  Result<std::optional<model::TrackAnalysis>> analysis(const TrackIdentity& track) override;
  Result<void> put_analysis(const TrackIdentity& track, const model::TrackAnalysis& analysis) override;
  Result<model::TrackMarks> marks(const TrackIdentity& track) override;
  Result<void> put_grid(const TrackIdentity& track, const std::optional<model::BeatGrid>& grid) override;

  std::optional<model::BeatGrid> grid(const std::string& uri);
  void set_marks(const std::string& uri, const model::TrackMarks& marks);
  std::size_t analyses();
  // Makes all that are there of an older version.
  void age();

  std::atomic<int> failures{0};  // as many questions fail

 private:
  bool fails();

  std::mutex mutex_;  // guards all below
  std::map<std::string, model::TrackAnalysis> by_content_;
  std::map<std::string, std::pair<std::string, std::int64_t>> content_of_;  // by address, with its size
  std::map<std::string, model::TrackMarks> marks_;                          // by address
};

// What somebody who asked is told. Thread-safe.
class Listener {
 public:
  AnalysisQueue::Tell tell();
  // Blocks until the last news, and returns them.
  AnalysisNews wait();
  // Blocks until one satisfies it, which may be an old one.
  AnalysisNews wait_for(const std::function<bool(const AnalysisNews&)>& holds);
  std::vector<AnalysisNews> all();

 private:
  struct Shared {
    std::mutex mutex;
    std::condition_variable changed;
    std::vector<AnalysisNews> news;  // guarded by mutex
  };
  const std::shared_ptr<Shared> shared_ = std::make_shared<Shared>();
};

}  // namespace segue::control::test
