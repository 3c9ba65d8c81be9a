// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/stream/decoders/flac_packets.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

namespace segue::stream {
namespace {

constexpr std::size_t kLookAheadPackets = 3;  // see PacketSource::end
constexpr std::size_t kPieceBytes = 16 << 10;
constexpr std::int64_t kPacketBytesMin = 10;       // of one constant channel
constexpr std::int64_t kHeadroomBytes = 1 << 10;   // headers, on what the samples take uncompressed
constexpr std::int64_t kNearBytes = 96 << 10;      // reading this far costs less than another round trip
constexpr std::int64_t kAimShortBytes = 32 << 10;  // so that the place looked for is read on to, not back to
constexpr int kStraightProbes = 8;                 // music is even enough to be found in three
constexpr int kProbesMax = 60;                     // halving alone finds any packet of a terabyte
constexpr Frames kGapPacketFrames = 4'096;
constexpr Frames kGapSecondsMax = 600;  // a hole longer than most tracks is a forged number

tl::unexpected<Error> out_of_memory() {
  return fail(Code::kResourceExhausted, "OUT_OF_MEMORY", "no memory for a packet");
}

}  // namespace

std::unique_ptr<FlacPackets> FlacPackets::create(ByteSource& source, std::int64_t first_at,
                                                 std::span<const std::uint8_t> stream_info) {
  const std::optional<FlacStream> stream = parse_flac_stream(stream_info);
  if (!stream) return nullptr;
  std::unique_ptr<FlacPackets> packets(new FlacPackets(source, *stream, {.at = first_at, .header = {}}));
  const auto head = packets->bytes(first_at, kFlacHeaderBytesMax);
  const std::optional<FlacHeader> first = head ? parse_flac_header(*head, *stream) : std::nullopt;
  if (!first || first->start != 0) return nullptr;
  // Packets of the same length are counted in that length.
  if (!first->is_variable && (stream->block_min != stream->block_max || first->frames != stream->block_max)) {
    return nullptr;
  }
  packets->is_variable_ = first->is_variable;
  packets->coming_->header = *first;
  packets->remember(*packets->coming_);
  return packets;
}

FlacPackets::FlacPackets(ByteSource& source, const FlacStream& stream, const Found& first)
    : source_(source),
      stream_(stream),
      is_variable_(first.header.is_variable),
      packet_bytes_max_(static_cast<std::int64_t>(stream.block_max) * stream.channels * (stream.bits + 1) / 8 +
                        kHeadroomBytes),
      coming_(first) {}

Result<bool> FlacPackets::next(AVPacket& packet, PacketPlace& place) {
  while (queue_.size() < kLookAheadPackets && coming_) {
    if (const Result<bool> more = enqueue(); !more) return more;
  }
  if (queue_.empty()) return false;
  av_packet_move_ref(&packet, queue_.front().packet.get());
  place = queue_.front().place;
  queue_.pop_front();
  return true;
}

Result<void> FlacPackets::go_to(std::int64_t number) { return reach(number); }

Result<std::int64_t> FlacPackets::find(Frames frame) {
  if (const Result<void> there = reach(frame); !there) return tl::unexpected(there.error());
  return queue_.empty() ? next_start_ : queue_.front().place.number;
}

// The packet that holds this frame is the first in the queue, or the queue is empty because the stream ends before.
Result<void> FlacPackets::reach(Frames frame) {
  if (end_ >= 0 && frame >= end_) {
    queue_.clear();
    coming_.reset();
    next_start_ = end_;
    return {};
  }
  const Frames position = queue_.empty() ? next_start_ : queue_.front().place.start;
  if (frame < position || frame > next_start_ + stream_.rate_hz) {  // not here, nor within a second
    const Result<Found> found = locate(frame);
    if (!found) return tl::unexpected(found.error());
    if (frame < position || !coming_ || found->header.start > coming_->header.start) {
      queue_.clear();
      coming_ = *found;
      next_start_ = found->header.start;
    }
  }
  for (;;) {
    while (!queue_.empty() && queue_.front().place.start + queue_.front().place.frames <= frame) queue_.pop_front();
    if (!queue_.empty() || !coming_) return {};
    if (const Result<bool> more = enqueue(); !more) return tl::unexpected(more.error());
  }
}

// A packet not behind the one that holds this frame, as near to it as a few looks into the file tell.
Result<FlacPackets::Found> FlacPackets::locate(Frames frame) {
  const auto after = index_.upper_bound(frame);
  Bracket bracket{.lower = std::prev(after)->second, .upper_start = stream_.total, .upper_at = source_.size()};
  if (after != index_.end()) {
    bracket.upper_start = after->first;
    bracket.upper_at = after->second.at;
  }
  if (stream_.total <= 0 || bracket.upper_at < 0) return bracket.lower;
  frame = std::min(frame, stream_.total - 1);
  for (int probes = 0; probes < kProbesMax && frame > bracket.lower.header.start + 3 * Frames{stream_.block_max};
       ++probes) {
    const std::int64_t at = aim(bracket, frame, probes);
    if (at <= bracket.lower.at + kNearBytes) break;
    const Result<std::optional<Found>> found = probe(at, bracket.upper_at);
    if (!found) return tl::unexpected(found.error());
    if (!*found || (*found)->header.start > frame) {
      bracket.upper_at = at;
      ++bracket.too_far;
      if (*found) bracket.upper_start = std::min(bracket.upper_start, (*found)->header.start);
    } else {
      if ((*found)->header.start <= bracket.lower.header.start) break;  // out of order: nothing is certain
      bracket.lower = **found;
      bracket.too_far = 0;
      remember(bracket.lower);
    }
  }
  return bracket.lower;
}

// Where to look next: as far into the bytes as the frame is into the frames, two packets and a little before; if that
// leads nowhere, in the middle.
std::int64_t FlacPackets::aim(const Bracket& bracket, Frames frame, int probes) const {
  const std::int64_t from = bracket.lower.at;
  const auto span = static_cast<double>(bracket.upper_at - from);
  const Frames frames = bracket.upper_start - bracket.lower.header.start;
  const bool is_straying = probes >= kStraightProbes && probes % 2 == 1;
  if (is_straying || bracket.upper_start <= frame) return from + static_cast<std::int64_t>(span / 2);
  // Where the beginning is quieter than the rest, each look lands too far: shorter each time.
  const double bytes_per_frame = std::ldexp(span / static_cast<double>(frames), -std::max(bracket.too_far - 1, 0));
  const Frames before = frame - bracket.lower.header.start - 2 * Frames{stream_.block_max};
  return from + static_cast<std::int64_t>(static_cast<double>(before) * bytes_per_frame) - kAimShortBytes;
}

// The first packet in these bytes that is certainly one.
Result<std::optional<FlacPackets::Found>> FlacPackets::probe(std::int64_t from, std::int64_t to) {
  for (std::int64_t at = from; at < to;) {
    const Result<std::optional<Found>> found = scan(at, to, {0, stream_.total - 1});
    if (!found || !*found) return found;
    const Result<bool> is_certain = is_followed(**found, true);
    if (!is_certain) return tl::unexpected(is_certain.error());
    if (*is_certain) return found;
    at = (*found)->at + 1;
  }
  return std::optional<Found>();
}

// The packet behind this one, begun before byte `to`. One that leaves a gap is believed if another follows it.
Result<std::optional<FlacPackets::Found>> FlacPackets::next_of(const Found& now, std::int64_t to) {
  const Frames due = now.header.start + now.header.frames;
  for (std::int64_t at = now.at + kPacketBytesMin; at < to;) {
    const Result<std::optional<Found>> found = scan(at, to, {due, due + kGapSecondsMax * stream_.rate_hz});
    if (!found || !*found || (*found)->header.start == due) return found;
    const Result<bool> is_certain = is_followed(**found, false);
    if (!is_certain) return tl::unexpected(is_certain.error());
    if (*is_certain) return found;
    at = (*found)->at + 1;
  }
  return std::optional<Found>();
}

// By the packet with the next number, or by the end of the source.
Result<bool> FlacPackets::is_followed(const Found& found, bool must_be_whole) {
  const Frames due = found.header.start + found.header.frames;
  const Result<std::optional<Found>> next = scan(found.at + kPacketBytesMin, found.at + packet_bytes_max_, {due, due});
  if (!next) return tl::unexpected(next.error());
  const auto rest = bytes(found.at, static_cast<std::size_t>(packet_bytes_max_));
  if (!rest) return tl::unexpected(rest.error());
  if (*next) {
    return !must_be_whole || is_whole_flac(rest->first(static_cast<std::size_t>((*next)->at - found.at)));
  }
  const bool is_last = rest->size() < static_cast<std::size_t>(packet_bytes_max_);
  return is_last && is_whole_flac(*rest);
}

// The first header within [from, to) whose packet starts at one of these frames.
Result<std::optional<FlacPackets::Found>> FlacPackets::scan(std::int64_t from, std::int64_t to, FrameRange starts) {
  for (std::int64_t at = from; at < to;) {
    const auto read = bytes(at, kFlacHeaderBytesMax);
    if (!read) return tl::unexpected(read.error());
    if (read->empty()) break;
    const auto* sync = static_cast<const std::uint8_t*>(std::memchr(read->data(), 0xff, read->size()));
    if (sync == nullptr) {
      at += static_cast<std::int64_t>(read->size());
      continue;
    }
    const std::int64_t here = at + (sync - read->data());
    const auto head = bytes(here, kFlacHeaderBytesMax);
    if (!head) return tl::unexpected(head.error());
    const std::optional<FlacHeader> header = parse_flac_header(*head, stream_);
    const bool is_due =
        header && header->is_variable == is_variable_ && header->start >= starts.first && header->start <= starts.last;
    if (is_due && here < to) return Found{here, *header};
    at = here + 1;
  }
  return std::optional<Found>();
}

// What the source holds from `at` on: at least `count` bytes, fewer only at its end. Valid until the next call.
Result<std::span<const std::uint8_t>> FlacPackets::bytes(std::int64_t at, std::size_t count) {
  const auto held = static_cast<std::int64_t>(window_.size());
  if (at < window_at_ || at > window_at_ + held) {
    window_.clear();
    window_at_ = at;
  }
  for (;;) {
    const auto skipped = static_cast<std::size_t>(at - window_at_);
    if (window_.size() >= skipped + count) break;
    // What lies more than a packet back is not needed any more.
    if (static_cast<std::int64_t>(skipped) > packet_bytes_max_ + static_cast<std::int64_t>(kPieceBytes)) {
      const std::int64_t drop = static_cast<std::int64_t>(skipped) - packet_bytes_max_;
      window_.erase(window_.begin(), window_.begin() + drop);
      window_at_ += drop;
      continue;
    }
    const std::size_t before = window_.size();
    window_.resize(before + kPieceBytes);
    const auto room = std::as_writable_bytes(std::span(window_).subspan(before));
    const Result<std::size_t> got = source_.read(window_at_ + static_cast<std::int64_t>(before), room);
    window_.resize(before + got.value_or(0));
    if (!got) return tl::unexpected(got.error());
    if (*got == 0) break;
  }
  const auto skipped = static_cast<std::size_t>(at - window_at_);
  return std::span<const std::uint8_t>(window_).subspan(std::min(skipped, window_.size()));
}

// Puts one more packet in the queue.
Result<bool> FlacPackets::enqueue() {
  const Found now = *coming_;
  if (next_start_ < now.header.start) {
    if (const Result<void> filled = enqueue_zeros(now.header.start); !filled) return tl::unexpected(filled.error());
    return true;
  }
  std::int64_t to = now.at + packet_bytes_max_;
  Result<std::optional<Found>> next = next_of(now, to);
  if (!next) return tl::unexpected(next.error());
  if (*next) to = (*next)->at;
  const auto read = bytes(now.at, static_cast<std::size_t>(to - now.at));
  if (!read) return tl::unexpected(read.error());
  const auto length = std::min(read->size(), static_cast<std::size_t>(to - now.at));
  PacketPtr packet(av_packet_alloc());
  if (packet == nullptr || av_new_packet(packet.get(), static_cast<int>(length)) < 0) return out_of_memory();
  std::memcpy(packet->data, read->data(), length);
  if (!*next) next = next_of({.at = to, .header = now.header}, INT64_MAX);  // behind damage, or none
  if (!next) return tl::unexpected(next.error());
  remember(now);
  coming_ = *next;
  queue_.push_back({std::move(packet), {now.header.start, now.header.start, now.header.frames}});
  next_start_ = now.header.start + now.header.frames;
  if (!coming_) end_ = next_start_;
  return true;
}

// A packet for lost frames before `until`.
Result<void> FlacPackets::enqueue_zeros(Frames until) {
  const Frames most = is_variable_ ? kGapPacketFrames : Frames{stream_.block_max};
  const auto lost = static_cast<int>(std::min(until - next_start_, most));
  PacketPtr zeros(av_packet_alloc());
  if (zeros == nullptr || av_new_packet(zeros.get(), static_cast<int>(kFlacHeaderBytesMax)) < 0) {
    return out_of_memory();
  }
  std::memset(zeros->data, 0, kFlacHeaderBytesMax);
  queue_.push_back({std::move(zeros), {next_start_, next_start_, lost}});
  next_start_ += lost;
  return {};
}

void FlacPackets::remember(const Found& found) {
  const auto after = index_.upper_bound(found.header.start);
  const bool is_known = after != index_.begin() && found.header.start - std::prev(after)->first < stream_.rate_hz;
  if (!is_known) index_.emplace_hint(after, found.header.start, found);
}

}  // namespace segue::stream
