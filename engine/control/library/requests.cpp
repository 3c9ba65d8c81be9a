// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/control/library/requests.h"

#include <cstdio>

#include "engine/model/config.h"

namespace segue::control {
namespace {

constexpr std::size_t kTextBytesMax = 1'024;   // more words than anybody types
constexpr std::size_t kTokenBytesMax = 8'192;  // a provider's id, node, page or version: as long as an address
constexpr std::size_t kPlaylistNameMax = 200;  // characters, as the schema states
constexpr int kPlaylistUrisMax = 10'000;
constexpr int kPrefetchUrisMax = 1'000;
constexpr int kAnalyzeUrisMax = 1'000;
constexpr double kBpmMin = 20;  // of a grid
constexpr double kBpmMax = 400;
constexpr std::int64_t kPositionMax = 1'000'000;  // no playlist is longer: only refuses nonsense
constexpr int kLimitDefault = 50;
constexpr int kLimitMax = 500;
constexpr std::chrono::milliseconds kPatienceDefault{5'000};

tl::unexpected<Error> invalid(const char* reason, const std::string& field, const std::string& what) {
  return fail(Code::kInvalidArgument, reason, field + ": " + what);
}

Result<void> within(const std::string& field, std::int64_t value, std::int64_t low, std::int64_t high) {
  if (value >= low && value <= high) return {};
  return invalid("FIELD_OUT_OF_RANGE", field,
                 std::to_string(value) + " is not within " + std::to_string(low) + " to " + std::to_string(high));
}

std::string number_text(double value) {
  char text[32];
  std::snprintf(text, sizeof(text), "%g", value);
  return text;
}

Result<void> text(const std::string& field, const std::string& value, std::size_t bytes_max) {
  if (value.size() > bytes_max) {
    return invalid("FIELD_INVALID", field, "longer than " + std::to_string(bytes_max) + " bytes");
  }
  if (value.find('\0') != std::string::npos) return invalid("FIELD_INVALID", field, "holds a zero byte");
  return {};
}

Result<void> token(const std::string& field, const std::string& value) {
  if (value.empty()) return invalid("FIELD_INVALID", field, "not set");
  return text(field, value, kTokenBytesMax);
}

bool is_provider_name(const std::string& name) {
  if (name.empty() || name.size() > 32) return false;
  return name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_-") == std::string::npos;
}

Result<void> provider(const std::string& field, const std::string& name) {
  if (name.empty()) return invalid("FIELD_INVALID", field, "not set");
  if (is_provider_name(name)) return {};
  return invalid("FIELD_INVALID", field, "not 1 to 32 of a-z, 0-9, _ and -");
}

Result<void> uri(const std::string& field, const std::string& value) {
  if (value.empty()) return invalid("FIELD_INVALID", field, "not set");
  if (value.size() > model::kUriBytesMax) return invalid("URI_INVALID", field, "longer than 8,192 bytes");
  for (const char c : value) {
    if (static_cast<unsigned char>(c) <= 0x20 || c == 0x7F) {
      return invalid("URI_INVALID", field, "holds a space or a control character; write it as %XX");
    }
  }
  for (const char* scheme : {"segue://", "file:///", "file://localhost/", "http://", "https://"}) {
    if (value.starts_with(scheme)) return {};
  }
  return invalid("URI_UNSUPPORTED", field, "none of segue://PROVIDER/ID, file:///path, http(s)://…");
}

Result<void> file_path(const std::string& field, const std::string& path) {
  if (!path.starts_with('/')) return invalid("FIELD_INVALID", field, "not an absolute path");
  return text(field, path, kTokenBytesMax);
}

template <typename Uris>
Result<void> uris(const std::string& field, const Uris& values, int low, int high) {
  if (values.size() < low || values.size() > high) {
    return invalid(
        "FIELD_OUT_OF_RANGE", field,
        std::to_string(values.size()) + " of them, not " + std::to_string(low) + " to " + std::to_string(high));
  }
  for (int i = 0; i < values.size(); ++i) {
    if (auto good = uri(field + "[" + std::to_string(i) + "]", values.Get(i)); !good) return good;
  }
  return {};
}

Result<void> playlist_name(const std::string& field, const std::string& name) {
  std::size_t characters = 0;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7F) return invalid("FIELD_INVALID", field, "holds a control character");
    if ((byte & 0xC0) != 0x80) ++characters;
  }
  if (characters >= 1 && characters <= kPlaylistNameMax) return {};
  return invalid("FIELD_OUT_OF_RANGE", field, std::to_string(characters) + " characters, not 1 to 200");
}

Result<void> optional_provider(const std::string& name) {
  return name.empty() ? Result<void>() : provider("provider", name);
}

// Position and count of remove and move.
template <typename Span>
Result<void> span(const std::string& where, const Span& span) {
  if (auto good = within(where + "position", span.position(), 0, kPositionMax); !good) return good;
  return within(where + "count", span.count(), 0, kPositionMax);
}

Result<void> check_edit(const v1::EditPlaylistRequest& request) {
  switch (request.edit_case()) {
    case v1::EditPlaylistRequest::kRename: return playlist_name("rename.name", request.rename().name());
    case v1::EditPlaylistRequest::kAdd:
      if (auto good = uris("add.uris", request.add().uris(), 1, kPlaylistUrisMax); !good) return good;
      return within("add.position", request.add().position(), 0, kPositionMax);
    case v1::EditPlaylistRequest::kRemove: return span("remove.", request.remove());
    case v1::EditPlaylistRequest::kMove:
      if (auto good = span("move.", request.move()); !good) return good;
      return within("move.to", request.move().to(), 0, kPositionMax);
    case v1::EditPlaylistRequest::EDIT_NOT_SET: break;
  }
  return invalid("FIELD_INVALID", "edit", "not set, or unknown to this version");
}

// A tempo, or 0 for none.
Result<void> optional_bpm(const std::string& field, double value) {
  if (value == 0 || (value >= kBpmMin && value <= kBpmMax)) return {};
  return invalid("FIELD_OUT_OF_RANGE", field, number_text(value) + " is neither 0 nor within 20 to 400");
}

int count_of(std::uint32_t count) { return count == 0 ? 1 : static_cast<int>(count); }

}  // namespace

