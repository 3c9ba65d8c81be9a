// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/stream/decoders/mp4_timing.h"

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <string_view>
#include <vector>

#include "engine/stream/sources/read_fully.h"

namespace segue::stream {
namespace {

constexpr int kBoxesMax = 4096;            // looked at in one box: a fragmented file has thousands at the top
constexpr std::size_t kTableMax = 65'536;  // entries of a time table; music has one or two

// A box's content, [from, to) in the source.
struct Box {
  std::int64_t from = 0;
  std::int64_t to = 0;
};

class Boxes {
 public:
  explicit Boxes(ByteSource& source) : source_(source) {}

  std::vector<std::uint8_t> bytes(std::int64_t offset, std::size_t count) const {
    std::vector<std::uint8_t> read(count);
    const Result<std::size_t> got = read_fully(source_, offset, std::as_writable_bytes(std::span(read)));
    read.resize(got ? *got : 0);
    return read;
  }
  // A big-endian number of `size` bytes, 0 beyond the file.
  std::uint64_t number(std::int64_t offset, std::size_t size) const {
    const std::vector<std::uint8_t> read = bytes(offset, size);
    std::uint64_t value = 0;
    for (const std::uint8_t byte : read) value = value << 8 | byte;
    return read.size() == size ? value : 0;
  }
  // Calls visit(type, content) for each box in `outer` until it returns true.
  template <typename Visit>
  void each(const Box& outer, Visit visit) const {
    std::int64_t at = outer.from;
    for (int i = 0; i < kBoxesMax && at + 8 <= outer.to; ++i) {
      const std::vector<std::uint8_t> head = bytes(at, 8);
      if (head.size() < 8) return;
      const auto short_size = static_cast<std::int64_t>(number(at, 4));
      const std::int64_t header = short_size == 1 ? 16 : 8;
      std::int64_t size = short_size == 1 ? static_cast<std::int64_t>(number(at + 8, 8)) : short_size;
      if (short_size == 0) size = outer.to - at;
      if (size < header || size > outer.to - at) size = outer.to - at;  // cut off: what is there
      if (visit(std::string_view(reinterpret_cast<const char*>(head.data()) + 4, 4), Box{at + header, at + size}))
        return;
      at += size;
    }
  }
  // The first box of this type, also along a path of several: "mdia", "minf", …
  std::optional<Box> find(Box outer, std::initializer_list<std::string_view> path) const {
    for (const std::string_view wanted : path) {
      std::optional<Box> found;
      each(outer, [&](std::string_view type, const Box& box) {
        if (type == wanted) found = box;
        return found.has_value();
      });
      if (!found) return std::nullopt;
      outer = *found;
    }
    return outer;
  }
  bool is_wide(const Box& box) const { return number(box.from, 1) == 1; }  // version 1: 64-bit times

