// SPDX-License-Identifier: GPL-3.0-or-later
// What library_bench measures with 100,000 tracks, with fewer and for its correctness: the time it takes is compared
// with itself, never with a clock.
#include <algorithm>
#include <ctime>
#include <set>

#include <gtest/gtest.h>

#include "tests/engine/catalog/library_folder.h"

namespace segue::catalog {
namespace {

using test::LibraryFolder;

constexpr int kTracks = 5'000, kFew = 1'000;
constexpr std::uint64_t kSeed = 7;

// Of all threads: while a scan runs, of those that scan.
double cpu_s() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

// A library of `tracks`, scanned, and what that cost.
double scanned(LibraryFolder& music, int tracks) {
  test::make_music_folder(music.path(""), kSeed, tracks);
  const double began = cpu_s();
  music.scan();
  return cpu_s() - began;
}

// In lower case and without the accents that the seeded words have.
std::vector<std::string> words_of(const std::string& text) {
  std::vector<std::string> words(1);
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (text.compare(i, 2, "é") == 0) {
      words.back() += 'e';
      ++i;
    } else if (byte >= 0x80 || std::isalnum(byte) != 0) {
      words.back() += static_cast<char>(std::tolower(byte));
    } else {
      words.emplace_back();
    }
  }
  return words;
}

std::string start_of(const std::string& word, std::size_t bytes) {
  while (bytes < word.size() && (static_cast<unsigned char>(word[bytes]) & 0xc0) == 0x80) ++bytes;
  return word.substr(0, bytes);
}

// Every track as somebody sees it who looks at each.
struct Seen {
  std::string name;
  std::vector<std::string> words;
};

std::vector<Seen> seen_by_hand(int tracks) {
  std::vector<Seen> all;
  for (int i = 0; i < tracks; ++i) {
    const test::SeededTrack track = test::seeded_track(kSeed, i);
    const std::size_t slash = track.path.rfind('/');
    std::string text = track.path.substr(slash + 1, track.path.rfind('.') - slash - 1);
    for (const auto& [name, value] : track.tags) {
      if (name == "TITLE" || name == "ARTIST" || name == "ALBUM" || name == "GENRE") text += " " + value;
    }
    all.push_back({track.tags[0].second + " / " + track.tags[1].second, words_of(text)});
  }
  return all;
}

std::multiset<std::string> by_hand(const std::vector<Seen>& tracks, const std::string& query) {
  const std::vector<std::string> wanted = words_of(query);
  std::multiset<std::string> found;
  for (const Seen& track : tracks) {
    const bool is_found = std::all_of(wanted.begin(), wanted.end(), [&](const std::string& prefix) {
      return std::any_of(track.words.begin(), track.words.end(),
                         [&](const std::string& word) { return word.starts_with(prefix); });
    });
    if (is_found) found.insert(track.name);
  }
  return found;
}

// Page by page to the end.
std::multiset<std::string> by_search(Library& library, const std::string& query) {
  std::multiset<std::string> found;
  constexpr int kPage = 317;
  for (int offset = 0;; offset += kPage) {
    const auto page = library.search("local", query, offset, kPage);
    if (!page || page->empty()) return found;
    for (const Entry& entry : *page) found.insert(entry.title + " / " + entry.artist);
  }
}

TEST(LibraryScale, SearchFindsWhatLookingAtEveryTrackFinds) {
  LibraryFolder music;
  scanned(music, kTracks);
  EXPECT_EQ(music.library().count("local").value(), kTracks);
  const std::vector<Seen> tracks = seen_by_hand(kTracks);
  for (int i = 0; i < 6; ++i) {
    const std::string word = test::seeded_word(kSeed, 2 * i), other = test::seeded_word(kSeed, 2 * i + 1);
    for (const std::string& query : {start_of(word, 1), start_of(word, 2), start_of(word, 3), word,
                                     word + " " + start_of(other, 2), start_of(word, 2) + " " + start_of(other, 1)}) {
      const auto expected = by_hand(tracks, query), found = by_search(music.library(), query);
      EXPECT_TRUE(found == expected) << query << ": " << found.size() << " found, there are " << expected.size();
    }
  }
}

TEST(LibraryScale, EveryTrackIsBrowsedOnce) {
  LibraryFolder music;
  scanned(music, kFew);
  std::set<std::string> ids;
  std::vector<std::string> open = {""};
  while (!open.empty()) {
    const std::string node = open.back();
    open.pop_back();
    std::string page;
    do {
      const auto listing = music.library().browse("local", node, page);
      ASSERT_TRUE(listing) << listing.error().message;
      for (const Node& below : listing->nodes) open.push_back(below.id);
      for (const Entry& entry : listing->entries) EXPECT_TRUE(ids.insert(entry.id).second) << entry.title;
      page = listing->next;
    } while (!page.empty());
  }
  EXPECT_EQ(ids.size(), static_cast<std::size_t>(kFew));
}

TEST(LibraryScale, ScanningCostsAsMuchPerFileInALargeLibraryAndLittleTheSecondTime) {
  LibraryFolder small, large;
  const double small_s = scanned(small, kFew), large_s = scanned(large, kTracks);
  EXPECT_LT(large_s / kTracks, 3 * small_s / kFew) << large_s << " s and " << small_s << " s of CPU time";
  const double began = cpu_s();
  large.rescan();
  const double again_s = cpu_s() - began;
  const ScanProgress again = large.library().scan_progress("local");
  EXPECT_EQ(again.seen, kTracks);
  EXPECT_EQ(again.added + again.changed + again.removed, 0);
  EXPECT_LT(again_s, large_s / 3) << "nothing is read that has not changed";
}

}  // namespace
}  // namespace segue::catalog
