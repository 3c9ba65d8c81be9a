// SPDX-License-Identifier: GPL-3.0-or-later
// Runs the decoder from the shell: run_decoder FILE [OUT.wav] [FROM_FRAME]. Prints what it found and how fast it was;
// OUT.wav gets the decoded frames as 32-bit floats.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "engine/base/thread.h"
#include "engine/stream/sources/file_source.h"
#include "tests/support/audio/wav.h"

namespace {

using segue::Frames;
using segue::Result;
using segue::stream::ByteSource;
using segue::stream::Decoder;

int give_up(const segue::Error& error) {
  std::fprintf(stderr, "%s %s: %s\n", segue::to_string(error.code), error.reason.c_str(), error.message.c_str());
  return 1;
}

int run(const char* path, const char* out, Frames from) {
  Result<std::unique_ptr<ByteSource>> source = segue::stream::open_file(path);
  if (!source) return give_up(source.error());
  const long long start = segue::thread_cpu_ns();
  Result<std::unique_ptr<Decoder>> opened = segue::stream::open_decoder(std::move(*source), path);
  if (!opened) return give_up(opened.error());
  Decoder& decoder = **opened;
  const double open_ms = static_cast<double>(segue::thread_cpu_ns() - start) * 1e-6;
  const segue::model::TrackFacts& facts = decoder.facts();
  std::printf("%s | %s | %s\n%s, %d Hz, %d channels, %d bits, about %lld frames, opened in %.1f ms\n",
              facts.title.c_str(), facts.artist.c_str(), facts.album.c_str(), facts.codec.c_str(), facts.source_rate_hz,
              facts.source_channels, facts.source_bits, static_cast<long long>(decoder.length()), open_ms);
  if (const Result<void> sought = decoder.seek(from); !sought) return give_up(sought.error());

  std::vector<std::vector<float>> planes(2);
  std::vector<float> left(4096);
  std::vector<float> right(4096);
  Frames frames = 0;
  float peak = 0.0F;
  const long long before = segue::thread_cpu_ns();
  for (;;) {
    const Result<int> got = decoder.read(left.data(), right.data(), 4096);
    if (!got) return give_up(got.error());
    if (*got == 0) break;
    frames += *got;
    for (int i = 0; i < *got; ++i) {
      const auto at = static_cast<std::size_t>(i);
      peak = std::max({peak, std::fabs(left[at]), std::fabs(right[at])});
    }
    if (out == nullptr) continue;
    planes[0].insert(planes[0].end(), left.begin(), left.begin() + *got);
    planes[1].insert(planes[1].end(), right.begin(), right.begin() + *got);
  }
  const double seconds = static_cast<double>(segue::thread_cpu_ns() - before) * 1e-9;
  std::printf("%lld frames, peak %.4f, %llu damaged packets, %.0f x real time\n", static_cast<long long>(frames),
              static_cast<double>(peak), static_cast<unsigned long long>(decoder.damaged_packets()),
              static_cast<double>(frames) / facts.source_rate_hz / seconds);
  if (out == nullptr) return 0;
  return segue::test::write_wav(out, planes, {.rate_hz = facts.source_rate_hz, .bits = 32, .is_float = true}) ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2 || argc > 4) {
    std::fprintf(stderr, "usage: run_decoder FILE [OUT.wav] [FROM_FRAME]\n");
    return 2;
  }
  return run(argv[1], argc > 2 ? argv[2] : nullptr, argc > 3 ? std::atoll(argv[3]) : 0);
}
