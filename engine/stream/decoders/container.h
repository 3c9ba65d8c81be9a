// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>

#include "engine/stream/decoder.h"
#include "engine/stream/decoders/ffmpeg_handles.h"

namespace segue::stream {

// An open container and its one audio stream, over nothing but a ByteSource: no demuxer may open anything else, and
// only the formats and codecs listed in container.cpp are let in. One thread at a time; blocks in the source.
class Container {
 public:
  // How much of the source is looked at: of a remote one the head only, where the format allows it, because every far
  // read costs a round trip and waits for its bytes.
  enum class Look { kAsNeeded, kEverywhere };
  // `base` is where the container begins in the source (after ID3v2 tags). The source outlives the container.
  static Result<std::unique_ptr<Container>> open(ByteSource& source, std::int64_t base, const std::string& name,
                                                 Look look = Look::kAsNeeded);

  AVFormatContext& format() { return *format_; }
  AVStream& stream() { return *stream_; }
  const AVStream& stream() const { return *stream_; }
  // The demuxer's own name: "mp3", "mov", …
  const std::string& format_name() const { return format_name_; }
  // Its end has not been looked at: what stands there (the length of an Ogg stream, ID3v1 tags) is not known.
  bool is_head_only() const { return is_head_only_; }
  // What the source said when it last failed; an empty reason if it never did.
  const Error& source_error() const { return reader_.error; }
  // After the source has failed: it may be read again, once the demuxer has been sought.
  void forgive();

 private:
  struct Reader {
    ByteSource* source = nullptr;
    std::int64_t base = 0;
    std::int64_t at = 0;
    Error error;
    std::int64_t hidden_type = -1;  // four bytes at this offset read as "free"
  };

  Container() = default;
  Result<void> open_format(const std::string& name, Look look);
  bool may_skip_end() const;
  Result<void> choose_stream(const std::string& name);
  static int read_bytes(void* opaque, std::uint8_t* buffer, int size);
  static int has_failed(void* opaque);
  static std::int64_t seek_bytes(void* opaque, std::int64_t offset, int whence);

  Reader reader_;
  IoPtr io_;
  FormatPtr format_;  // closed before the io it reads from
  AVStream* stream_ = nullptr;
  std::string format_name_;
  bool is_head_only_ = false;
};

// The length of the stream as the container says it, in frames of this rate; 0 if it does not.
Frames total_of(const Container& container, int rate_hz);

// The decoder that opens this codec, or null if it is not one of ours. `fastest`: rather than the most exact one.
const AVCodec* allowed_decoder(AVCodecID id, bool fastest = false);

}  // namespace segue::stream
