// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/engine/control/analysis/fakes.h"

#include <algorithm>
#include <cstring>

#include "tests/support/audio/signals.h"

namespace segue::control::test {
namespace {

void put(std::string& text, std::uint32_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) text += static_cast<char>(value >> (8 * i) & 255U);
}

class MemorySource final : public stream::ByteSource {
 public:
  explicit MemorySource(std::shared_ptr<MemoryMedia::Track> track) : track_(std::move(track)) {}
  Result<std::size_t> read(std::int64_t offset, std::span<std::byte> buffer) override {
    const std::int64_t rest = std::max<std::int64_t>(track_->present - offset, 0);
    const std::size_t count = std::min(buffer.size(), static_cast<std::size_t>(rest));
    if (count > 0) std::memcpy(buffer.data(), track_->bytes.data() + offset, count);
    return count;
  }
  std::int64_t size() const override { return static_cast<std::int64_t>(track_->bytes.size()); }
  bool is_remote() const override { return track_->present < size(); }
  bool is_ready(std::int64_t offset, std::int64_t bytes) const override {
    return std::min(offset + bytes, size()) <= track_->present;
  }

 private:
  const std::shared_ptr<MemoryMedia::Track> track_;
};

model::BeatGrid grid_of(double bpm) { return {{{0.5, bpm}}, 4}; }

}  // namespace

std::string wav_bytes(double seconds, int rate_hz, std::uint32_t seed) {
  const auto frames = static_cast<std::uint32_t>(seconds * rate_hz);
  const auto rate = static_cast<std::uint32_t>(rate_hz);
  std::string wav = "RIFF";
  put(wav, 36 + frames * 4, 4);
  wav += "WAVEfmt ";
  put(wav, 16, 4);
  put(wav, 1, 2);
  put(wav, 2, 2);
  put(wav, rate, 4);
  put(wav, rate * 4, 4);
  put(wav, 4, 2);
  put(wav, 16, 2);
  wav += "data";
  put(wav, frames * 4, 4);
  ::segue::test::Random random(seed);
  for (std::uint32_t i = 0; i < frames; ++i) put(wav, static_cast<std::uint32_t>(random.bits()), 4);
  return wav;
}

MemoryMedia::Track& MemoryMedia::add(const std::string& uri, std::string bytes) {
  const std::lock_guard lock(mutex_);
  auto track = std::make_shared<Track>();
  track->bytes = std::move(bytes);
  track->present = static_cast<std::int64_t>(track->bytes.size());
  return *(tracks_[uri] = std::move(track));
}

Result<stream::OpenedMedia> MemoryMedia::open(const std::string& uri, const std::stop_token& stop) {
  std::shared_ptr<Track> track;
  {
    const std::lock_guard lock(mutex_);
    const auto found = tracks_.find(uri);
    if (found == tracks_.end()) return fail(Code::kNotFound, "FILE_MISSING", uri + ": no such file");
    track = found->second;
  }
  ++track->opened;
  if (track->hangs) {
    std::mutex mutex;
    std::condition_variable_any stopped;
    std::unique_lock lock(mutex);
    stopped.wait(lock, stop, [] { return false; });
    return fail(Code::kCancelled, "OPEN_CANCELLED", uri + ": nobody waits for it");
  }
  stream::OpenedMedia media;
  media.source = std::make_unique<MemorySource>(track);
  media.ref.live = track->is_live;
  return media;
}

void FakeAnalyser::push(ConstStereoBlock block) {
  std::unique_lock lock(heard_->mutex);
  if (heard_->stops_at == rate_hz_) {
    heard_->is_stopped = true;
    heard_->changed.notify_all();
    heard_->changed.wait(lock, [this] { return heard_->stops_at != rate_hz_; });
    heard_->is_stopped = false;
  }
  frames_ += block.frames;
  pushed_s_ = static_cast<double>(frames_) / rate_hz_;
  std::uint64_t& hash = heard_->hash[rate_hz_];
  for (int i = 0; i < block.frames; ++i) {
    std::uint32_t bits = 0;
    std::memcpy(&bits, &block.left[i], sizeof bits);
    hash = (hash ^ bits) * 1'099'511'628'211U;
  }
  heard_->pushes.emplace_back(rate_hz_, pushed_s_);
  heard_->changed.notify_all();
}

