// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/stream/decoders/trim.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "engine/stream/decoders/mp4_timing.h"
#include "engine/stream/decoders/mpeg_audio.h"
#include "engine/stream/sources/read_fully.h"

namespace segue::stream {
namespace {

constexpr int kMp3DecoderDelay = 528 + 1;  // frames the MP3 filter bank adds, as LAME counts it
constexpr int kDelayMax = 65'536;          // frames; real encoders stay below 5,000

// iTunes' own tag, " 00000000 00000840 000001CA 00000000003F31F6 …": frames before, after and in between.
struct ItunesTag {
  Frames delay = 0;
  Frames length = 0;
};
ItunesTag itunes_tag(Container& container) {
  const AVDictionaryEntry* entry = av_dict_get(container.format().metadata, "iTunSMPB", nullptr, 0);
  if (entry == nullptr) return {};
  unsigned zero = 0;
  unsigned delay = 0;
  unsigned padding = 0;
  unsigned long long length = 0;
  if (std::sscanf(entry->value, " %x %x %x %llx", &zero, &delay, &padding, &length) != 4) return {};
  if (delay > kDelayMax || length == 0 || length >= (1ULL << 40)) return {};
  return {static_cast<Frames>(delay), static_cast<Frames>(length)};
}

Trim mp3_trim(ByteSource& source, std::int64_t base, const StreamTiming& timing) {
  const LameTag tag = read_lame_tag(source, base);
  Trim trim{.timing = timing};
  if (tag.delay < 0) return trim;
  trim.delay = tag.delay + kMp3DecoderDelay;
  trim.timing.packets = tag.packets;
  if (tag.packets > 0) {
    trim.timing.total = tag.packets * timing.frames_per_packet - std::max(0, tag.padding - kMp3DecoderDelay);
  }
  return trim;
}

Trim mp4_trim(Container& container, ByteSource& source, std::int64_t base, const StreamTiming& timing) {
  Trim trim{.timing = timing};
  if (const ItunesTag tag = itunes_tag(container); tag.length > 0) {
    trim.delay = tag.delay;
    trim.timing.total = tag.delay + tag.length;
    return trim;
  }
  const Mp4Timing media = read_mp4_timing(source, base, static_cast<std::uint32_t>(container.stream().id));
  if (media.ticks_per_second <= 0) return trim;
  trim.delay = av_rescale(media.start, timing.rate_hz, media.ticks_per_second);
  trim.timing.total = av_rescale(media.end, timing.rate_hz, media.ticks_per_second);
  return trim;
}

// From the packet table chunk of a Core Audio file.
Trim caf_trim(ByteSource& source, std::int64_t base, const StreamTiming& timing) {
  Trim trim{.timing = timing};
  const auto number = [&](std::int64_t offset, std::size_t size) {
    std::array<std::uint8_t, 8> bytes{};
    const Result<std::size_t> got = read_fully(source, offset, std::as_writable_bytes(std::span(bytes).first(size)));
    std::uint64_t value = 0;
    for (std::size_t i = 0; got && i < *got; ++i) value = value << 8 | bytes[i];
    return static_cast<std::int64_t>(value);
  };
  constexpr int kChunksMax = 64;
  std::int64_t at = base + 8;
  for (int i = 0; i < kChunksMax; ++i) {
    const std::int64_t type = number(at, 4);
    const std::int64_t size = number(at + 4, 8);
    if (type == 0x70616b74) {  // "pakt"
      const std::int64_t frames = number(at + 20, 8);
      const std::int64_t delay = number(at + 28, 4);
      if (frames <= 0 || frames > (1LL << 40) || delay > kDelayMax) return trim;
      trim.delay = delay;
      trim.timing.total = delay + frames;
      return trim;
    }
    if (size < 0 || size > source.size() - at) return trim;
    at += 12 + size;
  }
  return trim;
}

// The granule position of the last page is the length, counted from the first packet.
Trim ogg_trim(const Container& container, const StreamTiming& timing) {
  Trim trim{.timing = timing};
  if (container.is_head_only()) {
    trim.timing.is_total_at_end = true;  // what is said now is a guess by the bit rate
  } else {
    trim.timing.total = total_of(container, timing.rate_hz);
  }
  return trim;
}

}  // namespace

Trim trim_of(Container& container, ByteSource& source, std::int64_t base, const StreamTiming& timing) {
  const AVCodecParameters& codec = *container.stream().codecpar;
  if (codec.codec_id == AV_CODEC_ID_MP3 && container.format_name() == "mp3") return mp3_trim(source, base, timing);
  Trim trim{.timing = timing};
  if (container.format_name() == "mov") trim = mp4_trim(container, source, base, timing);
  if (container.format_name() == "ogg") trim = ogg_trim(container, timing);
  if (container.format_name() == "caf") trim = caf_trim(source, base, timing);
  if (codec.codec_id == AV_CODEC_ID_OPUS && codec.extradata_size >= 12) {
    trim.delay = codec.extradata[10] | codec.extradata[11] << 8;  // pre-skip, RFC 7845 section 5.1
  }
  return trim;
}

}  // namespace segue::stream