 private:
  ByteSource& source_;
};

std::optional<Box> find_track(const Boxes& boxes, const Box& movie, std::uint32_t track_id) {
  std::optional<Box> found;
  boxes.each(movie, [&](std::string_view type, const Box& box) {
    if (type != "trak") return false;
    const std::optional<Box> header = boxes.find(box, {"tkhd"});
    if (header && boxes.number(header->from + (boxes.is_wide(*header) ? 20 : 12), 4) == track_id) found = box;
    return found.has_value();
  });
  return found;
}

std::int64_t ticks_per_second(const Boxes& boxes, const Box& header) {
  return static_cast<std::int64_t>(boxes.number(header.from + (boxes.is_wide(header) ? 20 : 12), 4));
}

// The sum of all samples' durations.
std::int64_t media_ticks(const Boxes& boxes, const Box& track) {
  const std::optional<Box> table = boxes.find(track, {"mdia", "minf", "stbl", "stts"});
  if (!table) return 0;
  const std::size_t entries = boxes.number(table->from + 4, 4);
  if (entries > kTableMax) return 0;
  const std::vector<std::uint8_t> bytes = boxes.bytes(table->from + 8, entries * 8);
  const auto word = [&](std::size_t at) {
    return static_cast<std::int64_t>(bytes[at]) << 24 | bytes[at + 1] << 16 | bytes[at + 2] << 8 | bytes[at + 3];
  };
  std::int64_t ticks = 0;
  for (std::size_t at = 0; at + 8 <= bytes.size(); at += 8) ticks += word(at) * word(at + 4);
  return ticks;
}

struct Edit {
  std::int64_t duration = 0;  // ticks of the film
  std::int64_t start = 0;     // ticks of the track
};

// The one edit that plays media; none if there are several, which no music file has.
std::optional<Edit> only_edit(const Boxes& boxes, const Box& track) {
  const std::optional<Box> list = boxes.find(track, {"edts", "elst"});
  if (!list) return std::nullopt;
  const bool wide = boxes.is_wide(*list);
  const std::size_t word = wide ? 8 : 4;
  const std::uint64_t count = std::min<std::uint64_t>(boxes.number(list->from + 4, 4), 16);
  std::optional<Edit> found;
  std::int64_t at = list->from + 8;
  for (std::uint64_t i = 0; i < count; ++i, at += static_cast<std::int64_t>(2 * word + 4)) {
    const std::uint64_t start = boxes.number(at + static_cast<std::int64_t>(word), word);
    if (start == (wide ? UINT64_MAX : UINT32_MAX)) continue;  // a pause before the media
    if (found) return std::nullopt;
    found = Edit{static_cast<std::int64_t>(boxes.number(at, word)), static_cast<std::int64_t>(start)};
  }
  return found;
}

}  // namespace

Mp4Timing read_mp4_timing(ByteSource& source, std::int64_t base, std::uint32_t track_id) {
  const Boxes boxes(source);
  const std::optional<Box> movie = boxes.find({base, source.size() < 0 ? INT64_MAX / 2 : source.size()}, {"moov"});
  const std::optional<Box> track = movie ? find_track(boxes, *movie, track_id) : std::nullopt;
  const std::optional<Box> movie_header = movie ? boxes.find(*movie, {"mvhd"}) : std::nullopt;
  const std::optional<Box> media_header = track ? boxes.find(*track, {"mdia", "mdhd"}) : std::nullopt;
  if (!movie_header || !media_header) return {};
  Mp4Timing timing;
  timing.ticks_per_second = ticks_per_second(boxes, *media_header);
  const std::int64_t movie_rate = ticks_per_second(boxes, *movie_header);
  const std::int64_t media = media_ticks(boxes, *track);
  if (timing.ticks_per_second <= 0 || media < 0) return {};
  timing.end = media;
  const std::optional<Edit> edit = only_edit(boxes, *track);
  if (!edit || edit->start < 0 || edit->start > INT32_MAX) return timing;
  timing.start = edit->start;
  if (movie_rate <= 0 || edit->duration <= 0 || edit->duration > INT64_MAX / timing.ticks_per_second) return timing;
  const std::int64_t end = edit->start + (edit->duration * timing.ticks_per_second + movie_rate / 2) / movie_rate;
  // Within the rounding of the film's time scale both mean the same, and the media's is to the frame.
  const std::int64_t rounding = timing.ticks_per_second / movie_rate + 1;
  if (end < media - rounding) timing.end = end;
  return timing;
}

bool is_streamable_mp4(ByteSource& source, std::int64_t base) {
  const Boxes boxes(source);
  std::optional<Box> movie;
  boxes.each({base, source.size() < 0 ? INT64_MAX / 2 : source.size()}, [&](std::string_view type, const Box& box) {
    if (type == "moov") movie = box;
    return type == "moov" || type == "mdat";
  });
  return movie && !boxes.find(*movie, {"mvex"});  // fragments have descriptions of their own
}

std::int64_t find_huge_cover(ByteSource& source, std::int64_t base) {
  constexpr std::int64_t kCoverBytesMax = 8 << 20;  // larger than any shop's
  constexpr std::int64_t kBoxHeaderBytes = 8;
  const Boxes boxes(source);
  const std::optional<Box> meta =
      boxes.find({base, source.size() < 0 ? INT64_MAX / 2 : source.size()}, {"moov", "udta", "meta"});
  if (!meta) return -1;
  const std::optional<Box> cover = boxes.find({meta->from + 4, meta->to}, {"ilst", "covr"});
  if (!cover || cover->to - cover->from <= kCoverBytesMax) return -1;
  return cover->from - kBoxHeaderBytes + 4;
}

}  // namespace segue::stream
