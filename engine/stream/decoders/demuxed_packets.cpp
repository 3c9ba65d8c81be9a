// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/stream/decoders/demuxed_packets.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace segue::stream {
namespace {

constexpr std::size_t kLookAheadPackets = 3;  // an MP3 encoder pads by less than two packets
constexpr std::int64_t kCheckpointPackets = 16;
constexpr std::int64_t kSkipPacketsMax = 64;  // reading on is cheaper than a seek up to here
constexpr int kMatchPacketsMax = 512;         // packets on an Ogg page, twice
constexpr Frames kTableFramesMax = 65'536;    // in a row of an MP4's table; ALAC's are 4,096
constexpr int kPageLeadsPerS = 10;            // a tenth of a second is no rounding
constexpr int kNothingBytes = 16;             // no codec decodes zeros
constexpr int kFailuresMax = 32;              // unreadable packets in a row after which the rest is given up

std::uint32_t hash_of(const AVPacket& packet) {
  std::uint32_t hash = 2166136261U;  // FNV-1a
  for (int i = 0; i < packet.size; ++i) hash = (hash ^ packet.data[i]) * 16777619U;
  return hash ^ static_cast<std::uint32_t>(packet.size);
}

// Streams whose packets follow each other without a container between them.
bool is_raw(std::string_view format) { return format == "mp3" || format == "aac" || format == "flac"; }

}  // namespace

DemuxedPackets::DemuxedPackets(ByteSource& source, std::int64_t base, std::unique_ptr<Container> container,
                               std::deque<PacketPtr> first, const StreamTiming& timing)
    : source_(source),
      base_(base),
      container_(std::move(container)),
      timing_(timing),
      frames_(*container_->stream().codecpar, container_->stream().time_base, timing.rate_hz, timing.frames_per_packet),
      by_page_(container_->format_name() == "ogg"),
      by_position_(by_page_ || is_raw(container_->format_name())),
      unread_(std::move(first)) {
  if (source_.is_remote() && container_->format_name() == "mov") index_by_table();
  const bool is_mp3 = container_->format_name() == "mp3" && container_->stream().codecpar->codec_id == AV_CODEC_ID_MP3;
  if (is_mp3 && !source_.is_sequential()) gaps_ = std::make_unique<MpegGaps>(source_, base_);
}

Result<bool> DemuxedPackets::next(AVPacket& packet, PacketPlace& place) {
  if (is_lost_) {
    if (const Result<void> back = go_to(resume_); !back) return tl::unexpected(back.error());
  }
  while (queue_.size() < kLookAheadPackets && !at_end_) {
    if (const Result<bool> more = enqueue(); !more) {
      resume_ = position();
      return more;
    }
  }
  if (queue_.empty()) return false;
  av_packet_move_ref(&packet, queue_.front().packet.get());
  place = queue_.front().place;
  queue_.pop_front();
  return true;
}

Result<void> DemuxedPackets::go_to(std::int64_t number) {
  resume_ = number;
  if (is_lost_ && checkpoints_.empty()) {
    if (const Result<void> opened = reopen(); !opened) return opened;
  } else if (!checkpoints_.empty()) {
    const Checkpoint& checkpoint = checkpoint_before(number);
    if (is_lost_ || number < position() || checkpoint.number > position() + kSkipPacketsMax) {
      if (const Result<void> jumped = jump(checkpoint); !jumped) return jumped;
    }
  }
  for (;;) {
    while (!queue_.empty() && queue_.front().place.number < number) queue_.pop_front();
    if (!queue_.empty() || at_end_ || next_number_ >= number) return {};
    if (const Result<bool> more = enqueue(); !more) return tl::unexpected(more.error());
  }
}

