// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/catalog/library_search.h"

#include <algorithm>

#include "engine/catalog/library_entries.h"

namespace segue::catalog {
namespace {

constexpr std::size_t kWordsMax = 12;  // nobody types more; each is an index look-up
constexpr std::size_t kWordBytesMax = 64;
constexpr std::size_t kTextBytesMax = 512;
constexpr int kRankedMax = 1'000;  // matches that are ranked against each other: what 20 ms allow for

bool is_word_byte(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x80 || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// The words of what somebody typed, each cut to what the index can hold.
std::vector<std::string_view> words_of(std::string_view text) {
  text = text.substr(0, kTextBytesMax);
  std::vector<std::string_view> words;
  while (words.size() < kWordsMax) {
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
    words.push_back(word);
  }
  return words;
}

// The words one after the other at the start of a title or an artist, the last one as a prefix.
std::string start_query(std::string_view text) {
  std::string query;
  for (const std::string_view word : words_of(text)) {
    query += query.empty() ? "{title artist} : ^ \"" : " + \"";
    query += word;
    query += '"';
  }
  return query.empty() ? query : query + " *";
}

// Matches in blocks of kRankedMax in the order they were found, ranked within their block: ranking costs as much as
// there are matches, and one letter matches most of a library. Appends up to `limit`.
Result<void> read_blocks(store::Database& database, const std::string& provider, const std::string& query, int offset,
                         int limit, std::vector<Entry>& entries) {
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
    if (!read) return read;
    const int got = static_cast<int>(entries.size() - before);
    if (got < wanted) break;
    limit -= got;
    skipped = 0;
    ++block;
  }
  return {};
}

Result<int> count_matches(store::Database& database, const std::string& provider, const std::string& query) {
  int count = 0;
  auto read =
      each_row(database.query("SELECT count(*) FROM track_text CROSS JOIN source p ON p.track = track_text.rowid AND "
                              "p.provider = ? WHERE track_text MATCH ?",
                              provider, query),
               [&](const store::Statement& row) { count = static_cast<int>(row.integer(0)); });
  if (!read) return tl::unexpected<Error>(read.error());
  return count;
}

}  // namespace

std::string search_query(std::string_view text) {
  std::string query;
  for (const std::string_view word : words_of(text)) {
    if (!query.empty()) query += ' ';
    query += '"';
    query += word;
    query += "\"*";
  }
  return query;
}

// Two lists, one after the other: what begins like that, then the rest. Their order is one that paging can rely on.
Result<std::vector<Entry>> search_tracks(store::Database& database, const std::string& provider, std::string_view text,
                                         int offset, int limit) {
  std::vector<Entry> entries;
  const std::string query = search_query(text);
  if (query.empty() || limit <= 0) return entries;
  const std::string start = start_query(text);
  if (auto read = read_blocks(database, provider, start, offset, limit, entries); !read) {
    return tl::unexpected<Error>(read.error());
  }
  const int found = static_cast<int>(entries.size());
  if (found == limit) return entries;
  int skipped = 0;
  if (found == 0 && offset > 0) {
    const Result<int> first = count_matches(database, provider, start);
    if (!first) return tl::unexpected<Error>(first.error());
    skipped = std::max(0, offset - *first);
  }
  const std::string rest = "(" + query + ") NOT (" + start + ")";
  if (auto read = read_blocks(database, provider, rest, skipped, limit - found, entries); !read) {
    return tl::unexpected<Error>(read.error());
  }
  return entries;
}

}  // namespace segue::catalog
