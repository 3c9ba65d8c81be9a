// SPDX-License-Identifier: GPL-3.0-or-later
// What loading a track costs: time to the first sound, a whole track, memory, and how exact seeks are.
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include <sys/resource.h>
#include <time.h>

#include "engine/base/thread.h"
#include "engine/stream/sources/file_source.h"
#include "engine/stream/track_loader.h"
#include "tests/bench/report.h"
#include "tests/support/media/media.h"

namespace segue::stream {
namespace {

using bench::Goal;
using bench::Report;
using Clock = std::chrono::steady_clock;

constexpr test::MediaSignal kFiveMinutes{.rate_hz = 44'100, .frames = 300LL * 44'100};
constexpr Frames kWhole = Frames{1} << 40;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

// CPU time of all threads of this process; the loader's are the only ones that work.
double process_cpu_s() {
  timespec time{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

std::shared_ptr<LoadedTrack> load(TrackLoader& loader, const std::string& path) {
  std::promise<std::shared_ptr<LoadedTrack>> promise;
  loader.load(1, uri_of_path(path), [&](std::uint64_t, Result<std::shared_ptr<LoadedTrack>> track) {
    if (!track) std::fprintf(stderr, "%s\n", track.error().message.c_str());
    promise.set_value(track.value_or(nullptr));
  });
  return promise.get_future().get();
}

void bench_load(Report& report, const char* format) {
  const std::string path = test::encode(test::media_format(format), kFiveMinutes);
  std::vector<double> ready_ms;
  std::vector<double> cpu_s;
  std::vector<double> wall_s;
  for (int round = 0; round < 5; ++round) {
    const rt::BlockClock clock;
    const auto loader = TrackLoader::create({.sample_rate_hz = 48'000, .budget_bytes = 1LL << 30, .threads = 1}, clock);
    const double cpu = process_cpu_s();
    const auto start = Clock::now();
    const auto track = load(*loader, path);
    if (track == nullptr) return;
    ready_ms.push_back(seconds_since(start) * 1e3);
    loader->wait_for(*track, {0, kWhole});
    wall_s.push_back(seconds_since(start));
    cpu_s.push_back(process_cpu_s() - cpu);
  }
  const std::string name = std::string("stream.load_5_min_") + format;
  report.add(name + ".ready.median", bench::percentile(ready_ms, 50), "ms", Goal::at_most(80));
  report.add(name + ".whole_cpu.median", bench::percentile(cpu_s, 50), "s", Goal::at_most(1));
  report.add(name + ".whole_wall.median", bench::percentile(wall_s, 50), "s");
}

void bench_memory(Report& report) {
  const std::string path = test::encode(test::media_format("mp3_320"), kFiveMinutes);
  const rt::BlockClock clock;
  const auto loader = TrackLoader::create({.sample_rate_hz = 48'000, .budget_bytes = 1LL << 30, .threads = 2}, clock);
  std::vector<std::shared_ptr<LoadedTrack>> tracks;
  for (int i = 0; i < 4; ++i) tracks.push_back(load(*loader, path));
  for (const auto& track : tracks) loader->wait_for(*track, {0, kWhole});
  constexpr double kMiB = 1024.0 * 1024.0;
  report.add("stream.pages_4_tracks_5_min", static_cast<double>(loader->bytes_used()) / kMiB, "MiB",
             Goal::at_most(480));
}

struct Audio {
  std::vector<float> left;
  std::vector<float> right;
};

std::unique_ptr<Decoder> open(const std::string& path) {
  auto source = open_file(path);
  if (!source) return nullptr;
  auto decoder = open_decoder(std::move(*source), path);
  return decoder ? std::move(*decoder) : nullptr;
}

Audio read(Decoder& decoder, Frames frames) {
  Audio audio;
  std::vector<float> left(4096);
  std::vector<float> right(4096);
  while (static_cast<Frames>(audio.left.size()) < frames) {
    const int step = static_cast<int>(std::min<Frames>(4096, frames - static_cast<Frames>(audio.left.size())));
    const Result<int> got = decoder.read(left.data(), right.data(), step);
    if (!got || *got == 0) break;
    audio.left.insert(audio.left.end(), left.begin(), left.begin() + *got);
    audio.right.insert(audio.right.end(), right.begin(), right.begin() + *got);
  }
  return audio;
}

void bench_codec(Report& report, const char* format) {
  const std::string path = test::encode(test::media_format(format), {.rate_hz = 48'000, .frames = 60 * 48'000});
  const auto decoder = open(path);
  if (decoder == nullptr) return;
  const long long start = thread_cpu_ns();
  const Audio whole = read(*decoder, kWhole);
  const double cpu_s = static_cast<double>(thread_cpu_ns() - start) * 1e-9;
  report.add(std::string("stream.decode.") + format, 60.0 / cpu_s, "x real time");

  const auto jumping = open(path);
  test::Random random(1);
  std::vector<double> seek_ms;
  double difference = 0.0;
  double energy = 1e-30;
  for (int i = 0; i < 50; ++i) {
    const auto at = static_cast<Frames>(random.unit() * static_cast<double>(whole.left.size() - 5'000));
    const long long before = thread_cpu_ns();
    if (!jumping->seek(at)) return;
    const Audio part = read(*jumping, 4'096);
    seek_ms.push_back(static_cast<double>(thread_cpu_ns() - before) * 1e-6);
    for (std::size_t k = 0; k < part.left.size(); ++k) {
      const double expected = whole.left[static_cast<std::size_t>(at) + k];
      difference += (part.left[k] - expected) * (part.left[k] - expected);
      energy += expected * expected;
    }
  }
  report.add(std::string("stream.seek_cpu.") + format + ".p99", bench::percentile(seek_ms, 99), "ms");
  const double residual_db = difference == 0.0 ? -300.0 : 10.0 * std::log10(difference / energy);
  report.add(std::string("stream.seek_residual.") + format, residual_db, "dB (-300: none)", Goal::at_most(-300));
}

// Opus and HE-AAC are decoded in segments, each with a warm-up, which is why their seeks are exact. What that changes
// against one unbroken decoding, by FFmpeg's own program, is at most:
void bench_segments(Report& report, const test::MediaFormat& format, const char* codec) {
  const std::string path = test::encode(format, {.rate_hz = 48'000, .frames = 60 * 48'000});
  const test::MediaFolder folder;
  const std::string out = folder.path("unbroken.wav");
  const std::string command =
      std::string("ffmpeg -nostdin -loglevel error -y -c:a ") + codec + " -i " + path + " -c:a pcm_f32le " + out;
  if (std::system(command.c_str()) != 0) return;
  const auto segmented = open(path);
  const auto unbroken = open(out);
  if (segmented == nullptr || unbroken == nullptr) return;
  const Audio a = read(*segmented, kWhole);
  const Audio b = read(*unbroken, kWhole);
  constexpr std::size_t kWindow = 4'800;  // 100 ms
  double worst_db = -300.0;
  for (std::size_t at = 0; at + kWindow <= std::min(a.left.size(), b.left.size()); at += kWindow) {
    double difference = 0.0;
    double energy = 1e-12;
    for (std::size_t i = at; i < at + kWindow; ++i) {
      difference += (a.left[i] - b.left[i]) * (a.left[i] - b.left[i]);
      energy += b.left[i] * b.left[i];
    }
    if (difference > 0.0) worst_db = std::max(worst_db, 10.0 * std::log10(difference / energy));
  }
  report.add(std::string("stream.segment_residual.") + format.name + ".worst_100_ms", worst_db, "dB");
}

int run() {
  Report report;
  bench_load(report, "mp3_320");
  bench_load(report, "mp3_v0");
  bench_load(report, "flac");
  bench_memory(report);
  for (const char* format :
       {"wav_16", "flac", "m4a_alac", "mp3_320", "mp3_v0", "m4a_aac", "m4a_he_aac", "ogg_vorbis", "opus"}) {
    bench_codec(report, format);
  }
  bench_segments(report, test::media_format("opus"), "libopus");
  bench_segments(report, test::media_format("opus_60ms"), "libopus");
  // With noise substitution the noise is another one; the music must be the same.
  bench_segments(
      report,
      {"aac_without_noise", "m4a", "ffmpeg -nostdin -loglevel error -y -i {in} -c:a aac -aac_pns 0 {out}", false, true},
      "aac");
  return 0;
}

}  // namespace
}  // namespace segue::stream

int main() { return segue::stream::run(); }
