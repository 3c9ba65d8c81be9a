// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/stream/decoders/registry.h"

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

}  // namespace segue::stream