Result<std::int64_t> DemuxedPackets::find(Frames frame) {
  std::int64_t number = frontier_;
  if (frame < frontier_start_ && !checkpoints_.empty()) {
    const auto after = std::upper_bound(checkpoints_.begin(), checkpoints_.end(), frame,
                                        [](Frames f, const Checkpoint& c) { return f < c.start; });
    number = after == checkpoints_.begin() ? 0 : std::prev(after)->number;
  } else {
    number = std::max<std::int64_t>(frontier_ - static_cast<std::int64_t>(kLookAheadPackets), 0);
  }
  if (const Result<void> there = go_to(number); !there) return tl::unexpected(there.error());
  for (;;) {
    if (queue_.empty() && !at_end_) {
      if (const Result<bool> more = enqueue(); !more) return tl::unexpected(more.error());
    }
    if (queue_.empty()) return next_number_;
    const PacketPlace& place = queue_.front().place;
    if (place.start + place.frames > frame) return place.number;
    queue_.pop_front();
  }
}

Result<PacketPtr> DemuxedPackets::read_packet() {
  if (!unread_.empty()) {
    PacketPtr packet = std::move(unread_.front());
    unread_.pop_front();
    return packet;
  }
  PacketPtr packet(av_packet_alloc());
  for (int failures = 0; failures < kFailuresMax;) {
    const int got = av_read_frame(&container_->format(), packet.get());
    if (const Error error = container_->source_error(); !error.reason.empty()) {
      is_lost_ = true;
      return tl::unexpected(error);
    }
    if (got == AVERROR_EOF) break;
    if (got < 0) {
      ++failures;
    } else if (packet->stream_index == container_->stream().index && packet->size > 0) {
      return packet;
    }
    av_packet_unref(packet.get());
  }
  return PacketPtr();
}

// Numbers one more packet; false at the end.
Result<bool> DemuxedPackets::enqueue() {
  while (missing_ == 0) {
    Result<PacketPtr> packet = read_packet();
    if (!packet) return tl::unexpected(packet.error());
    if (*packet == nullptr) {
      if (const Result<void> noted = note_end(); !noted) return tl::unexpected(noted.error());
      return false;
    }
    note_page(**packet);
    int frames = frames_.count(**packet);
    if (frames < 0 && gaps_ != nullptr && skip_junk(**packet, timing_.frames_per_packet))
      frames = frames_.count(**packet);
    note_pages_lost(**packet);
    if (frames < 0) {
      if (gaps_ == nullptr) drop();
      continue;
    }
    if (gaps_ != nullptr) {
      const Result<bool> is_missing = note_gap(**packet);
      if (!is_missing) return is_missing;
      if (*is_missing) {
        unread_.push_front(std::move(*packet));
        break;
      }
    }
    if (resumed_frames_ >= 0) frames = std::exchange(resumed_frames_, -1);
    if (next_number_ == 0 && container_->stream().codecpar->codec_id == AV_CODEC_ID_VORBIS) frames = 0;  // primes only
    if (next_number_ >= frontier_) {
      const std::int64_t identity = identity_of(**packet);
      const bool due = checkpoints_.empty() || next_number_ >= checkpoints_.back().number + kCheckpointPackets;
      const bool is_of_use = checkpoints_.empty() || !source_.is_sequential();
      if (due && is_of_use && identity != AV_NOPTS_VALUE) {
        checkpoints_.push_back({next_number_, next_start_, frames, identity, ordinal_, hash_of(**packet)});
      }
    }
    number(std::move(*packet), frames);
    return true;
  }
  return enqueue_missing();
}

// Puts a packet of nothing in the queue for one that was destroyed.
Result<bool> DemuxedPackets::enqueue_missing() {
  PacketPtr nothing(av_packet_alloc());
  if (nothing == nullptr || av_new_packet(nothing.get(), kNothingBytes) < 0)
    return fail(Code::kResourceExhausted, "OUT_OF_MEMORY", "no memory for a packet");
  std::memset(nothing->data, 0, kNothingBytes);
  number(std::move(nothing), timing_.frames_per_packet);
  --missing_;
  return true;
}

