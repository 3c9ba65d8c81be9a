// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/stream/live_feed.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <condition_variable>
#include <mutex>
#include <numbers>
#include <utility>

#include "engine/base/log.h"
#include "engine/stream/sources/sequential_source.h"

namespace segue::stream {
namespace {

constexpr int kFadeMs = 5;
constexpr int kChunkFrames = 1024;  // read at once, so that a page does not wait for more than it needs
// How much more than has passed in time a source may send: stations begin with a burst of up to 30 s.
constexpr std::chrono::seconds kBurst{60};
constexpr double kPace = 1.05;                         // beyond that, of real time
constexpr std::chrono::milliseconds kFirstPause{250};  // before trying again what connected but cannot be played
constexpr std::chrono::milliseconds kLongestPause{30'000};

// Raised cosine from 0 to 1.
float fade_gain(Frames at, int frames) {
  return static_cast<float>(0.5 - 0.5 * std::cos(std::numbers::pi * static_cast<double>(at) / frames));
}

// False if it was stopped.
bool pause(const std::stop_token& stop, std::chrono::milliseconds length) {
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  never.wait_for(lock, stop, length, [] { return false; });
  return !stop.stop_requested();
}

}  // namespace

LiveFeed::LiveFeed(Line line, ResamplerCache& resamplers, int rate_hz)
    : line_(std::move(line)), resamplers_(resamplers), rate_hz_(rate_hz), fade_frames_(rate_hz * kFadeMs / 1000) {}

Result<void> LiveFeed::open(std::unique_ptr<ByteSource> source) {
  auto sequential = std::make_unique<SequentialSource>(std::move(source));
  SequentialSource& window = *sequential;  // lives as long as the gate holds it
  line_.gate->attach(std::move(sequential));
  Result<std::unique_ptr<Decoder>> decoder = open_decoder(share(line_.gate), line_.name);
  if (!decoder) return tl::unexpected(decoder.error());
  line_.gate->end_opening();
  window.forget_behind();
  decoder_ = std::move(*decoder);
  resampler_ = resamplers_.get(decoder_->facts().source_rate_hz);
  has_ended_ = false;
  next_ = 0;
  start_ = std::min<Frames>(resampler_->first_source(0), 0);
  left_.assign(static_cast<std::size_t>(-start_), 0.0F);
  right_ = left_;
  return {};
}

Result<void> LiveFeed::make(rt::Page& page) {
  if (!keep_pace()) return fail(Code::kCancelled, "CANCELLED", "the track was dropped");
  for (int filled = 0; filled < rt::kPageFrames;) {
    float* left = page.left + filled;
    float* right = page.right + filled;
    const int count = rt::kPageFrames - filled;
    if (decoder_ != nullptr) {
      const Result<int> played = play(left, right, count);
      if (!played) return tl::unexpected(played.error());
      filled += *played;
      if (*played > 0) continue;
      decoder_ = nullptr;
    } else if (const Result<void> connected = connect(); !connected) {
      return connected;
    }
  }
  return {};
}

// False if it was stopped meanwhile.
bool LiveFeed::keep_pace() {
  using Clock = std::chrono::steady_clock;
  const auto page = std::chrono::duration<double>(rt::kPageFrames / (kPace * rate_hz_));
  const Clock::time_point now = Clock::now();
  due_ = std::max(due_, now - kBurst) + std::chrono::duration_cast<Clock::duration>(page);
  if (due_ <= now) return true;
  if (!line_.waits->begin_wait()) return false;
  const bool goes_on = pause(line_.stop, std::chrono::duration_cast<std::chrono::milliseconds>(due_ - now));
  line_.waits->end_wait();
  return goes_on;
}

// Up to `count` frames of this connection; 0 at its end.
Result<int> LiveFeed::play(float* left, float* right, int count) {
  // The end is to be known before its fade begins.
  const Frames until = resampler_->last_source(next_ + count - 1 + fade_frames_) + 1;
  if (const Result<void> gathered = gather(until); !gathered) return tl::unexpected(gathered.error());
  const Frames end = start_ + static_cast<Frames>(left_.size());
  const Frames last = has_ended_ ? resampler_->target_frames_for(end) : INT64_MAX;
  if (has_ended_) {
    count = static_cast<int>(std::clamp<Frames>(last - next_, 0, count));
    if (count == 0) return 0;
    left_.resize(static_cast<std::size_t>(std::max(until, end) - start_), 0.0F);
    right_.resize(left_.size(), 0.0F);
  }
  resampler_->process(left_.data(), start_, next_, count, left);
  resampler_->process(right_.data(), start_, next_, count, right);
  if (has_ended_) {  // the zeros were for the filter only
    left_.resize(static_cast<std::size_t>(end - start_));
    right_.resize(left_.size());
  }
  for (int i = 0; i < count; ++i) {
    const Frames inside = std::min(next_ + i, last - 1 - next_ - i);  // from the nearer end
    if (inside >= fade_frames_) continue;
    const float gain = fade_gain(inside, fade_frames_);
    left[i] *= gain;
    right[i] *= gain;
  }
  next_ += count;
  const Frames surplus =
      std::clamp<Frames>(resampler_->first_source(next_) - start_, 0, static_cast<Frames>(left_.size()));
  left_.erase(left_.begin(), left_.begin() + static_cast<std::ptrdiff_t>(surplus));
  right_.erase(right_.begin(), right_.begin() + static_cast<std::ptrdiff_t>(surplus));
  start_ += surplus;
  return count;
}

// Decodes until the window reaches this source frame or the connection is over.
Result<void> LiveFeed::gather(Frames until) {
  while (!has_ended_ && start_ + static_cast<Frames>(left_.size()) < until) {
    const std::size_t before = left_.size();
    left_.resize(before + kChunkFrames);
    right_.resize(left_.size());
    const Result<int> got = decoder_->read(left_.data() + before, right_.data() + before, kChunkFrames);
    left_.resize(before + static_cast<std::size_t>(got.value_or(0)));
    right_.resize(left_.size());
    if (!got && got.error().code == Code::kCancelled) return tl::unexpected(got.error());
    if (!got) log::info("stream_broke_off", {{"stream", line_.name}, {"error", got.error().message}});
    has_ended_ = !got || *got == 0;
  }
  return {};
}

Result<void> LiveFeed::connect() {
  if (!line_.reconnect) return fail(Code::kUnavailable, "STREAM_ENDED", line_.name + ": the stream has ended");
  const auto cancelled = [] { return fail(Code::kCancelled, "CANCELLED", "the track was dropped"); };
  for (std::chrono::milliseconds length = kFirstPause;; length = std::min(2 * length, kLongestPause)) {
    if (!line_.waits->begin_wait()) return cancelled();
    Result<std::unique_ptr<ByteSource>> source = line_.reconnect(line_.stop);
    line_.waits->end_wait();
    if (line_.stop.stop_requested()) return cancelled();
    Result<void> opened = tl::unexpected(source ? Error{} : source.error());
    if (source) opened = open(std::move(*source));
    if (opened) return {};
    if (opened.error().code == Code::kCancelled) return opened;
    log::warning("stream_not_playable", {{"stream", line_.name}, {"error", opened.error().message}});
    if (!line_.waits->begin_wait()) return cancelled();
    const bool goes_on = pause(line_.stop, length);
    line_.waits->end_wait();
    if (!goes_on) return cancelled();
  }
}

}  // namespace segue::stream
