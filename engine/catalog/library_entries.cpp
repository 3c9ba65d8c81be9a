// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/catalog/library_entries.h"

namespace segue::catalog {

Entry entry_of(const store::Statement& row) {
  const auto text = [&row](int column) { return std::string(row.text(column)); };
  const auto integer = [&row](int column) { return static_cast<int>(row.integer(column)); };
  Entry entry;
  entry.provider = text(0);
  entry.id = text(1);
  // The ids of local tracks are hexadecimal digits: nothing to encode.
  entry.uri = row.is_null(2) ? "segue://" + entry.provider + "/" + entry.id : text(2);
  entry.title = text(3);
  entry.artist = text(4);
  entry.album = text(5);
  entry.album_artist = text(6);
  entry.genre = text(7);
  entry.year = integer(8);
  entry.track_number = integer(9);
  entry.duration_s = row.real(10);
  entry.bpm = row.real(11);
  entry.key = text(12);
  entry.isrc = text(13);
  entry.musicbrainz_id = text(14);
  entry.codec = text(15);
  entry.bitrate_kbps = integer(16);
  entry.sample_rate_hz = integer(17);
  entry.bits = integer(18);
  entry.size_bytes = row.integer(19);
  entry.is_live = integer(20) != 0;
  entry.reason = row.text(22).empty() ? text(23) : text(22);
  entry.is_available = entry.reason.empty();
  const bool is_local = row.is_null(2);
  const bool has_picture = !row.text(21).empty() || integer(24) != 0;
  if (is_local) {
    entry.artwork = has_picture ? entry.id : std::string();
  } else {
    entry.artwork = text(21);
  }
  entry.added_at_s = row.integer(25);
  entry.rating = integer(26);
  entry.color = static_cast<std::uint32_t>(row.integer(27));
  return entry;
}

tl::unexpected<Error> library_error(const Error& error) {
  if (error.reason == "STORE_CORRUPT") {
    return fail(Code::kDataLoss, "LIBRARY_CORRUPT", "library: " + error.message + "; move its file away");
  }
  return fail(error.code, error.reason.starts_with("STORE_") ? "LIBRARY_UNUSABLE" : error.reason,
              "library: " + error.message);
}

}  // namespace segue::catalog
