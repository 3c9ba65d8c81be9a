// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/catalog/library_analyses.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <vector>

#include "engine/base/text.h"
#include "engine/catalog/analysis_blob.h"
#include "engine/catalog/library_entries.h"
#include "engine/catalog/library_marks.h"

namespace segue::catalog {
namespace {

using store::Blob;
using store::Statement;

constexpr std::size_t kKeyBytesMax = 128;        // two hashes and a word
constexpr std::size_t kPieceBytesMax = 3 << 20;  // a cell holds 4 MiB
constexpr std::size_t kWordsMax = 4'096;         // of a disclosure or an error

std::int64_t now_s() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

Result<void> check_key(const std::string& key) {
  const bool is_visible = std::all_of(key.begin(), key.end(), [](char c) { return c > 0x20 && c < 0x7f; });
  if (!key.empty() && key.size() <= kKeyBytesMax && is_visible) return {};
  return fail(Code::kInvalidArgument, "CONTENT_KEY_INVALID",
              "content key " + printable(key, 64) + ": 1 to 128 visible ASCII characters are allowed");
}

// The values in a cell's room: what can be found again quickest goes first.
std::string fitted(model::TrackAnalysis analysis) {
  analysis.waveform = {};
  analysis.ai_generated.resize(std::min(analysis.ai_generated.size(), kWordsMax));
  analysis.error.resize(std::min(analysis.error.size(), kWordsMax));
  std::string packed = packed_analysis(analysis);
  if (packed.size() > kPieceBytesMax) {
    analysis.onsets_s.clear();
    packed = packed_analysis(analysis);
  }
  if (packed.size() > kPieceBytesMax) {
    analysis.rhythm.beats_s.clear();
    packed = packed_analysis(analysis);
  }
  return packed;
}

// Analyses of no track in a folder that somebody named.
constexpr const char* kOutside =
    "FROM analysis a WHERE NOT EXISTS (SELECT 1 FROM track_content c JOIN root r ON c.uri >= 'segue://' || r.provider "
    "|| '/' AND c.uri < 'segue://' || r.provider || '0' WHERE c.content = a.content)";

// The oldest of them make room, a tenth at a time. To count them takes long enough not to do it for each.
Result<void> forget_oldest(store::Database& database, std::int64_t newest_id, std::int64_t outside_max) {
  if (newest_id % std::max<std::int64_t>(1, outside_max / 100) != 0) return {};
  const Result<std::int64_t> all = database.number("SELECT count(*) FROM analysis");
  if (!all) return tl::unexpected<Error>(all.error());
  if (*all <= outside_max) return {};
  const Result<std::int64_t> outside = database.number("SELECT count(*) " + std::string(kOutside));
  if (!outside) return tl::unexpected<Error>(outside.error());
  if (*outside <= outside_max) return {};
  auto done = database.execute(
      "DELETE FROM analysis WHERE id IN (SELECT a.id " + std::string(kOutside) + " ORDER BY a.made_at_s, a.id LIMIT ?)",
      *outside - outside_max + outside_max / 10);
  if (!done) return done;
  return database.execute("DELETE FROM track_content WHERE content NOT IN (SELECT content FROM analysis)");
}

Result<void> write_pieces(store::Database& database, std::int64_t id, const model::TrackAnalysis& analysis) {
  auto done = database.execute("DELETE FROM analysis_piece WHERE analysis = ?", id);
  if (!done) return done;
  std::vector<std::string> pieces = packed_waveform(analysis.waveform);
  pieces.insert(pieces.begin(), fitted(analysis));
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    done = database.execute("INSERT INTO analysis_piece VALUES(?, ?, ?)", id, static_cast<std::int64_t>(i),
                            Blob{pieces[i]});
    if (!done) return done;
  }
  return {};
}

Result<void> write_all(store::Database& database, const std::string& content_key, const model::TrackAnalysis& analysis,
                       std::int64_t outside_max) {
  const double bpm = std::isfinite(analysis.rhythm.bpm) ? analysis.rhythm.bpm : 0;
  const std::string key = analysis.tonality.key ? model::name_of(*analysis.tonality.key) : "";
  auto done = database.execute(
      "INSERT INTO analysis(content, version, bpm, key, made_at_s) VALUES(?, ?, ?, ?, ?) ON CONFLICT(content) "
      "DO UPDATE SET version = excluded.version, bpm = excluded.bpm, key = excluded.key, "
      "made_at_s = excluded.made_at_s",
      content_key, analysis.version, bpm, key, now_s());
  if (!done) return done;
  std::int64_t id = 0;
  done = each_row(database.query("SELECT id FROM analysis WHERE content = ?", content_key),
                  [&](const Statement& row) { id = row.integer(0); });
  if (done) done = write_pieces(database, id, analysis);
  return done ? forget_oldest(database, id, outside_max) : done;
}

}  // namespace

