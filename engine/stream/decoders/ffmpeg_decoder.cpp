// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/stream/decoders/ffmpeg_decoder.h"

#include <algorithm>
#include <array>
#include <deque>
#include <span>

#include "engine/stream/decoders/container.h"
#include "engine/stream/decoders/demuxed_packets.h"
#include "engine/stream/decoders/disclosure.h"
#include "engine/stream/decoders/flac_packets.h"
#include "engine/stream/decoders/id3.h"
#include "engine/stream/decoders/packet_decoder.h"
#include "engine/stream/decoders/pcm_packets.h"
#include "engine/stream/decoders/trim.h"
#include "engine/stream/sources/read_fully.h"

extern "C" {
#include <libavutil/log.h>
}

namespace segue::stream {
namespace {

constexpr int kTrialPackets = 64;        // unreadable ones before the first that decodes
constexpr std::int64_t kTinyBytes = 16;  // no format has a header this short
constexpr int kRateMinHz = 1'000;
constexpr int kRateMaxHz = 768'000;

// How a codec's state is brought to what reading from the start would have left at a packet.
struct Warmup {
  int preroll_packets = 1;
  // > 0: the codec starts afresh at every multiple of this packet number, in reading on as well. Then what a packet
  // decodes to depends on the packets from there on alone, although the codec's state never converges exactly.
  int segment_packets = 0;
};

Warmup warmup_of(AVCodecID codec, int frames_per_packet) {
  switch (codec) {
    // The bit reservoir reaches back 511 bytes: 23 packets at 8 kbit/s. Overlap and filter bank: one packet.
    case AV_CODEC_ID_MP3: return {.preroll_packets = 32};
    case AV_CODEC_ID_MP2:
    case AV_CODEC_ID_MP1: return {.preroll_packets = 4};
    case AV_CODEC_ID_VORBIS: return {.preroll_packets = 4};
    // Overlap is one packet, but noise substitution draws from a generator that runs on for ever. Spectral band
    // replication (2,048 frames) needs a packet with its header, which encoders send once a second or more often.
    case AV_CODEC_ID_AAC:
      return frames_per_packet > 1024 ? Warmup{.preroll_packets = 48, .segment_packets = 512}
                                      : Warmup{.preroll_packets = 4, .segment_packets = 256};
    // 80 ms are recommended (RFC 7845); 640 ms leave a residual that no ear and few meters find.
    case AV_CODEC_ID_OPUS: {
      const int frames = std::clamp(frames_per_packet, 120, 5760);
      return {.preroll_packets = 30'720 / frames, .segment_packets = 491'520 / frames};
    }
    default: return {};
  }
}

struct Opened {
  std::unique_ptr<PacketDecoder> codec;
  std::unique_ptr<PacketSource> packets;
  model::TrackFacts facts;
  Warmup warmup;
  Frames delay = 0;
  Frames estimate = 0;
  bool estimate_is_exact = false;
};

// Decodes with FFmpeg from numbered packets. Positions in here are "raw": they count the encoder's delay.
class FfmpegDecoder final : public Decoder {
 public:
  FfmpegDecoder(std::unique_ptr<ByteSource> source, Opened opened)
      : source_(std::move(source)), opened_(std::move(opened)), wanted_(opened_.delay) {}

  const model::TrackFacts& facts() const override { return opened_.facts; }
  Frames length() const override {
    const Frames end = opened_.packets->end();
    return end >= 0 ? std::max<Frames>(end - opened_.delay, 0) : opened_.estimate;
  }
  bool length_is_exact() const override { return opened_.packets->end() >= 0; }
  std::uint64_t damaged_packets() const override { return damaged_ + opened_.packets->dropped(); }
  Frames first_damage() const override;
  Result<int> read(float* left, float* right, int frames) override;
  Result<void> seek(Frames source_frame) override;

 private:
  Result<bool> decode_next();
  Result<void> start_segment();
  void remember(AVPacket& packet, const PacketPlace& place);

