// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/stream/decoders/registry.h"

#include <algorithm>
#include <cstdio>

#include "engine/stream/decoders/ffmpeg_decoder.h"

namespace segue::stream {

std::span<const DecoderEntry> decoders() {
  static constexpr DecoderEntry kDecoders[] = {
      {"ffmpeg", open_ffmpeg_decoder},
  };
  return kDecoders;
}

Result<std::unique_ptr<Decoder>> open_decoder(std::unique_ptr<ByteSource> source, const std::string& name,
                                              Purpose purpose) {
  Result<std::unique_ptr<Decoder>> answer =
      fail(Code::kFailedPrecondition, "UNSUPPORTED_MEDIA", name + ": no decoder knows this format");
  for (const DecoderEntry& entry : decoders()) {
    answer = entry.open(source, name, purpose);
    if (answer.has_value() || answer.error().reason != "UNSUPPORTED_MEDIA" || source == nullptr) break;
  }
  return answer;
}

std::string damage_of(const Decoder& decoder) {
  const std::uint64_t packets = decoder.damaged_packets();
  if (packets == 0) return {};
  const double rate_hz = std::max(1, decoder.facts().source_rate_hz);
  const double at_s = static_cast<double>(std::max<Frames>(decoder.first_damage(), 0)) / rate_hz;
  char text[96];
  std::snprintf(text, sizeof text, "damaged: %llu packet%s could not be decoded, %s %.1f s",
                static_cast<unsigned long long>(packets), packets == 1 ? "" : "s", packets == 1 ? "at" : "the first at",
                at_s);
  return text;
}

}  // namespace segue::stream
