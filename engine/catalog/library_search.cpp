// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/catalog/library_search.h"

#include <algorithm>

#include "engine/catalog/library_entries.h"

namespace segue::catalog {
namespace {

constexpr int kWordsMax = 12;  // nobody types more; each is an index look-up
constexpr std::size_t kWordBytesMax = 64;
constexpr std::size_t kTextBytesMax = 512;
constexpr int kRankedMax = 1'000;  // matches that are ranked against each other: what 20 ms allow for

bool is_word_byte(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x80 || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

}  // namespace

std::string search_query(std::string_view text) {
  text = text.substr(0, kTextBytesMax);
  std::string query;
  for (int words = 0; words < kWordsMax; ++words) {
    const auto begin = std::find_if(text.begin(), text.end(), is_word_byte);
    const auto end = std::find_if_not(begin, text.end(), is_word_byte);
    if (begin == end) break;
    std::string_view word(&*begin, static_cast<std::size_t>(end - begin));
    text.remove_prefix(static_cast<std::size_t>(end - text.begin()));
    if (word.size() > kWordBytesMax) {
      std::size_t size = kWordBytesMax;
      while (size > 0 && (static_cast<unsigned char>(word[size]) & 0xc0) == 0x80) --size;
      word = word.substr(0, size);
    }
    if (!query.empty()) query += ' ';
    query += '"';
    query += word;
    query += "\"*";
  }
  return query;
}

// Ranking costs as much as there are matches, and one letter matches most of a library. So matches are taken in blocks
// of kRankedMax in the order they were found, and ranked within their block: an order that paging can rely on.
Result<std::vector<Entry>> search_tracks(store::Database& database, const std::string& provider, std::string_view text,
                                         int offset, int limit) {
  std::vector<Entry> entries;
  const std::string query = search_query(text);
  if (query.empty()) return entries;
  static const std::string kSql =
      std::string("SELECT ") + kEntryColumns +
      " FROM (SELECT p.id AS source, bm25(track_text, 10.0, 8.0, 4.0, 2.0, 1.0) AS score "
      "FROM track_text CROSS JOIN source p ON p.track = track_text.rowid AND p.provider = ?1 "
      "WHERE track_text MATCH ?2 LIMIT ?3 OFFSET ?4) m JOIN source s ON s.id = m.source" +
      kEntryJoins + "ORDER BY m.score, s.id LIMIT ?5 OFFSET ?6";
  int block = offset / kRankedMax;
  int skipped = offset % kRankedMax;
  while (limit > 0) {
    const int wanted = std::min(limit, kRankedMax - skipped);
    const std::size_t before = entries.size();
    auto read =
        each_row(database.query(kSql, provider, query, kRankedMax, std::int64_t{block} * kRankedMax, wanted, skipped),
                 [&](const store::Statement& row) { entries.push_back(entry_of(row)); });
    if (!read) return tl::unexpected<Error>(read.error());
    const int got = static_cast<int>(entries.size() - before);
    if (got < wanted) break;
    limit -= got;
    skipped = 0;
    ++block;
  }
  return entries;
}

}  // namespace segue::catalog
