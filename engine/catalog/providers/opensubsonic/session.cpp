// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/catalog/providers/opensubsonic/session.h"

#include <algorithm>
#include <charconv>

#include "engine/catalog/providers/look.h"
#include "engine/net/retry.h"

namespace segue::catalog::opensubsonic {
namespace {

using std::chrono::seconds;

constexpr seconds kTotalMax{30};       // of a call; catalogues of 100,000 songs answer within 10 s
constexpr seconds kHoldMax{3'600};     // a Retry-After beyond an hour is a mistake
constexpr seconds kDiscoverAgain{60};  // after a server error, which says nothing about its extensions
constexpr std::int64_t kAnswerBytesMax = 8 << 20;
constexpr std::size_t kIdsPerQueryMax = 100;  // 100 UUIDs are 4.6 KB; servers take at least 8 KB of address
constexpr std::size_t kIdsPerFormMax = 10'000;
constexpr Nanoseconds kNever = Nanoseconds::max();

// "1.10.2" as a number that can be compared; nothing if it is none.
std::optional<int> rank_of(const std::string& version) {
  int rank = 0, parts = 0;
  const char* at = version.data();
  const char* const end = at + version.size();
  while (parts < 3) {
    int part = 0;
    const auto [next, fault] = std::from_chars(at, end, part);
    if (fault != std::errc() || part < 0 || part > 999) return std::nullopt;
    rank = rank * 1000 + part;
    ++parts;
    at = next;
    if (parts < 3 && (at == end || *at++ != '.')) return std::nullopt;
  }
  return at == end ? std::optional(rank) : std::nullopt;
}

}  // namespace

struct Session::Call {
  std::string method;
  Parameters parameters;
  std::int64_t bytes_max = kAnswerBytesMax;
  bool is_file = false;   // not a document; if it is one all the same, it tells a failure
  bool is_probe = false;  // of a file: its head is enough
};

// A file, or a document that is no failure.
struct Session::Reply {
  net::HttpResponse response;
  std::optional<Json> document;
};

ServerTraits Session::traits() const {
  const std::lock_guard lock(mutex_);
  return traits_;
}

std::size_t Session::ids_per_call() const { return traits().can_post ? kIdsPerFormMax : kIdsPerQueryMax; }

void Session::forget() {
  const std::lock_guard lock(mutex_);
  traits_.auth = Auth::kNone;
  discover_at_ = Nanoseconds{0};
}

bool Session::lower_version(const std::string& version) {
  const std::optional<int> wanted = rank_of(version);
  const std::lock_guard lock(mutex_);
  if (!wanted || *wanted >= rank_of(traits_.version)) return false;
  traits_.version = version;
  return true;
}

void Session::note(const Json& root) {
  const std::string type = text_of(root, "type"), version = text_of(root, "serverVersion");
  if (type.empty()) return;
  const std::lock_guard lock(mutex_);
  traits_.software = version.empty() ? type : type + " " + version;
}

void Session::note(const net::HttpResponse& response) {
  const net::HttpHead& head = response.head;
  const std::string& left = head.header("x-ratelimit-remaining");
  std::optional<seconds> wait;
  if (head.status == 429 || head.status == 503)
    wait = net::parse_retry_after(head.header("retry-after"), clock_.wall());
  const std::lock_guard lock(mutex_);
  std::int64_t count = 0;
  if (std::from_chars(left.data(), left.data() + left.size(), count).ec == std::errc() && count >= 0)
    traits_.requests_left = count;
  if (!wait) return;
  const seconds held = std::clamp(*wait, seconds(0), kHoldMax);
  held_until_ = clock_.monotonic() + held;
  traits_.requests_left = 0;
  traits_.resets_at_s = (clock_.wall() + held) / seconds(1);
}

std::optional<Failure> Session::held_back(const std::string& method) const {
  const std::lock_guard lock(mutex_);
  const Nanoseconds left = held_until_ - clock_.monotonic();
  if (left <= Nanoseconds::zero()) return std::nullopt;
  return Failure{{Code::kResourceExhausted, "RATE_LIMITED",
                  account_.name() + ": " + method + ": the server wants no request for another " +
                      std::to_string(std::chrono::ceil<seconds>(left).count()) + " s"}};
}

net::HttpRequest Session::request_for(const Call& call, const Parameters& credentials) const {
  const ServerTraits known = traits();
  Parameters all = credentials;
  all.insert(all.end(), {{"v", known.version}, {"c", "segue"}, {"f", "json"}});
  all.insert(all.end(), call.parameters.begin(), call.parameters.end());
  net::HttpRequest request;
  request.url = account_.address_of(call.method);
  request.label = account_.name() + ": " + call.method;
  request.headers = account_.headers();
  request.may_be_private = true;  // the operator has configured the address
  request.limits.total_max = kTotalMax;
  request.limits.body_bytes_max = call.bytes_max;
  if (known.can_post && !call.is_probe) {
    request.method = "POST";
    request.headers.push_back({"Content-Type", "application/x-www-form-urlencoded"});
    request.body = net::form_encode(all);
    request.limits.redirects_max = 0;  // a body with secrets is for the configured server alone
  } else {
    request.url += "?" + net::form_encode(all);
  }
  if (call.is_probe) request.from = request.to = 0;
  return request;
}

Outcome<Session::Reply> Session::send(const Call& call, Auth auth, const std::stop_token& stop) {
  if (std::optional<Failure> held = held_back(call.method)) return tl::unexpected(std::move(*held));
  Result<Parameters> credentials = account_.credentials(auth);
  if (!credentials) return tl::unexpected(Failure{credentials.error()});
  // A probe of a server without ranges would fetch the whole file: its head is enough, unless it is a document.
  const auto wants_body = [&call](const net::HttpHead& head) {
    return !call.is_probe || head.status >= 300 || is_document(head.header("content-type"));
  };
  Result<net::HttpResponse> response = look(http_, request_for(call, *credentials), wants_body, stop);
  Failure failure;
  if (!response) {
    failure.error = response.error();
  } else {
    note(*response);
    const net::HttpHead& head = response->head;
    const bool is_file = call.is_file && head.status < 300 && !is_document(head.header("content-type"));
    if (is_file) return Reply{std::move(*response), std::nullopt};
    Outcome<Json> answer = read_answer(*response);
    if (answer) return Reply{std::move(*response), std::move(*answer)};
    failure = answer.error();
    failure.error.message = account_.name() + ": " + call.method + ": " + failure.error.message;
  }
  failure.error.message = account_.without_secrets(std::move(failure.error.message), *credentials);
  return tl::unexpected(std::move(failure));
}

Outcome<Session::Reply> Session::exchange(const Call& call, Auth auth, const std::stop_token& stop) {
  Outcome<Reply> reply = send(call, auth, stop);
  if (reply || reply.error().code != kServerTooOld || !lower_version(reply.error().version)) return reply;
  return send(call, auth, stop);
}

Outcome<Json> Session::ask(const Call& call, Auth auth, const std::stop_token& stop) {
  Outcome<Reply> reply = exchange(call, auth, stop);
  if (!reply) return tl::unexpected(reply.error());
  note(*reply->document);
  return std::move(*reply->document);
}

// Which extensions there are: to be told to everybody, logged in or not. Old servers refuse or know no such method.
Outcome<void> Session::discover(const std::stop_token& stop) {
  const Outcome<Json> root = ask(Call{"getOpenSubsonicExtensions", {}}, Auth::kNone, stop);
  if (!root && root.error().status == 0) return tl::unexpected(root.error());
  bool can_post = false, has_report = false;
  if (root) {
    for (const Json* extension : list_of(*root, "openSubsonicExtensions")) {
      const std::string name = text_of(*extension, "name");
      can_post |= name == "formPost";
      has_report |= name == "playbackReport";
    }
  }
  const bool was_ill = !root && root.error().status >= 500;
  const std::lock_guard lock(mutex_);
  traits_.can_post = can_post;
  traits_.has_playback_report = has_report;
  discover_at_ = was_ill ? clock_.monotonic() + kDiscoverAgain : kNever;
  return {};
}

// The ways in, best first, until one is taken. The token's error 10 comes from servers that know passwords only.
Outcome<Auth> Session::negotiate(const std::stop_token& stop) {
  Failure failure{{Code::kUnauthenticated, "AUTH_REQUIRED", account_.name() + ": there is nothing to log in with"}};
  bool wants_password = false;
  for (const Auth way : account_.ways()) {
    if (way == Auth::kPassword && !wants_password) break;
    const Outcome<Json> root = ask(Call{"ping", {}}, way, stop);
    if (root) {
      const std::lock_guard lock(mutex_);
      traits_.auth = way;
      return way;
    }
    failure = root.error();
    const bool is_unknown = failure.code == 41 || failure.code == 42 || failure.code == kParameterMissing;
    if (!failure.is_about_access() && !is_unknown) return tl::unexpected(std::move(failure));
    if (way == Auth::kToken) wants_password = is_unknown;
  }
  if (wants_password && account_.ways().back() != Auth::kPassword) {
    failure.error = {Code::kUnauthenticated, "AUTH_REQUIRED",
                     account_.name() +
                         ": the server wants the password itself, which everybody on the way could read; "
                         "use https, or allow_legacy_auth = true"};
  } else if (failure.error.code != Code::kUnauthenticated) {
    failure.error.code = Code::kUnauthenticated;
    failure.error.reason = "AUTH_REQUIRED";
  }
  return tl::unexpected(std::move(failure));
}

Outcome<Auth> Session::ready(const std::stop_token& stop) {
  Auth auth = Auth::kNone;
  bool is_discovery_due = false;
  {
    const std::lock_guard lock(mutex_);
    auth = traits_.auth;
    is_discovery_due = discover_at_ != kNever && clock_.monotonic() >= discover_at_;
  }
  if (is_discovery_due) {
    const Outcome<void> discovered = discover(stop);
    if (!discovered) return tl::unexpected(discovered.error());
  }
  if (auth != Auth::kNone) return auth;
  return negotiate(stop);
}

// A way in that was taken once may be refused later: a changed password, another server behind the address.
template <typename Answer, typename Attempt>
Outcome<Answer> Session::with_access(const std::stop_token& stop, Attempt attempt) {
  for (bool is_first = true;; is_first = false) {
    const Outcome<Auth> auth = ready(stop);
    if (!auth) return tl::unexpected(auth.error());
    Outcome<Answer> answer = attempt(*auth);
    if (answer || !answer.error().is_about_access()) return answer;
    forget();
    if (!is_first) return answer;
  }
}

Outcome<Json> Session::call(const std::string& method, const Parameters& parameters, const std::stop_token& stop) {
  return with_access<Json>(stop, [&](Auth auth) { return ask(Call{method, parameters}, auth, stop); });
}

Outcome<net::HttpResponse> Session::fetch_file(const std::string& method, const Parameters& parameters,
                                               std::int64_t bytes_max, const std::stop_token& stop) {
  return with_access<net::HttpResponse>(stop, [&](Auth auth) -> Outcome<net::HttpResponse> {
    Outcome<Reply> reply = exchange({method, parameters, bytes_max, true}, auth, stop);
    if (!reply) return tl::unexpected(reply.error());
    if (reply->document) {
      return tl::unexpected(Failure{
          {Code::kDataLoss, "BAD_RESPONSE", account_.name() + ": " + method + ": an answer came instead of a file"}});
    }
    return std::move(reply->response);
  });
}

Outcome<void> Session::probe_file(const std::string& method, const Parameters& parameters,
                                  const std::stop_token& stop) {
  return with_access<void>(stop, [&](Auth auth) -> Outcome<void> {
    const Outcome<Reply> reply = exchange({method, parameters, kAnswerBytesMax, true, true}, auth, stop);
    if (!reply) return tl::unexpected(reply.error());
    return {};
  });
}

Outcome<std::string> Session::address(const std::string& method, const Parameters& parameters,
                                      const std::stop_token& stop) {
  const Outcome<Auth> auth = ready(stop);
  if (!auth) return tl::unexpected(auth.error());
  const Result<Parameters> credentials = account_.credentials(*auth);
  if (!credentials) return tl::unexpected(Failure{credentials.error()});
  return request_for({method, parameters, kAnswerBytesMax, true, true}, *credentials).url;
}

Outcome<void> Session::prepare(const std::stop_token& stop) {
  const Outcome<Auth> auth = ready(stop);
  if (!auth) return tl::unexpected(auth.error());
  return {};
}

Outcome<void> Session::login(const std::stop_token& stop) {
  forget();
  return prepare(stop);
}

}  // namespace segue::catalog::opensubsonic
