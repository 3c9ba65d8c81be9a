// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <charconv>
#include <map>

#include "engine/catalog/import/foreign_text.h"
#include "engine/catalog/import/formats.h"
#include "engine/model/config.h"

namespace segue::catalog {
namespace {

struct Item {
  std::string location;
  std::string title;
  double duration_s = 0;
};

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; });
  return out;
}

// The number behind `prefix` in a key such as "file12"; 0 if the key is another.
unsigned number_of(const std::string& key, std::string_view prefix) {
  if (!key.starts_with(prefix)) return 0;
  unsigned number = 0;
  const char* const end = key.data() + key.size();
  const auto [at, fault] = std::from_chars(key.data() + prefix.size(), end, number);
  return fault == std::errc() && at == end ? number : 0;
}

double seconds_of(std::string_view text) {
  int seconds = 0;
  std::from_chars(text.data(), text.data() + text.size(), seconds);
  return seconds > 0 && seconds <= model::kTrackSecondsMax ? seconds : 0;
}

}  // namespace

Result<TrackList> read_pls(std::string_view text, const std::string& base) {
  std::string converted;
  if (!is_utf8(text)) {
    converted = utf8_of_latin1(text);
    text = converted;
  }
  bool is_playlist = false;
  TrackList list;
  std::map<unsigned, Item> items;  // by number: they may come in any order
  while (!text.empty()) {
    const std::string_view line = next_line(text);
    if (lower(line) == "[playlist]") is_playlist = true;
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos) continue;
    const std::string key = lower(line.substr(0, std::min<std::size_t>(equals, 24)));
    const std::string_view value = line.substr(equals + 1);
    const auto item_of = [&](unsigned number) -> Item* {
      if (number == 0 || (items.size() >= kTrackListEntriesMax && !items.contains(number))) return nullptr;
      return &items[number];
    };
    if (const unsigned file = number_of(key, "file"); file > 0) {
      Item* item = item_of(file);
      if (item != nullptr) {
        item->location = value;
      } else {
        ++list.skipped;
      }
    } else if (Item* titled = item_of(number_of(key, "title")); titled != nullptr) {
      titled->title = value;
    } else if (Item* timed = item_of(number_of(key, "length")); timed != nullptr) {
      timed->duration_s = seconds_of(value);
    }
  }
  if (!is_playlist)
    return fail(Code::kInvalidArgument, "PLAYLIST_INVALID", "the playlist is no PLS: it has no line [playlist]");
  for (const auto& [number, item] : items) {
    ListedTrack track;
    set_names(track, item.title);
    track.duration_s = item.duration_s;
    if (!item.location.empty()) add_track(list, std::move(track), tidy(item.location, model::kUriBytesMax), base);
  }
  return list;
}

}  // namespace segue::catalog
