// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/control/library/exchange_calls.h"

#include <optional>

#include "engine/catalog/catalogue.h"
#include "engine/catalog/library.h"
#include "engine/control/library/exchange.h"
#include "engine/control/library/marks_messages.h"
#include "engine/control/library/requests.h"

namespace segue::control {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kPatience{15'000};           // of one track
constexpr milliseconds kExchangePatience{600'000};  // of a whole library: 200,000 tracks on an SD card

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
  const auto call = [uri = request.uri()](catalog::Library& library) -> Result<v1::GetMarksResponse> {
    const auto kept = library.marks(uri);
    if (!kept) return tl::unexpected(kept.error());
    v1::GetMarksResponse response;
    *response.mutable_marks() = to_message(kept->marks);
    response.set_version(kept->version);
    return response;
  };
  ask_library<v1::GetMarksResponse>(parts, kPatience, stop, call, std::move(answer));
}

void call_set_marks(const SharedParts& parts, v1::SetMarksRequest request, const std::stop_token& stop,
                    LibraryAccess::Answer<v1::SetMarksResponse> answer) {
  if (auto good = check(request); !good) return answer(tl::unexpected(good.error()));
  const auto marks = marks_of(request.marks());
  if (!marks) return answer(tl::unexpected(marks.error()));
  const auto call = [request = std::move(request),
                     marks = *marks](catalog::Library& library) -> Result<v1::SetMarksResponse> {
    const auto version = library.put_marks(request.uri(), marks, request.version());
    if (!version) return tl::unexpected(version.error());
    v1::SetMarksResponse response;
    response.set_version(*version);
    return response;
  };
  ask_library<v1::SetMarksResponse>(parts, kPatience, stop, call, std::move(answer));
}

}  // namespace segue::control