Result<catalog::Search> search_of(const v1::SearchRequest& request) {
  const auto check_all = [&]() -> Result<void> {
    if (request.text().empty()) return invalid("FIELD_INVALID", "text", "not set");
    if (auto good = text("text", request.text(), kTextBytesMax); !good) return good;
    for (int i = 0; i < request.providers_size(); ++i) {
      if (auto good = provider("providers[" + std::to_string(i) + "]", request.providers(i)); !good) return good;
    }
    if (request.providers_size() > 32) return invalid("FIELD_OUT_OF_RANGE", "providers", "more than 32");
    if (auto good = within("limit", request.limit(), 0, kLimitMax); !good) return good;
    if (auto good = within("offset", request.offset(), 0, kPositionMax); !good) return good;
    if (request.patience_ms() == 0) return {};
    return within("patience_ms", request.patience_ms(), 100, 60'000);
  };
  if (auto good = check_all(); !good) return tl::unexpected(good.error());
  catalog::Search search;
  search.text = request.text();
  search.providers.assign(request.providers().begin(), request.providers().end());
  search.limit = request.limit() == 0 ? kLimitDefault : static_cast<int>(request.limit());
  search.offset = static_cast<int>(request.offset());
  search.patience = request.patience_ms() == 0 ? kPatienceDefault : std::chrono::milliseconds(request.patience_ms());
  return search;
}

Result<void> check(const v1::BrowseRequest& request) {
  if (auto good = optional_provider(request.provider()); !good) return good;
  if (auto good = text("node", request.node(), kTokenBytesMax); !good) return good;
  return text("page", request.page(), kTokenBytesMax);
}

Result<void> check(const v1::GetTrackRequest& request) { return uri("uri", request.uri()); }

Result<void> check(const v1::GetArtworkRequest& request) {
  if (auto good = uri("uri", request.uri()); !good) return good;
  return within("size_px", request.size_px(), 0, 4'096);
}

Result<void> check(const v1::ListPlaylistsRequest& request) { return optional_provider(request.provider()); }

Result<void> check(const v1::GetPlaylistRequest& request) {
  if (auto good = provider("provider", request.provider()); !good) return good;
  return token("id", request.id());
}

Result<void> check(const v1::CreatePlaylistRequest& request) {
  if (auto good = optional_provider(request.provider()); !good) return good;
  if (auto good = playlist_name("name", request.name()); !good) return good;
  return uris("uris", request.uris(), 0, kPlaylistUrisMax);
}

Result<catalog::PlaylistEdit> edit_of(const v1::EditPlaylistRequest& request) {
  if (auto good = provider("provider", request.provider()); !good) return tl::unexpected(good.error());
  if (auto good = token("id", request.id()); !good) return tl::unexpected(good.error());
  if (auto good = text("version", request.version(), kTokenBytesMax); !good) return tl::unexpected(good.error());
  if (auto good = check_edit(request); !good) return tl::unexpected(good.error());
  catalog::PlaylistEdit edit;
  edit.version = request.version();
  switch (request.edit_case()) {
    case v1::EditPlaylistRequest::kRename:
      edit.kind = catalog::PlaylistEdit::Kind::kRename;
      edit.name = request.rename().name();
      break;
    case v1::EditPlaylistRequest::kAdd:
      edit.kind = catalog::PlaylistEdit::Kind::kAdd;
      edit.uris.assign(request.add().uris().begin(), request.add().uris().end());
      if (request.add().has_position()) edit.position = static_cast<int>(request.add().position());
      break;
    case v1::EditPlaylistRequest::kRemove:
      edit.kind = catalog::PlaylistEdit::Kind::kRemove;
      edit.position = static_cast<int>(request.remove().position());
      edit.count = count_of(request.remove().count());
      break;
    case v1::EditPlaylistRequest::kMove:
      edit.kind = catalog::PlaylistEdit::Kind::kMove;
      edit.position = static_cast<int>(request.move().position());
      edit.count = count_of(request.move().count());
      edit.to = static_cast<int>(request.move().to());
      break;
    case v1::EditPlaylistRequest::EDIT_NOT_SET: break;
  }
  return edit;
}

Result<void> check(const v1::DeletePlaylistRequest& request) {
  if (auto good = provider("provider", request.provider()); !good) return good;
  return token("id", request.id());
}

Result<void> check(const v1::PrefetchRequest& request) {
  if (auto good = uris("uris", request.uris(), 1, kPrefetchUrisMax); !good) return good;
  return within("priority", request.priority(), -100, 100);
}

Result<void> check(const v1::CancelPrefetchRequest& request) {
  return uris("uris", request.uris(), 0, kPrefetchUrisMax);
}

Result<void> check(const v1::RefreshProviderRequest& request) { return provider("name", request.name()); }

Result<void> check(const v1::ImportLibraryRequest& request) {
  if (auto good = text("format", request.format(), kTextBytesMax); !good) return good;
  if (request.path().empty() && !request.content().empty()) return {};
  return file_path("path", request.path());
}

Result<void> check(const v1::ExportLibraryRequest& request) {
  if (auto good = text("format", request.format(), kTextBytesMax); !good) return good;
  return request.path().empty() ? Result<void>() : file_path("path", request.path());
}

Result<void> check(const v1::GetMarksRequest& request) { return uri("uri", request.uri()); }

Result<void> check(const v1::SetMarksRequest& request) {
  if (auto good = uri("uri", request.uri()); !good) return good;
  return text("version", request.version(), kTokenBytesMax);
}

Result<void> check(const v1::AnalyzeRequest& request) {
  if (auto good = uris("uris", request.uris(), 1, kAnalyzeUrisMax); !good) return good;
  const v1::TempoHint& hint = request.hint();
  if (auto good = optional_bpm("hint.bpm_min", hint.bpm_min()); !good) return good;
  if (auto good = optional_bpm("hint.bpm_max", hint.bpm_max()); !good) return good;
  if (auto good = optional_bpm("hint.bpm", hint.bpm()); !good) return good;
  const model::TempoHint whole = hint_of(hint);
  if (whole.bpm_max > whole.bpm_min) return {};
  return invalid("FIELD_OUT_OF_RANGE", "hint.bpm_max",
                 number_text(whole.bpm_max) + " is not more than bpm_min, " + number_text(whole.bpm_min));
}

model::TempoHint hint_of(const v1::TempoHint& hint) {
  model::TempoHint whole;
  if (hint.bpm_min() > 0) whole.bpm_min = hint.bpm_min();
  if (hint.bpm_max() > 0) whole.bpm_max = hint.bpm_max();
  whole.bpm = hint.bpm();
  return whole;
}

Result<void> check(const v1::GetAnalysisRequest& request) { return uri("uri", request.uri()); }

Result<void> check(const v1::GetWaveformRequest& request) {
  if (auto good = uri("uri", request.uri()); !good) return good;
  if (auto good = within("resolution", request.resolution(), 0, v1::GetWaveformRequest::DETAIL); !good) return good;
  return text("known_version", request.known_version(), kTokenBytesMax);
}

}  // namespace segue::control
