// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/control/library/exchange_calls.h"

#include <filesystem>
#include <optional>

#include "engine/catalog/catalogue.h"
#include "engine/catalog/import/location.h"
#include "engine/catalog/library.h"
#include "engine/control/library/exchange.h"
#include "engine/control/library/marks_messages.h"
#include "engine/control/library/messages.h"
#include "engine/control/library/requests.h"

namespace segue::control {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kPatience{15'000};           // of one track
constexpr milliseconds kExchangePatience{600'000};  // of a whole library: 400,000 tracks on an SD card

// Runs `call` on the library and answers what it answers.
template <typename Response, typename Call>
void ask_library(const SharedParts& parts, milliseconds patience, const std::stop_token& stop, Call call,
                 LibraryAccess::Answer<Response> answer) {
  const auto value = std::make_shared<std::optional<Response>>();
  auto task = [parts, value, call = std::move(call)](catalog::Provider&, const std::stop_token&) -> Result<void> {
    Result<Response> result = call(parts->library);
    if (!result) return tl::unexpected(result.error());
    *value = *std::move(result);
    return {};
  };
  auto done = [value, answer = std::move(answer)](const Result<void>& outcome) {
    if (!outcome) return answer(tl::unexpected(outcome.error()));
    answer(**value);
  };
  parts->catalogue.ask(keeper_of(*parts), patience, stop, std::move(task), std::move(done));
}

bool is_file_there(const std::string& uri) {
  const std::optional<std::string> path = catalog::path_of_file_uri(uri);
  std::error_code ignored;
  return path && std::filesystem::exists(*path, ignored);
}

// The marks of a track. What was never marked has to be a track, as far as anybody can say: those of a catalogue that
// is away are told and taken. Fails with NOT_FOUND as the catalogue does, or
// FILE_MISSING.
void ask_marks(const SharedParts& parts, const std::string& uri, const std::stop_token& stop,
               LibraryAccess::Answer<catalog::KeptMarks> answer) {
  struct Found {
    catalog::KeptMarks kept;
    bool is_there = false;
  };
  const auto look = [uri](catalog::Library& library) -> Result<Found> {
    auto kept = library.marks(uri);
    if (!kept) return tl::unexpected(kept.error());
    const bool is_there = kept->version != "0" || is_file_there(uri);
    return Found{*std::move(kept), is_there};
  };
  auto take = [parts, uri, stop, answer = std::move(answer)](const Result<Found>& found) {
    if (!found) return answer(tl::unexpected(found.error()));
    if (found->is_there) return answer(found->kept);
    if (const auto path = catalog::path_of_file_uri(uri))
      return answer(fail(Code::kNotFound, "FILE_MISSING", clean_text(*path) + ": no such file"));
    parts->catalogue.track(uri, stop, [kept = found->kept, answer](const Result<catalog::Entry>& entry) {
      if (!entry && entry.error().code == Code::kNotFound) return answer(tl::unexpected(entry.error()));
      answer(kept);
    });
  };
  ask_library<Found>(parts, kPatience, stop, look, std::move(take));
}

Result<void> check_origin(const Origin& origin) {
  if (origin.may_use_any_file) return {};
  return fail(Code::kPermissionDenied, "FILE_NOT_ALLOWED", "path: only who may use any file may name one");
}

}  // namespace

std::string keeper_of(const LibraryParts& parts) {
  for (const auto& status : parts.catalogue.providers()) {
    if (status.description.type == "local") return status.description.name;
  }
  return "local";
}

void call_import(const SharedParts& parts, const v1::ImportLibraryRequest& request, const Origin& origin,
                 const std::stop_token& stop, std::function<void(v1::ImportLibraryResponse)> tell,
                 std::function<void(Result<void>)> done) {
  if (auto good = check_origin(origin); !good) return done(good);
  if (auto good = check(request); !good) return done(good);
  const std::string keeper = keeper_of(*parts);
  auto task = [parts, keeper, request, tell = std::move(tell)](catalog::Provider&, const std::stop_token& stopped) {
    return import_library(parts->library, keeper, request, stopped, tell);
  };
  parts->catalogue.ask(keeper, kExchangePatience, stop, std::move(task), std::move(done));
}

void call_export(const SharedParts& parts, v1::ExportLibraryRequest request, const Origin& origin,
                 const std::stop_token& stop, LibraryAccess::Answer<v1::ExportLibraryResponse> answer) {
  if (auto good = check_origin(origin); !good) return answer(tl::unexpected(good.error()));
  if (auto good = check(request); !good) return answer(tl::unexpected(good.error()));
  ask_library<v1::ExportLibraryResponse>(
      parts, kExchangePatience, stop,
      [request = std::move(request)](catalog::Library& library) { return export_library(library, request); },
      std::move(answer));
}

void call_get_marks(const SharedParts& parts, const v1::GetMarksRequest& request, const std::stop_token& stop,
                    LibraryAccess::Answer<v1::GetMarksResponse> answer) {
  if (auto good = check(request); !good) return answer(tl::unexpected(good.error()));
  ask_marks(parts, request.uri(), stop, [answer = std::move(answer)](const Result<catalog::KeptMarks>& kept) {
    if (!kept) return answer(tl::unexpected(kept.error()));
    v1::GetMarksResponse response;
    *response.mutable_marks() = to_message(kept->marks);
    response.set_version(kept->version);
    answer(response);
  });
}

void call_set_marks(const SharedParts& parts, v1::SetMarksRequest request, const std::stop_token& stop,
                    LibraryAccess::Answer<v1::SetMarksResponse> answer) {
  if (auto good = check(request); !good) return answer(tl::unexpected(good.error()));
  const auto marks = marks_of(request.marks());
  if (!marks) return answer(tl::unexpected(marks.error()));
  const std::string uri = request.uri();
  const auto put = [request = std::move(request),
                    marks = *marks](catalog::Library& library) -> Result<v1::SetMarksResponse> {
    const auto version = library.put_marks(request.uri(), marks, request.version());
    if (!version) return tl::unexpected(version.error());
    v1::SetMarksResponse response;
    response.set_version(*version);
    return response;
  };
  ask_marks(parts, uri, stop, [parts, stop, put, answer = std::move(answer)](const Result<catalog::KeptMarks>& kept) {
    if (!kept) return answer(tl::unexpected(kept.error()));
    ask_library<v1::SetMarksResponse>(parts, kPatience, stop, put, answer);
  });
}

}  // namespace segue::control