model::TrackAnalysis FakeAnalyser::estimate() const {
  {
    std::unique_lock lock(heard_->mutex);
    ++heard_->answers_waiting;
    heard_->changed.notify_all();
    heard_->changed.wait(lock, [this] { return !heard_->answers_wait; });
    --heard_->answers_waiting;
    heard_->changed.notify_all();
  }
  model::TrackAnalysis analysis;
  analysis.version = heard_->version;
  analysis.analysed_s = pushed_s_;
  analysis.rhythm.bpm = 100 + std::round(pushed_s_);
  analysis.rhythm.confidence = 0.5;
  analysis.tonality.key = model::Key{9, true};
  if (pushed_s_ >= 30) analysis.rhythm.grid = grid_of(analysis.rhythm.bpm);
  return analysis;
}

model::TrackAnalysis FakeAnalyser::finish() {
  model::TrackAnalysis analysis = estimate();
  analysis.is_final = true;
  analysis.duration_s = pushed_s_;
  analysis.rhythm.bpm = 128;
  analysis.rhythm.confidence = 0.9;
  analysis.rhythm.grid = grid_of(128);
  analysis.loudness.integrated_lufs = -9.5;
  analysis.loudness.true_peak_dbtp = -0.3;
  return analysis;
}

Listening::MakeAnalyser make_fakes(std::shared_ptr<Heard> heard) {
  return [heard](const analysis::Analyser::Options& options) {
    const std::lock_guard lock(heard->mutex);
    ++heard->begun[options.sample_rate_hz];
    heard->hash[options.sample_rate_hz] = 0;
    return std::make_unique<FakeAnalyser>(heard, options.sample_rate_hz);
  };
}

bool FakeStore::fails() { return failures > 0 && failures-- > 0; }

Result<std::optional<model::TrackAnalysis>> FakeStore::analysis(const TrackIdentity& track) {
  if (fails()) return fail(Code::kUnavailable, "LIBRARY_UNAVAILABLE", "the library cannot be opened");
  const std::lock_guard lock(mutex_);
  std::string content = track.content;
  const auto known = content_of_.find(track.uri);
  if (content.empty() && known != content_of_.end() && known->second.second == track.size) {
    content = known->second.first;
  }
  const auto found = by_content_.find(content);
  return found == by_content_.end() ? std::nullopt : std::optional(found->second);
}

Result<void> FakeStore::put_analysis(const TrackIdentity& track, const model::TrackAnalysis& analysis) {
  const std::lock_guard lock(mutex_);
  by_content_[track.content] = analysis;
  content_of_[track.uri] = {track.content, track.size};
  return {};
}

Result<model::TrackMarks> FakeStore::marks(const TrackIdentity& track) {
  if (fails()) return fail(Code::kUnavailable, "LIBRARY_UNAVAILABLE", "the library cannot be opened");
  const std::lock_guard lock(mutex_);
  return marks_[track.uri];
}

Result<void> FakeStore::put_grid(const TrackIdentity& track, const std::optional<model::BeatGrid>& grid) {
  const std::lock_guard lock(mutex_);
  marks_[track.uri].grid = grid;
  return {};
}

std::optional<model::BeatGrid> FakeStore::grid(const std::string& uri) {
  const std::lock_guard lock(mutex_);
  return marks_[uri].grid;
}

void FakeStore::set_marks(const std::string& uri, const model::TrackMarks& marks) {
  const std::lock_guard lock(mutex_);
  marks_[uri] = marks;
}

std::size_t FakeStore::analyses() {
  const std::lock_guard lock(mutex_);
  return by_content_.size();
}

void FakeStore::age() {
  const std::lock_guard lock(mutex_);
  for (auto& [content, analysis] : by_content_) {
    analysis.version = model::kAnalysisVersion - 1;
    analysis.rhythm.bpm = 127;
  }
}

AnalysisQueue::Tell Listener::tell() {
  return [shared = shared_](const AnalysisNews& news) {
    const std::lock_guard lock(shared->mutex);
    shared->news.push_back(news);
    shared->changed.notify_all();
  };
}

AnalysisNews Listener::wait() {
  return wait_for([](const AnalysisNews& news) {
    return news.stage == AnalysisNews::Stage::kDone || news.stage == AnalysisNews::Stage::kFailed;
  });
}

AnalysisNews Listener::wait_for(const std::function<bool(const AnalysisNews&)>& holds) {
  std::unique_lock lock(shared_->mutex);
  std::optional<AnalysisNews> found;
  shared_->changed.wait(lock, [&] {
    for (const AnalysisNews& news : shared_->news) {
      if (!found && holds(news)) found = news;
    }
    return found.has_value();
  });
  return *found;
}

std::vector<AnalysisNews> Listener::all() {
  const std::lock_guard lock(shared_->mutex);
  return shared_->news;
}

}  // namespace segue::control::test
