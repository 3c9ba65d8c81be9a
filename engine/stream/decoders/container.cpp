// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/stream/decoders/container.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "engine/stream/decoders/mp4_timing.h"
#include "engine/stream/sources/read_fully.h"

namespace segue::stream {
namespace {

constexpr int kIoBufferBytes = 64 * 1024;           // one disk read-ahead window
constexpr std::size_t kProbeBytes = 64 * 1024;      // as much as any of our formats needs to be told from another
constexpr std::size_t kLiveProbeBytes = 16 * 1024;  // 1 s at 128 kbit/s
constexpr std::int64_t kAnalyseBytes = 1 << 20;     // bounds what finding the stream's parameters may read
constexpr int kStreamsMax = 64;                     // a film with every language

// FFmpeg's demuxers that may be used, by their full names.
constexpr std::string_view kFormats[] = {"mp3",  "aac", "mov,mp4,m4a,3gp,3g2,mj2", "flac", "ogg", "wav", "w64",
                                         "aiff", "caf"};

// Decoders that may be opened; no picture, no subtitle, nothing exotic.
constexpr char kCodecNames[] =
    "mp3float,mp3,mp2float,mp2,mp1float,mp1,aac,alac,flac,vorbis,libopus,opus,pcm_u8,pcm_s8,pcm_s16le,pcm_s16be,"
    "pcm_u16le,pcm_u16be,pcm_s24le,pcm_s24be,pcm_s32le,pcm_s32be,pcm_f32le,pcm_f32be,pcm_f64le,pcm_f64be,pcm_s64le,"
    "pcm_s64be,pcm_alaw,pcm_mulaw";

bool is_in_list(std::string_view list, std::string_view word) {
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    if (list.substr(0, comma) == word) return true;
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return false;
}

// Playlists and manifests name other files: a demuxer that asks for one gets none.
int refuse_to_open(AVFormatContext*, AVIOContext**, const char*, int, AVDictionary**) { return AVERROR(EACCES); }

tl::unexpected<Error> unsupported(const std::string& name, const std::string& what) {
  return fail(Code::kFailedPrecondition, "UNSUPPORTED_MEDIA", name + ": " + what);
}

tl::unexpected<Error> invalid(const std::string& name, const std::string& what) {
  return fail(Code::kFailedPrecondition, "INVALID_MEDIA", name + ": " + what);
}

// The demuxer for these bytes, whose name says if it is one of ours.
Result<const AVInputFormat*> probe(ByteSource& source, std::int64_t base, const std::string& name) {
  std::vector<std::uint8_t> head(kProbeBytes + AVPROBE_PADDING_SIZE, 0);
  const AVInputFormat* format = nullptr;
  int score = 0;
  std::size_t filled = 0;
  // A station's bytes come at the pace of its sound, so it is told from as few of them as will do.
  for (std::size_t wanted = source.is_sequential() ? kLiveProbeBytes : kProbeBytes; wanted <= kProbeBytes;
       wanted *= 2) {
    const auto bytes = std::as_writable_bytes(std::span(head)).subspan(filled, wanted - filled);
    const Result<std::size_t> got = read_fully(source, base + static_cast<std::int64_t>(filled), bytes);
    if (!got) return fail_at(name, got.error());
    filled += *got;
    if (filled == 0) return invalid(name, "the file holds no audio: it is empty");
    AVProbeData data{};
    data.filename = "";
    data.buf = head.data();
    data.buf_size = static_cast<int>(filled);
    format = av_probe_input_format3(&data, 1, &score);
    if ((format != nullptr && score > AVPROBE_SCORE_RETRY) || filled < wanted) break;
  }
  if (format == nullptr) return unsupported(name, "not a known audio format");
  if (std::find(std::begin(kFormats), std::end(kFormats), std::string_view(format->name)) != std::end(kFormats)) {
    return format;
  }
  // A weak guess at something else may still be one of ours with a damaged head; only MPEG audio finds its way back.
  if (score <= AVPROBE_SCORE_RETRY) return unsupported(name, "not a known audio format");
  return unsupported(name, std::string("the format ") + format->name + " cannot be played; convert it to FLAC or WAV");
}

}  // namespace

Frames total_of(const Container& container, int rate_hz) {
  const AVStream& stream = container.stream();
  const AVRational per_frame{1, rate_hz};
  return stream.duration > 0 ? av_rescale_q(stream.duration, stream.time_base, per_frame) : 0;
}

const AVCodec* allowed_decoder(AVCodecID id, bool fastest) {
  // The reference Opus decoder, because FFmpeg's own resamples SILK by its own means; and float decoders for MPEG
  // layers I and II, because the integer ones dither with a state that no seek restores.
  const char* preferred = nullptr;
  if (id == AV_CODEC_ID_OPUS) preferred = fastest ? "opus" : "libopus";
  if (id == AV_CODEC_ID_MP2) preferred = "mp2float";
  if (id == AV_CODEC_ID_MP1) preferred = "mp1float";
  const AVCodec* codec = preferred != nullptr ? avcodec_find_decoder_by_name(preferred) : nullptr;
  if (codec == nullptr) codec = avcodec_find_decoder(id);
  return codec != nullptr && is_in_list(kCodecNames, codec->name) ? codec : nullptr;
}

Result<std::unique_ptr<Container>> Container::open(ByteSource& source, std::int64_t base, const std::string& name,
                                                   Look look) {
  std::unique_ptr<Container> container(new Container);
  container->reader_.source = &source;
  container->reader_.base = base;
  Result<void> opened = container->open_format(name, look);
  if (opened) opened = container->choose_stream(name);
  if (opened) {
    if (!source.is_sequential()) container->io_->seekable = AVIO_SEEKABLE_NORMAL;
    return container;
  }
  // The head may not be enough after all.
  const bool is_source_well = container->source_error().reason.empty();
  if (container->is_head_only_ && is_source_well && !source.is_sequential())
    return open(source, base, name, Look::kEverywhere);
  return tl::unexpected(opened.error());
}

// Demuxers that go to the end for tags, for the length or for chunks behind the sound, and can do without.
bool Container::may_skip_end() const {
  for (const std::string_view format : {"mp3", "aac", "flac", "ogg", "wav", "aiff"}) {
    if (format_name_ == format) return true;
  }
  return format_name_ == "mov" && is_streamable_mp4(*reader_.source, reader_.base);
}

Result<void> Container::open_format(const std::string& name, Look look) {
  const Result<const AVInputFormat*> input = probe(*reader_.source, reader_.base, name);
  if (!input) return tl::unexpected(input.error());
  format_name_ = (*input)->name;
  format_name_.resize(std::min(format_name_.find(','), format_name_.size()));
  if (format_name_ == "mov" && reader_.source->is_sequential()) {
    return unsupported(name, "an MP4 file without an end cannot be played");
  }
  if (format_name_ == "mov") reader_.hidden_type = find_huge_cover(*reader_.source, reader_.base);

  auto* buffer = static_cast<unsigned char*>(av_malloc(kIoBufferBytes));
  io_.reset(avio_alloc_context(buffer, kIoBufferBytes, 0, &reader_, read_bytes, nullptr, seek_bytes));
  const bool is_sequential = reader_.source->is_sequential();
  is_head_only_ = is_sequential || (look == Look::kAsNeeded && reader_.source->is_remote() && may_skip_end());
  if (is_head_only_) io_->seekable = 0;
  AVFormatContext* format = avformat_alloc_context();
  format->pb = io_.get();
  format->flags |= AVFMT_FLAG_CUSTOM_IO;
  format->io_open = refuse_to_open;
  format->interrupt_callback = {has_failed, &reader_};
  format->protocol_whitelist = av_strdup("");
  format->codec_whitelist = av_strdup(kCodecNames);
  format->probesize = kAnalyseBytes;
  format->max_analyze_duration = AV_TIME_BASE / 2;
  format->max_streams = kStreamsMax;
  AVDictionary* options = nullptr;
  av_dict_set(&options, "ignore_editlist", "1", 0);                       // see mp4_timing.h
  const int opened = avformat_open_input(&format, "", *input, &options);  // frees it on failure
  av_dict_free(&options);
  if (!reader_.error.reason.empty()) {
    if (opened >= 0) avformat_close_input(&format);
    return fail_at(name, reader_.error);
  }
  if (opened < 0) return invalid(name, "the file is damaged: no " + format_name_ + " stream can be read");
  format_.reset(format);
  return {};
}

Result<void> Container::choose_stream(const std::string& name) {
  const int described = avformat_find_stream_info(format_.get(), nullptr);
  if (!reader_.error.reason.empty()) return fail_at(name, reader_.error);
  if (described < 0) {
    return invalid(name, "the file is damaged: its streams cannot be described");
  }
  const int best = av_find_best_stream(format_.get(), AVMEDIA_TYPE_AUDIO, -1, -1, nullptr, 0);
  if (best < 0) return fail(Code::kFailedPrecondition, "NO_AUDIO", name + ": the file holds no audio stream");
  for (unsigned i = 0; i < format_->nb_streams; ++i) {
    AVStream* stream = format_->streams[i];
    // Cover art is of no use here and may be large.
    av_packet_unref(&stream->attached_pic);
    stream->disposition &= ~AV_DISPOSITION_ATTACHED_PIC;
    stream->discard = static_cast<int>(i) == best ? AVDISCARD_DEFAULT : AVDISCARD_ALL;
  }
  stream_ = format_->streams[best];
  const AVCodecParameters& codec = *stream_->codecpar;
  const bool encrypted = codec.codec_tag == MKTAG('d', 'r', 'm', 's') || codec.codec_tag == MKTAG('e', 'n', 'c', 'a') ||
                         av_stream_get_side_data(stream_, AV_PKT_DATA_ENCRYPTION_INIT_INFO, nullptr) != nullptr;
  if (encrypted) return unsupported(name, "the file is encrypted (DRM) and cannot be played");
  if (allowed_decoder(codec.codec_id) == nullptr) {
    return unsupported(name, std::string("the codec ") + avcodec_get_name(codec.codec_id) +
                                 " cannot be played; convert it to FLAC or WAV");
  }
  return {};
}

void Container::forgive() {
  reader_.error = {};
  io_->error = 0;
  io_->eof_reached = 0;  // FFmpeg takes any failure for the end
}

int Container::read_bytes(void* opaque, std::uint8_t* buffer, int size) {
  auto& reader = *static_cast<Reader*>(opaque);
  if (!reader.error.reason.empty()) return AVERROR_EXIT;
  const Result<std::size_t> got = reader.source->read(
      reader.base + reader.at, std::as_writable_bytes(std::span(buffer, static_cast<std::size_t>(size))));
  if (!got) {
    reader.error = got.error();
    return AVERROR_EXIT;  // nobody is to try again
  }
  if (*got == 0) return AVERROR_EOF;
  if (reader.hidden_type >= 0) {
    constexpr char kFree[] = "free";
    for (int i = 0; i < 4; ++i) {
      const std::int64_t offset = reader.hidden_type + i - reader.base - reader.at;
      if (offset >= 0 && offset < static_cast<std::int64_t>(*got)) buffer[offset] = static_cast<std::uint8_t>(kFree[i]);
    }
  }
  reader.at += static_cast<std::int64_t>(*got);
  return static_cast<int>(*got);
}

int Container::has_failed(void* opaque) { return static_cast<Reader*>(opaque)->error.reason.empty() ? 0 : 1; }

std::int64_t Container::seek_bytes(void* opaque, std::int64_t offset, int whence) {
  auto& reader = *static_cast<Reader*>(opaque);
  if (!reader.error.reason.empty()) return AVERROR_EXIT;
  const std::int64_t size = reader.source->size() < 0 ? -1 : reader.source->size() - reader.base;
  if ((whence & AVSEEK_SIZE) != 0) return size < 0 ? AVERROR(ENOSYS) : size;
  switch (whence & ~AVSEEK_FORCE) {
    case SEEK_SET: break;
    case SEEK_CUR: offset += reader.at; break;
    case SEEK_END:
      if (size < 0) return AVERROR(ENOSYS);
      offset += size;
      break;
    default: return AVERROR(EINVAL);
  }
  if (offset < 0) return AVERROR(EINVAL);
  reader.at = offset;
  return offset;
}

}  // namespace segue::stream