void DemuxedPackets::number(PacketPtr packet, int frames) {
  if (next_number_ >= frontier_) {
    frontier_ = next_number_ + 1;
    frontier_start_ = next_start_ + frames;
  }
  queue_.push_back({std::move(packet), {next_number_, next_start_, frames}});
  ++next_number_;
  next_start_ += frames;
}

// Ogg: where the pages' time runs ahead of the packets there were, some are missing. They are told and not replaced,
// for what a demuxer makes of a page's time after a seek is not the same to the frame.
void DemuxedPackets::note_pages_lost(const AVPacket& packet) {
  if (!by_page_ || packet.pts == AV_NOPTS_VALUE) return;
  const Frames time = av_rescale_q(packet.pts, container_->stream().time_base, AVRational{1, timing_.rate_hz});
  const bool is_ahead = page_lead_.has_value() && time - next_start_ > *page_lead_ + timing_.rate_hz / kPageLeadsPerS;
  if (is_ahead) drop();
  page_lead_ = time - next_start_;
}

// A packet that is not even whole and has no place.
void DemuxedPackets::drop() {
  if (next_number_ < frontier_) return;
  ++dropped_;
  if (first_dropped_ < 0) first_dropped_ = next_start_;
}

// True if packets are missing before this one.
Result<bool> DemuxedPackets::note_gap(const AVPacket& packet) {
  const Result<MpegGaps::Gap> gap = gaps_->before(packet);
  if (!gap) {
    is_lost_ = true;
    return tl::unexpected(gap.error());
  }
  if (gap->is_damage && gap->packets == 0) drop();
  missing_ = gap->packets;
  return missing_ > 0;
}

Result<void> DemuxedPackets::note_end() {
  if (end_ < 0 && std::exchange(timing_.is_total_at_end, false) && !source_.is_sequential()) {
    // Everything has come now, so looking at the end costs nothing.
    const auto whole = Container::open(source_, base_, "read again", Container::Look::kEverywhere);
    if (!whole && whole.error().reason == "READ_INTERRUPTED") {
      timing_.is_total_at_end = true;
      return tl::unexpected(whole.error());
    }
    if (whole) timing_.total = total_of(**whole, timing_.rate_hz);
  }
  if (gaps_ != nullptr) {
    const Result<bool> is_cut_off = gaps_->is_cut_off();
    if (!is_cut_off) {
      is_lost_ = true;
      return tl::unexpected(is_cut_off.error());
    }
    if (*is_cut_off && end_ < 0) drop();
  }
  at_end_ = true;
  if (end_ >= 0) return {};
  // What stands for lost packets may be one too many or too few.
  const std::int64_t off = std::abs(timing_.packets - next_number_);
  const bool tag_applies = timing_.packets == 0 || off <= (gaps_ == nullptr ? 0 : gaps_->lost());
  end_ = timing_.total > 0 && tag_applies ? std::min(timing_.total, next_start_) : next_start_;
  return {};
}

// The demuxer goes on elsewhere.
void DemuxedPackets::forget_ahead() {
  queue_.clear();
  unread_.clear();
  at_end_ = false;
  missing_ = 0;
  page_lead_.reset();
  if (gaps_ != nullptr) gaps_->restart();
}

Result<void> DemuxedPackets::jump(const Checkpoint& checkpoint) {
  is_lost_ = true;
  container_->forgive();
  forget_ahead();
  page_position_ = -1;
  if (seek_demuxer(checkpoint)) {
    for (int tries = 0; tries < kMatchPacketsMax; ++tries) {
      Result<PacketPtr> packet = read_packet();
      if (!packet) return tl::unexpected(packet.error());
      if (*packet == nullptr) break;
      note_page(**packet);
      if (!is_same(checkpoint, **packet)) continue;
      if (by_page_) --ordinal_;  // it is read once more
      unread_.push_front(std::move(*packet));
      next_number_ = checkpoint.number;
      next_start_ = checkpoint.start;
      resumed_frames_ = checkpoint.frames;
      is_lost_ = false;
      return {};
    }
  }
  if (const Error error = container_->source_error(); !error.reason.empty()) return tl::unexpected(error);
  return reopen();
}

