// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/output/drivers/portaudio_driver.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <stop_token>
#include <system_error>
#include <thread>
#include <utility>

#include <portaudio.h>
#include <pthread.h>

#include "engine/base/thread.h"
#include "engine/output/detached.h"
#include "engine/output/drivers/gap_meter.h"
#include "engine/output/drivers/portaudio_library.h"
#include "engine/output/drivers/thread_cpu.h"

namespace segue::output {
namespace {

constexpr auto kOpenWait = std::chrono::seconds(kOpenWaitS);
// How often to look whether a device is still there; PortAudio itself does not tell.
constexpr auto kWatchInterval = std::chrono::milliseconds(20);
// A device that has asked for no block for this long is dead, though PortAudio may call it active (a pulled USB
// interface). Longer than any stall seen of a device that went on.
constexpr auto kDeadAfter = std::chrono::seconds(2);
// A device buffers at least this much, whatever it says: below, a busy system's jitter would count as gaps.
constexpr double kBufferMin_s = 0.01;

// Keeps libjack, which cancels its threads when a client closes, from ending one in the middle of a pull.
class CancellationPause {
 public:
  CancellationPause() { (void)pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before_); }
  ~CancellationPause() noexcept(false) { (void)pthread_setcancelstate(before_, nullptr); }
  CancellationPause(const CancellationPause&) = delete;
  CancellationPause& operator=(const CancellationPause&) = delete;

 private:
  int before_ = PTHREAD_CANCEL_ENABLE;
};

// An open stream. Created by a holder of the turn; destroyed by anyone who can afford to hang.
class PortaudioDriver final : public Driver {
 public:
  static Result<std::unique_ptr<Driver>> open(const DriverOptions& options, std::shared_ptr<BlockSource> source);
  PortaudioDriver(const DriverOptions& options, std::shared_ptr<BlockSource> source,
                  std::unique_ptr<PortaudioSession> session)
      : options_(options),
        source_(std::move(source)),
        session_(std::move(session)),
        gap_meter_(options.sample_rate_hz, 0) {}
  ~PortaudioDriver() override;

  std::string name() const override { return "portaudio:" + device_; }
  const DriverCounters& counters() const override {
    cpu_.update(counters_.busy_ns);
    return counters_;
  }
  int block_frames() const override { return options_.block_frames; }
  int latency_frames() const override { return latency_frames_; }

 private:
  Result<void> start(int device);
  Result<void> start_watch();
  void watch(const std::stop_token& stop);
  void close();
  SEGUE_RT void pull(float* const* planes, int frames);
  void begin();
  static int on_block(const void* input, void* output, unsigned long frames, const PaStreamCallbackTimeInfo* time,
                      PaStreamCallbackFlags flags, void* self);
  static void on_finished(void* self) { static_cast<PortaudioDriver*>(self)->counters_.has_failed = true; }

  const DriverOptions options_;
  const std::shared_ptr<BlockSource> source_;
  std::unique_ptr<PortaudioSession> session_;
  std::string device_;
  int latency_frames_ = 0;
  PaStream* stream_ = nullptr;
  mutable DriverCounters counters_;
  ThreadCpu cpu_;
  std::jthread watch_;
  const SystemClock clock_;