Result<KeptAnalysis> read_analysis(store::Database& database, const std::string& content_key) {
  if (auto good = check_key(content_key); !good) return tl::unexpected<Error>(good.error());
  std::vector<std::string> pieces;
  auto read = each_row(database.query("SELECT p.piece, p.packed FROM analysis a JOIN analysis_piece p ON p.analysis = "
                                      "a.id WHERE a.content = ? ORDER BY p.piece",
                                      content_key),
                       [&](const Statement& row) {
                         // A piece that is missing shows as one that is empty, which is damaged.
                         const auto piece =
                             static_cast<std::size_t>(std::clamp<std::int64_t>(row.integer(0), 0, 1'024));
                         pieces.resize(std::max(pieces.size(), piece + 1));
                         pieces[piece] = row.text(1);
                       });
  if (!read && read.error().code == Code::kDataLoss) return KeptAnalysis{{}, read.error().message};
  if (!read) return tl::unexpected<Error>(read.error());
  if (pieces.empty()) return KeptAnalysis{};
  KeptAnalysis kept{unpacked_analysis(pieces[0]), {}};
  pieces.erase(pieces.begin());
  std::optional<model::Waveform> waveform = unpacked_waveform(pieces);
  if (!kept.analysis || pieces.empty() || !waveform) return KeptAnalysis{{}, "its bytes are damaged"};
  kept.analysis->waveform = std::move(*waveform);
  return kept;
}

Result<void> write_analysis(store::Database& database, const std::string& content_key,
                            const model::TrackAnalysis& analysis, std::int64_t outside_max) {
  if (auto good = check_key(content_key); !good) return good;
  auto transaction = store::Transaction::begin(database);
  if (!transaction) return library_error(transaction.error());
  auto done = write_all(database, content_key, analysis, outside_max);
  if (done) done = transaction->commit();
  if (!done) return library_error(done.error());
  return {};
}

Result<void> write_content(store::Database& database, const std::string& uri, const std::string& content_key) {
  if (auto good = check_key(content_key); !good) return good;
  auto transaction = store::Transaction::begin(database);
  if (!transaction) return library_error(transaction.error());
  const Result<std::string> address = address_of(database, uri);
  if (!address) return tl::unexpected<Error>(address.error());
  auto done =
      database.execute("INSERT INTO track_content VALUES(?, ?) ON CONFLICT DO UPDATE SET content = excluded.content",
                       *address, content_key);
  if (done) done = adopt_marks(database, *address, content_key);
  if (done) done = transaction->commit();
  if (!done) return library_error(done.error());
  return {};
}

Result<std::string> read_content(store::Database& database, const std::string& uri) {
  const Result<std::string> address = address_of(database, uri);
  if (!address) return address;
  std::string content;
  auto read = each_row(database.query("SELECT content FROM track_content WHERE uri = ?", *address),
                       [&](const Statement& row) { content = row.text(0); });
  if (!read) return tl::unexpected<Error>(read.error());
  return content;
}

}  // namespace segue::catalog