bool DemuxedPackets::is_same(const Checkpoint& checkpoint, const AVPacket& packet) const {
  if (identity_of(packet) != checkpoint.identity || ordinal_ != checkpoint.ordinal) return false;
  return checkpoint.position >= 0 ? packet.pos == checkpoint.position : hash_of(packet) == checkpoint.hash;
}

// Numbers all packets by the sample table of an MP4, as reading them would: every row is one packet with the frames
// that its times say. Does nothing if a row is not certain to be read as that.
void DemuxedPackets::index_by_table() {
  AVStream& stream = container_->stream();
  const AVCodecParameters& codec = *stream.codecpar;
  const bool is_known = codec.codec_id == AV_CODEC_ID_AAC || codec.codec_id == AV_CODEC_ID_ALAC;
  const int count = avformat_index_get_entries_count(&stream);
  const std::int64_t size = source_.size() - base_;
  if (!is_known || source_.size() < 0 || count == 0 || stream.nb_frames != count) return;
  const AVRational per_frame{1, timing_.rate_hz};
  if (timing_.frames_per_packet == 0 && av_cmp_q(stream.time_base, per_frame) != 0) return;
  std::vector<Checkpoint> table;
  Frames start = 0;
  for (int i = 0; i < count; ++i) {
    const AVIndexEntry& row = *avformat_index_get_entry(&stream, i);
    const AVIndexEntry* next = i + 1 < count ? avformat_index_get_entry(&stream, i + 1) : nullptr;
    const std::int64_t ticks = (next != nullptr ? next->timestamp : stream.duration) - row.timestamp;
    const Frames frames = timing_.frames_per_packet > 0 ? timing_.frames_per_packet : ticks;
    if (row.size <= 0 || row.pos < 0 || row.pos > size - row.size || (row.flags & AVINDEX_DISCARD_FRAME) != 0) return;
    if (ticks <= 0 || frames > kTableFramesMax) return;
    if (i % kCheckpointPackets == 0) {
      table.push_back({i, start, static_cast<int>(frames), row.timestamp, 0, 0, row.pos});
    }
    start += frames;
  }
  checkpoints_ = std::move(table);
  frontier_ = count;
  frontier_start_ = start;
}

bool DemuxedPackets::seek_demuxer(const Checkpoint& checkpoint) {
  AVFormatContext* format = &container_->format();
  const int stream = container_->stream().index;
  const int flags = by_position_ ? AVSEEK_FLAG_BYTE : AVSEEK_FLAG_BACKWARD;
  return av_seek_frame(format, stream, checkpoint.identity, flags) >= 0;
}

Result<void> DemuxedPackets::reopen() {
  is_lost_ = true;
  Result<std::unique_ptr<Container>> again = Container::open(source_, base_, "read again");
  if (!again) return tl::unexpected(again.error());
  is_lost_ = false;
  container_ = std::move(*again);
  forget_ahead();
  next_number_ = 0;
  next_start_ = 0;
  resumed_frames_ = -1;
  page_position_ = -1;
  return {};
}

const DemuxedPackets::Checkpoint& DemuxedPackets::checkpoint_before(std::int64_t number) const {
  const auto after = std::upper_bound(checkpoints_.begin(), checkpoints_.end(), number,
                                      [](std::int64_t n, const Checkpoint& c) { return n < c.number; });
  return after == checkpoints_.begin() ? *after : *std::prev(after);
}

std::int64_t DemuxedPackets::identity_of(const AVPacket& packet) const {
  if (by_position_) return packet.pos < 0 ? AV_NOPTS_VALUE : packet.pos;
  return packet.pts;
}

// Silence makes equal packets, so a page's packets are told apart by counting.
void DemuxedPackets::note_page(const AVPacket& packet) {
  if (!by_page_) return;
  ordinal_ = packet.pos == page_position_ ? ordinal_ + 1 : 0;
  page_position_ = packet.pos;
}

}  // namespace segue::stream
