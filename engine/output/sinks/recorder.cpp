// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/output/sinks/recorder.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <limits>
#include <mutex>
#include <utility>
#include <vector>

#include "engine/base/thread.h"
#include "engine/output/detached.h"
#include "engine/output/sinks/wav_writer.h"

namespace segue::output {
namespace {

// The audio thread wakes nobody, so the recorder looks by itself; a thousandth of the tap's room.
constexpr auto kLookInterval = std::chrono::milliseconds(10);
constexpr int kReadFrames = 4096;

}  // namespace

// Shared by the recorder and its thread, so that a thread that hangs in the disk can be left behind.
struct Recorder::State {
  State(const Options& asked, std::unique_ptr<WavWriter> file)
      : options(asked),
        tap(static_cast<int>(asked.buffer_s * asked.sample_rate_hz)),
        writer(std::move(file)),
        next_frame(asked.first_frame),
        left(kReadFrames),
        right(kReadFrames),
        silence(kReadFrames),
        first_frame(asked.first_frame) {}

  const Options options;
  Tap tap;

  // --- the recorder's thread
  void operator()();
  Result<void> drain(Frames end);
  Result<void> write_silence(Frames count);
  Frames begin_frame() const {
    const std::lock_guard lock(mutex);
    return first_frame;
  }
  std::unique_ptr<WavWriter> writer;
  Frames next_frame;  // engine frame of the next frame in the file
  bool has_heard = false;
  std::vector<float> left;
  std::vector<float> right;
  std::vector<float> silence;

  // --- guarded by mutex
  mutable std::mutex mutex;
  std::condition_variable changed;
  Frames first_frame;
  bool is_stopping = false;
  Frames end_frame = std::numeric_limits<Frames>::max();
  bool is_finished = false;
  Frames frames = 0;
  Frames dropped = 0;
  std::optional<Error> error;
};

void Recorder::State::operator()() {
  set_thread_name("segue-recorder");
  Result<void> result;
  Frames end = std::numeric_limits<Frames>::max();
  for (bool is_last = false; !is_last && next_frame < end && result;) {
    {
      std::unique_lock lock(mutex);
      changed.wait_for(lock, kLookInterval, [this] { return is_stopping; });
      is_last = is_stopping;
      end = end_frame;
    }
    result = drain(end);
  }
  if (result) result = writer->cut(std::max<Frames>(end - begin_frame(), 0));
  const Result<void> closed = writer->close();
  if (result && !closed) result = closed;
  const std::lock_guard lock(mutex);
  frames = writer->frames();
  if (!result) error = result.error();
  is_finished = true;
  changed.notify_all();
}

// Writes all that the tap holds of the frames before `end`.
Result<void> Recorder::State::drain(Frames end) {
  Result<void> result;
  while (result && next_frame < end) {
    const Tap::Read read = tap.read(StereoBlock{left.data(), right.data(), kReadFrames});
    if (read.frames == 0) break;
    if (!std::exchange(has_heard, true)) next_frame = begin_frame();
    const auto early = static_cast<int>(std::clamp<Frames>(next_frame - read.frame, 0, read.frames));
    if (early == read.frames) continue;
    const Frames begin = std::min(read.frame + early, end);
    const Frames missing = begin - next_frame;
    if (missing > 0) result = write_silence(missing);
    if (!result) break;
    const auto kept = static_cast<int>(std::clamp<Frames>(end - begin, 0, read.frames - early));
    result = writer->write(ConstStereoBlock(left.data() + early, right.data() + early, kept));
    next_frame = begin + kept;
    const std::lock_guard lock(mutex);
    dropped += missing;
    frames = writer->frames();
  }
  return result;
}

Result<void> Recorder::State::write_silence(Frames count) {
  Result<void> result;
  while (count > 0 && result) {
    const auto part = static_cast<int>(std::min<Frames>(count, kReadFrames));
    result = writer->write(ConstStereoBlock(silence.data(), silence.data(), part));
    count -= part;
  }
  return result;
}

Result<std::unique_ptr<Recorder>> Recorder::start(const Options& options) {
  const auto mode = options.may_overwrite ? WavWriter::Mode::kOverwrite : WavWriter::Mode::kFailIfExists;
  auto writer = WavWriter::create(options.path, {.sample_rate_hz = options.sample_rate_hz, .mode = mode});
  if (!writer) return tl::unexpected<Error>(std::move(writer.error()));
  auto state = std::make_shared<State>(options, std::move(*writer));
  if (!run_detached(state))
    return fail(Code::kResourceExhausted, "NO_THREAD", options.path + ": no thread to record on");
  return std::unique_ptr<Recorder>(new Recorder(state));
}

Recorder::Recorder(std::shared_ptr<State> state) : state_(std::move(state)) {}

Recorder::~Recorder() { (void)stop(); }

Tap& Recorder::tap() { return state_->tap; }

Recorder::Status Recorder::status() const {
  const std::lock_guard lock(state_->mutex);
  return {state_->options.path, state_->first_frame, state_->frames, state_->dropped, state_->error,
          state_->is_finished};
}

void Recorder::begin_at(Frames first_frame) {
  const std::lock_guard lock(state_->mutex);
  state_->first_frame = first_frame;
}

void Recorder::end_at(Frames frame) {
  const std::lock_guard lock(state_->mutex);
  state_->end_frame = frame;
}

void Recorder::request_stop() {
  const std::lock_guard lock(state_->mutex);
  state_->is_stopping = true;
  state_->changed.notify_all();
}

Result<void> Recorder::stop() {
  request_stop();
  std::unique_lock lock(state_->mutex);
  if (!state_->changed.wait_for(lock, std::chrono::milliseconds(kStopMs), [this] { return state_->is_finished; })) {
    return fail(Code::kDeadlineExceeded, "DISK_SLOW", state_->options.path + ": the disk does not answer");
  }
  if (state_->error) return tl::unexpected<Error>(*state_->error);
  return {};
}

}  // namespace segue::output
