// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <chrono>
#include <set>
#include <thread>

#include "clients/cli/json.h"
#include "clients/cli/progress.h"
#include "clients/cli/runners.h"
#include "clients/cli/terminal.h"
#include "clients/cli/text.h"
#include "clients/cli/track_text.h"

namespace segue::cli {
namespace {

using Library = v1::LibraryService::StubInterface;
using Item = v1::ListPrefetchesResponse::Item;

constexpr auto kLookEvery = std::chrono::milliseconds(200);  // as often as a bar on a screen is worth drawing
constexpr std::int64_t kPriorityMax = 100;

Result<int> answer(const std::string& text) {
  const auto printed = print(text);
  if (!printed) return tl::unexpected(printed.error());
  return 0;
}

bool has_ended(const Item& item) { return item.state() == Item::DONE || item.state() == Item::FAILED; }

std::string item_line(const Item& item) {
  const std::string uri = one_line(item.uri());
  switch (item.state()) {
    case Item::QUEUED: return "waiting   " + uri + "\n";
    case Item::FETCHING: return progress_line(uri, item.bytes(), item.size_bytes(), "bytes") + "\n";
    case Item::DONE: return "fetched   " + uri + "  " + bytes_text(item.bytes()) + "\n";
    case Item::FAILED: return "failed    " + uri + "  " + one_line(item.error().message()) + "\n";
    default: return uri + "\n";
  }
}

Result<std::vector<std::string>> uris_of(const Call& call) {
  std::vector<std::string> uris;
  for (const std::string& word : call.arguments) {
    auto uri = track_uri(word, call.environment.working_dir);
    if (!uri) return tl::unexpected(uri.error());
    uris.push_back(std::move(*uri));
  }
  return uris;
}

// Follows the queue until all of `uris` have ended; the exit code says whether they are there.
Result<int> follow(const Call& call, Session& session, const std::vector<std::string>& uris) {
  const std::set<std::string> wanted(uris.begin(), uris.end());
  std::set<std::string> told;
  ProgressLine line(call.environment.stdout_is_terminal && !call.invocation.is_quiet);
  std::optional<Failure> failure;
  while (told.size() < wanted.size()) {
    const auto queue = session.ask(&Library::ListPrefetches, v1::ListPrefetchesRequest{});
    if (!queue) return tl::unexpected(queue.error());
    std::set<std::string> seen;
    std::int64_t done = 0;
    std::int64_t total = 0;
    for (const Item& item : queue->items()) {
      if (!wanted.contains(item.uri())) continue;
      seen.insert(item.uri());
      done += item.bytes();
      total += std::max(item.size_bytes(), item.bytes());
      if (!has_ended(item) || !told.insert(item.uri()).second) continue;
      line.clear();
      if (item.state() == Item::FAILED && !failure) {
        failure = Failure{item.error().code(), item.error().reason(), item.error().message()};
      }
      if (call.invocation.format == Format::kText && !call.invocation.is_quiet) {
        if (const auto printed = print(item_line(item)); !printed) return tl::unexpected(printed.error());
      }
    }
    for (const std::string& uri : uris) {
      if (!seen.contains(uri)) told.insert(uri);  // somebody took it out of the queue
    }
    if (told.size() == wanted.size()) break;
    line.show(progress_line(std::to_string(told.size()) + " of " + std::to_string(wanted.size()) + " tracks", done,
                            total, "bytes"));
    std::this_thread::sleep_for(kLookEvery);
  }
  if (failure) return tl::unexpected(*failure);
  return 0;
}

Result<int> cancel(const Call& call, Session& session) {
  const auto uris = uris_of(call);
  if (!uris) return tl::unexpected(uris.error());
  v1::CancelPrefetchRequest request;
  request.mutable_uris()->Add(uris->begin(), uris->end());
  const auto response = session.ask(&Library::CancelPrefetch, request);
  if (!response) return tl::unexpected(response.error());
  return answer(call.invocation.format == Format::kText ? std::string() : to_json(*response, call.invocation.format));
}

Result<int> list(const Call& call, Session& session) {
  const auto queue = session.ask(&Library::ListPrefetches, v1::ListPrefetchesRequest{});
  if (!queue) return tl::unexpected(queue.error());
  if (call.invocation.format != Format::kText) return answer(to_json(*queue, call.invocation.format));
  std::string text;
  for (const Item& item : queue->items()) text += item_line(item);
  return answer(text);
}

}  // namespace

Result<int> run_prefetch(const Call& call, Session& session) {
  if (call.has("--cancel")) return cancel(call, session);
  if (call.arguments.empty()) return list(call, session);
  const auto uris = uris_of(call);
  if (!uris) return tl::unexpected(uris.error());
  v1::PrefetchRequest request;
  request.mutable_uris()->Add(uris->begin(), uris->end());
  if (const std::string priority = call.option("--priority"); !priority.empty()) {
    const auto value = parse_whole(priority, "--priority", -kPriorityMax, kPriorityMax);
    if (!value) return tl::unexpected(value.error());
    request.set_priority(static_cast<std::int32_t>(*value));
  }
  const auto response = session.ask(&Library::Prefetch, request);
  if (!response) return tl::unexpected(response.error());
  if (call.invocation.format != Format::kText) {
    if (const auto printed = print(to_json(*response, call.invocation.format)); !printed) {
      return tl::unexpected(printed.error());
    }
  }
  return call.invocation.is_unwaited ? Result<int>(0) : follow(call, session, *uris);
}

}  // namespace segue::cli