  struct Remembered {
    PacketPtr packet;
    PacketPlace place;
  };

  std::unique_ptr<ByteSource> source_;  // outlives the packets that read from it
  Opened opened_;
  PacketPtr packet_{av_packet_alloc()};
  Planes planes_;                      // the decoded packet
  PacketPlace place_;                  // where it stands
  Frames wanted_;                      // raw frame the next read starts at
  bool is_lost_ = false;               // a seek has failed: the next read begins with another
  std::int64_t preroll_until_ = 0;     // packets before this number warm the codec up only
  std::deque<Remembered> remembered_;  // the last packets, to start the next segment with
  std::uint64_t damaged_ = 0;
  Frames first_damaged_ = -1;  // raw
};

Frames FfmpegDecoder::first_damage() const {
  const Frames dropped = opened_.packets->first_dropped();
  const Frames first = first_damaged_ < 0 || (dropped >= 0 && dropped < first_damaged_) ? dropped : first_damaged_;
  return first < 0 ? -1 : std::max<Frames>(first - opened_.delay, 0);
}

Result<int> FfmpegDecoder::read(float* left, float* right, int frames) {
  if (is_lost_) {
    if (const Result<void> back = seek(wanted_ - opened_.delay); !back) return tl::unexpected(back.error());
  }
  int filled = 0;
  while (filled < frames) {
    if (place_.start + place_.frames <= wanted_ || wanted_ < place_.start) {
      const Result<bool> more = decode_next();
      if (!more) {
        if (filled > 0) break;  // what is there first; the next call meets the error again
        return tl::unexpected(more.error());
      }
      if (!*more) break;
      continue;
    }
    const Frames end = opened_.packets->end();
    const Frames until = end >= 0 ? std::min(place_.start + place_.frames, end) : place_.start + place_.frames;
    const auto run = static_cast<int>(std::min<Frames>(frames - filled, until - wanted_));
    if (run <= 0) break;
    const auto offset = static_cast<std::ptrdiff_t>(wanted_ - place_.start);
    std::copy_n(planes_.left.begin() + offset, run, left + filled);
    std::copy_n(planes_.right.begin() + offset, run, right + filled);
    wanted_ += run;
    filled += run;
  }
  return filled;
}

// Decodes the next packet into planes_; false at the end.
Result<bool> FfmpegDecoder::decode_next() {
  PacketPlace place;
  const Result<bool> got = opened_.packets->next(*packet_, place);
  if (!got || !*got) return got;
  const int segment = opened_.warmup.segment_packets;
  // Not at the border that a seek went to: there the codec has just been warmed up with the same packets.
  if (segment > 0 && place.number % segment == 0 && place.number > preroll_until_) {
    if (const Result<void> started = start_segment(); !started) return tl::unexpected(started.error());
  }
  const int good = opened_.codec->decode(*packet_, place.frames, planes_);
  const Frames end = opened_.packets->end();
  // The last packet of some files is shorter than they say.
  const bool is_whole = good == place.frames || (good > 0 && end >= 0 && place.start + place.frames >= end);
  if (!is_whole && place.number >= preroll_until_) {
    ++damaged_;
    if (first_damaged_ < 0 || place.start < first_damaged_) first_damaged_ = place.start;
  }
  place_ = place;
  remember(*packet_, place);
  av_packet_unref(packet_.get());
  return true;
}

Result<void> FfmpegDecoder::start_segment() {
  if (!opened_.codec->reset()) return fail(Code::kInternal, "DECODER_FAILED", "the codec could not be restarted");
  for (const Remembered& before : remembered_) {
    (void)opened_.codec->decode(*before.packet, before.place.frames, planes_);
  }
  return {};
}

void FfmpegDecoder::remember(AVPacket& packet, const PacketPlace& place) {
  if (opened_.warmup.segment_packets == 0) return;
  PacketPtr kept;
  if (remembered_.size() >= static_cast<std::size_t>(opened_.warmup.preroll_packets)) {
    kept = std::move(remembered_.front().packet);
    remembered_.pop_front();
    av_packet_unref(kept.get());
  } else {
    kept.reset(av_packet_alloc());
  }
  av_packet_move_ref(kept.get(), &packet);
  remembered_.push_back({std::move(kept), place});
}

Result<void> FfmpegDecoder::seek(Frames source_frame) {
  const Frames raw = std::max<Frames>(source_frame, 0) + opened_.delay;
  if (raw >= place_.start && raw < place_.start + place_.frames) {
    wanted_ = raw;
    return {};
  }
  is_lost_ = true;
  place_ = {};
  wanted_ = raw;
  const Result<std::int64_t> number = opened_.packets->find(raw);
  if (!number) return tl::unexpected(number.error());
  const Warmup& warmup = opened_.warmup;
  const std::int64_t head =
      warmup.segment_packets > 0 ? *number / warmup.segment_packets * warmup.segment_packets : *number;
  const std::int64_t from = std::max<std::int64_t>(head - warmup.preroll_packets, 0);
  if (const Result<void> there = opened_.packets->go_to(from); !there) return there;
  if (!opened_.codec->reset()) return fail(Code::kInternal, "DECODER_FAILED", "the codec could not be restarted");
  remembered_.clear();
  preroll_until_ = head;
  is_lost_ = false;
  return {};
}

tl::unexpected<Error> invalid(const std::string& name, const std::string& what) {
  return fail(Code::kFailedPrecondition, "INVALID_MEDIA", name + ": " + what);
}

// Reads until a packet decodes. Packets read are kept in `packets`.
Result<void> try_first_packets(Container& container, PacketDecoder& codec, std::deque<PacketPtr>& packets,
                               const std::string& name) {
  for (int i = 0; i < kTrialPackets; ++i) {
    PacketPtr packet(av_packet_alloc());
    const int got = av_read_frame(&container.format(), packet.get());
    if (!container.source_error().reason.empty()) return fail_at(name, container.source_error());
    if (got == AVERROR_EOF) break;
    if (got < 0 || packet->stream_index != container.stream().index || packet->size == 0) continue;
    if (av_packet_get_side_data(packet.get(), AV_PKT_DATA_ENCRYPTION_INFO, nullptr) != nullptr) {
      return fail(Code::kFailedPrecondition, "UNSUPPORTED_MEDIA",
                  name + ": the file is encrypted (DRM) and cannot be played");
    }
    const bool decoded = codec.try_first(*packet);
    packets.push_back(std::move(packet));
    if (decoded) {
      if (codec.rate_hz() >= kRateMinHz && codec.rate_hz() <= kRateMaxHz) return {};
      return invalid(name, "a sample rate of " + std::to_string(codec.rate_hz()) + " Hz cannot be played");
    }
  }
  return invalid(name, "the file is damaged or empty: no audio in it can be decoded");
}

std::string tag_of(Container& container, const char* key) {
  const AVFormatContext& format = container.format();
  const AVDictionaryEntry* entry = av_dict_get(format.metadata, key, nullptr, 0);
  if (entry == nullptr) entry = av_dict_get(container.stream().metadata, key, nullptr, 0);
  return entry == nullptr ? std::string() : clean_text(entry->value);
}

// Of what FFmpeg has read of the container's and the stream's tags.
std::string disclosure_of_tags(Container& container) {
  constexpr int kTagsMax = 256;
  for (const AVDictionary* tags : {container.format().metadata, container.stream().metadata}) {
    const AVDictionaryEntry* tag = nullptr;
    for (int i = 0; i < kTagsMax && (tag = av_dict_get(tags, "", tag, AV_DICT_IGNORE_SUFFIX)) != nullptr; ++i) {
      if (std::string said = disclosure_of_tag(tag->key, tag->value); !said.empty()) return said;
    }
  }
  return {};
}

model::TrackFacts facts_of(Container& container, const PacketDecoder& codec, const Id3Tags& tags,
                           const std::string& name) {
  const AVCodecParameters& parameters = *container.stream().codecpar;
  model::TrackFacts facts;
  facts.title = tags.title.empty() ? tag_of(container, "title") : tags.title;
  facts.artist = tags.artist.empty() ? tag_of(container, "artist") : tags.artist;
  facts.album = tags.album.empty() ? tag_of(container, "album") : tags.album;
  if (facts.title.empty()) facts.title = title_from_name(name);
  facts.ai_generated = tags.ai_generated.empty() ? disclosure_of_tags(container) : tags.ai_generated;
  facts.codec = avcodec_get_name(parameters.codec_id);
  facts.source_rate_hz = codec.rate_hz();
  facts.source_channels = codec.channels();
  const AVCodecDescriptor* described = avcodec_descriptor_get(parameters.codec_id);
  const bool is_float = facts.codec.starts_with("pcm_f");
  if (described != nullptr && (described->props & AV_CODEC_PROP_LOSSLESS) != 0 && !is_float) {
    facts.source_bits = parameters.bits_per_raw_sample > 0 ? parameters.bits_per_raw_sample
                                                           : av_get_bits_per_sample(parameters.codec_id);
  }
  return facts;
}

bool is_flat_pcm(const Container& container) {
  const std::string& format = container.format_name();
  return av_get_exact_bits_per_sample(container.stream().codecpar->codec_id) > 0 &&
         (format == "wav" || format == "w64" || format == "aiff" || format == "caf");
}

// Something that another chunk of a RIFF file begins with: four letters and a length that the file has.
bool is_chunk(std::span<const std::byte> head, std::int64_t rest) {
  const auto byte = [&](std::size_t at) { return std::to_integer<std::uint32_t>(head[at]); };
  for (std::size_t i = 0; i < 4; ++i) {
    if (byte(i) < 0x20 || byte(i) > 0x7e) return false;
  }
  const std::int64_t length = byte(4) | byte(5) << 8 | byte(6) << 16 | std::int64_t{byte(7)} << 24;
  return length <= rest - 8;
}

// Programs that were stopped while they recorded leave a length of next to nothing in the header. If it says less than
// half of what is there and no other chunk follows, all of it is sound.
bool is_length_a_lie(ByteSource& source, std::int64_t end) {
  std::array<std::byte, 8> head{};
  end += end % 2;
  const Result<std::size_t> got = read_fully(source, end, head);
  return got && *got == head.size() && !is_chunk(head, source.size() - end);
}

// Where the samples lie: the header's word, cut to what the file really holds.
PcmLayout pcm_layout(const Container& container, const AVPacket& first, ByteSource& source, std::int64_t base) {
  const AVStream& stream = container.stream();
  PcmLayout layout;
  layout.data_offset = base + first.pos;
  layout.frame_bytes =
      av_get_exact_bits_per_sample(stream.codecpar->codec_id) / 8 * stream.codecpar->ch_layout.nb_channels;
  if (first.pos < 0 || layout.frame_bytes <= 0) return {};
  const Frames held = source.size() < 0
                          ? INT64_MAX
                          : std::max<std::int64_t>(source.size() - layout.data_offset, 0) / layout.frame_bytes;
  const AVRational per_frame{1, stream.codecpar->sample_rate};
  const Frames said = stream.duration > 0 ? av_rescale_q(stream.duration, stream.time_base, per_frame) : 0;
  layout.frames = said > 0 ? std::min(said, held) : held;
  const bool is_doubted =
      container.format_name() == "wav" && !source.is_remote() && source.size() > 0 && held / 2 > said;
  if (is_doubted && is_length_a_lie(source, layout.data_offset + said * layout.frame_bytes)) layout.frames = held;
  return layout;
}

// Frames per packet where it is the same for all; 0 where packets say it themselves.
int constant_frames(AVCodecID codec, const AVPacket& first, const PacketDecoder& decoder) {
  const bool varies = codec == AV_CODEC_ID_VORBIS || codec == AV_CODEC_ID_OPUS || codec == AV_CODEC_ID_FLAC ||
                      codec == AV_CODEC_ID_ALAC || av_get_exact_bits_per_sample(codec) > 0;
  return varies && first.duration > 0 ? 0 : decoder.frames_per_packet();
}

// The packets of a file that say themselves which they are; null if this is none.
std::unique_ptr<FlacPackets> flac_packets(const Container& container, const AVPacket& first, ByteSource& source,
                                          std::int64_t base) {
  const AVCodecParameters& codec = *container.stream().codecpar;
  if (source.is_sequential() || container.format_name() != "flac" || first.pos < 0) {
    return nullptr;
  }
  return FlacPackets::create(source, base + first.pos,
                             {codec.extradata, static_cast<std::size_t>(codec.extradata_size)});
}

Result<Opened> open_stream(ByteSource& source, const std::string& name, Purpose purpose) {
  const Id3Tags tags = read_id3(source);
  Result<std::unique_ptr<Container>> container = Container::open(source, tags.audio_offset, name);
  if (!container) return tl::unexpected(container.error());
  const AVStream& stream = (*container)->stream();
  Opened opened;
  opened.codec = PacketDecoder::create(*stream.codecpar, stream.time_base, purpose);
  if (opened.codec == nullptr) return invalid(name, "the file is damaged: its codec cannot be set up");
  std::deque<PacketPtr> first;
  if (const Result<void> tried = try_first_packets(**container, *opened.codec, first, name); !tried) {
    return tl::unexpected(tried.error());
  }
  opened.facts = facts_of(**container, *opened.codec, tags, name);
  if (opened.facts.ai_generated.empty()) {
    opened.facts.ai_generated = read_disclosure(source, tags.audio_offset, (*container)->format_name());
  }
  opened.warmup = warmup_of(stream.codecpar->codec_id, opened.codec->frames_per_packet());
  if (purpose == Purpose::kAnalyse && stream.codecpar->codec_id == AV_CODEC_ID_OPUS) opened.warmup.segment_packets = 0;
  opened.estimate = total_of(**container, opened.codec->rate_hz());
  if (is_flat_pcm(**container)) {
    const PcmLayout layout = pcm_layout(**container, *first.front(), source, tags.audio_offset);
    if (layout.frames <= 0) return invalid(name, "the file is empty: it holds no samples");
    opened.packets = std::make_unique<PcmPackets>(source, layout);
  } else if (auto flac = flac_packets(**container, *first.front(), source, tags.audio_offset); flac != nullptr) {
    opened.packets = std::move(flac);
  } else {
    StreamTiming timing{.rate_hz = opened.codec->rate_hz()};
    timing.frames_per_packet = constant_frames(stream.codecpar->codec_id, *first.front(), *opened.codec);
    const Trim trim = trim_of(**container, source, tags.audio_offset, timing);
    opened.delay = trim.delay;
    if (trim.timing.is_total_at_end) opened.estimate = 0;
    opened.estimate = std::max<Frames>((trim.timing.total > 0 ? trim.timing.total : opened.estimate) - trim.delay, 0);
    opened.packets = std::make_unique<DemuxedPackets>(source, tags.audio_offset, std::move(*container),
                                                      std::move(first), trim.timing);
  }
  if (!opened.codec->reset()) return invalid(name, "the codec could not be restarted");
  return opened;
}

}  // namespace

Result<std::unique_ptr<Decoder>> open_ffmpeg_decoder(std::unique_ptr<ByteSource>& source, const std::string& name,
                                                     Purpose purpose) {
  av_log_set_level(AV_LOG_QUIET);  // it writes to stderr; what matters is in our errors and counters
  if (source->size() >= 0 && source->size() < kTinyBytes) {
    return invalid(name, source->size() == 0 ? "the file is empty" : "the file is too short to hold audio");
  }
  Result<Opened> opened = open_stream(*source, name, purpose);
  if (!opened) return tl::unexpected(opened.error());
  return std::make_unique<FfmpegDecoder>(std::move(source), std::move(*opened));
}

}  // namespace segue::stream