  // --- the audio thread's
  GapMeter gap_meter_;
  std::optional<pthread_t> thread_;
};

Result<std::unique_ptr<Driver>> PortaudioDriver::open(const DriverOptions& options,
                                                      std::shared_ptr<BlockSource> source) {
  auto session = PortaudioSession::open();
  if (!session) return tl::unexpected<Error>(std::move(session.error()));
  const Result<int> device = (*session)->find_device(options.device);
  if (!device) return tl::unexpected<Error>(device.error());
  auto driver = std::make_unique<PortaudioDriver>(options, std::move(source), std::move(*session));
  if (auto started = driver->start(*device); !started) return tl::unexpected<Error>(std::move(started.error()));
  return driver;
}

Result<void> PortaudioDriver::start(int device) {
  device_ = session_->device_name(device);
  PaStreamParameters output{};
  output.device = device;
  output.channelCount = 2;
  output.sampleFormat = paFloat32 | paNonInterleaved;
  output.suggestedLatency = Pa_GetDeviceInfo(device)->defaultLowOutputLatency;
  PaError error =
      Pa_OpenStream(&stream_, nullptr, &output, options_.sample_rate_hz,
                    static_cast<unsigned long>(options_.block_frames), paClipOff | paDitherOff, on_block, this);
  if (error == paNoError) error = Pa_SetStreamFinishedCallback(stream_, on_finished);
  if (error == paNoError) {
    const double latency_s = Pa_GetStreamInfo(stream_)->outputLatency;
    latency_frames_ = static_cast<int>(latency_s * options_.sample_rate_hz);
    const double buffer_frames = latency_frames_ + 2.0 * options_.block_frames;
    gap_meter_ = GapMeter(options_.sample_rate_hz, std::max(buffer_frames, kBufferMin_s * options_.sample_rate_hz));
    error = Pa_StartStream(stream_);
  }
  if (error == paNoError) return start_watch();
  const std::string text = portaudio_text(error);
  close();
  return fail(Code::kUnavailable, "DEVICE_FAILED",
              name() + ": cannot play " + std::to_string(options_.sample_rate_hz) + " Hz stereo: " + text);
}

Result<void> PortaudioDriver::start_watch() {
  try {
    watch_ = std::jthread([this](const std::stop_token& stop) { watch(stop); });
    return {};
  } catch (const std::system_error& error) {
    (void)Pa_AbortStream(stream_);
    close();
    return fail(Code::kUnavailable, "DEVICE_FAILED", name() + ": " + error.what());
  }
}

void PortaudioDriver::close() {
  if (stream_ != nullptr) (void)Pa_CloseStream(std::exchange(stream_, nullptr));
  session_.reset();
}

PortaudioDriver::~PortaudioDriver() {
  if (watch_.joinable()) {
    watch_.request_stop();
    watch_.join();
  }
  if (session_ == nullptr) return;  // never started; closed by the holder of the turn
  (void)Pa_AbortStream(stream_);    // may never return, so not while holding the turn
  const PortaudioTurn turn = PortaudioTurn::take();
  close();
}

void PortaudioDriver::watch(const std::stop_token& stop) {
  set_thread_name("segue-pa-watch");
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  std::uint64_t blocks = counters_.blocks;
  Nanoseconds blocks_came = clock_.monotonic();
  while (!stop.stop_requested() && !counters_.has_failed) {
    const Nanoseconds now = clock_.monotonic();
    if (blocks != counters_.blocks) {
      blocks = counters_.blocks;
      blocks_came = now;
    }
    // Only reads a flag in every PortAudio host API, but is kept off other people's threads like the rest.
    if (Pa_IsStreamActive(stream_) != 1 || now - blocks_came > kDeadAfter) counters_.has_failed = true;
    never.wait_for(lock, stop, kWatchInterval, [] { return false; });
  }
}

int PortaudioDriver::on_block(const void* /*input*/, void* output, unsigned long frames,
                              const PaStreamCallbackTimeInfo* /*time*/, PaStreamCallbackFlags /*flags*/, void* self) {
  static_cast<PortaudioDriver*>(self)->pull(static_cast<float* const*>(output), static_cast<int>(frames));
  return paContinue;
}

void PortaudioDriver::pull(float* const* planes, int frames) {
  const CancellationPause pause;
  if (!thread_ || pthread_equal(*thread_, pthread_self()) == 0) begin();
  flush_denormals();
  const Frames lost = gap_meter_.on_callback(clock_.monotonic(), frames);
  counters_.lost_frames.fetch_add(static_cast<std::uint64_t>(lost), std::memory_order_relaxed);
  source_->pull(StereoBlock{planes[0], planes[1], frames});
  counters_.frames.fetch_add(static_cast<std::uint64_t>(frames), std::memory_order_relaxed);
  counters_.blocks.fetch_add(1, std::memory_order_relaxed);
}

// The first block of a thread that PortAudio or JACK has made: the only one with system calls.
void PortaudioDriver::begin() {
  thread_ = pthread_self();
  cpu_.follow_calling_thread();
  if (options_.realtime_priority > 0) (void)raise_to_realtime(options_.realtime_priority);
}

// Runs `Work`, which calls PortAudio, on a thread of its own and waits kOpenWait for its answer; an answer that comes
// later is destroyed there.
template <typename Answer, typename Work>
Result<Answer> ask_portaudio(Work work) {
  const auto give_up_at = std::chrono::steady_clock::now() + kOpenWait;
  auto turn = PortaudioTurn::take(kOpenWait);
  if (!turn)
    return fail(Code::kUnavailable, "DEVICE_FAILED", "portaudio: hangs in an earlier device; restart to use it again");
  struct Asking {
    Asking(Work asked, std::optional<PortaudioTurn> held) : work(std::move(asked)), turn(std::move(held)) {}
    Work work;
    std::optional<PortaudioTurn> turn;
    std::mutex mutex;
    std::condition_variable answered;
    bool is_given_up = false;
    std::optional<Result<Answer>> answer;

    void operator()() {
      set_thread_name("segue-pa-open");
      std::optional<Result<Answer>> mine(work());
      turn.reset();
      const std::lock_guard lock(mutex);
      if (is_given_up) return;
      answer = std::move(mine);
      answered.notify_one();
    }
  };
  const auto asking = std::make_shared<Asking>(std::move(work), std::move(turn));
  if (!run_detached(asking))
    return fail(Code::kUnavailable, "DEVICE_FAILED", "portaudio: no thread to open a device on");
  std::unique_lock lock(asking->mutex);
  if (!asking->answered.wait_until(lock, give_up_at, [&] { return asking->answer.has_value(); })) {
    asking->is_given_up = true;
    return fail(Code::kUnavailable, "DEVICE_FAILED", "portaudio: the device did not open in time");
  }
  return std::move(*asking->answer);
}

}  // namespace

Result<std::unique_ptr<Driver>> open_portaudio(const DriverOptions& options, std::shared_ptr<BlockSource> source) {
  return ask_portaudio<std::unique_ptr<Driver>>(
      [options, kept = std::move(source)]() mutable { return PortaudioDriver::open(options, std::move(kept)); });
}

Result<std::vector<std::string>> list_portaudio() {
  return ask_portaudio<std::vector<std::string>>([]() -> Result<std::vector<std::string>> {
    auto session = PortaudioSession::open();
    if (!session) return tl::unexpected<Error>(std::move(session.error()));
    return (*session)->device_names();
  });
}

}  // namespace segue::output
