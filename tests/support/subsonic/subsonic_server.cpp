// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/subsonic/subsonic_server.h"

#include <algorithm>
#include <cstdio>
#include <deque>
#include <map>
#include <mutex>
#include <set>

#include <openssl/evp.h>

#include "tests/support/net/http_text.h"
#include "tests/support/subsonic/store.h"

namespace segue::test {
namespace {

constexpr std::size_t kSaltCharactersMin = 6;  // the protocol's
const std::string kPrefix = "/rest/";

std::string md5_hex(const std::string& text) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  EVP_Digest(text.data(), text.size(), digest, &size, EVP_md5(), nullptr);
  std::string hex;
  for (unsigned i = 0; i < size; ++i) {
    char pair[3];
    std::snprintf(pair, sizeof pair, "%02x", digest[i]);
    hex += pair;
  }
  return hex;
}

std::string plain_password(const std::string& parameter) {
  constexpr std::string_view kHex = "enc:";
  if (!parameter.starts_with(kHex)) return parameter;
  std::string escaped;
  for (std::size_t i = kHex.size(); i + 1 < parameter.size(); i += 2) escaped += "%" + parameter.substr(i, 2);
  return unescape(escaped, false);
}

std::string method_of(const std::string& path) {
  std::string method = path.substr(kPrefix.size());
  constexpr std::string_view kSuffix = ".view";
  if (method.ends_with(kSuffix)) method.resize(method.size() - kSuffix.size());
  return method;
}

int minor_of(const std::string& version) {
  int major = 0;
  int minor = 0;
  std::sscanf(version.c_str(), "%d.%d", &major, &minor);
  return minor;
}

}  // namespace

struct SubsonicServer::State {
  State(Options given, FaultServer::Options network) : options(given), store(given), net(network) {}

  const Options options;
  mutable std::mutex mutex;  // of all down to net
  SubsonicStore store;
  std::map<std::string, std::deque<Fault>> faults;
  std::map<std::string, std::deque<int>> errors;
  std::vector<std::string> complaints;
  std::set<std::string> salts;
  FaultServer net;  // last: its threads end first

  Response answer(Request request);
  SubsonicReply reply_to(const std::string& method, const Request& request);
  SubsonicReply authorised(const Request& request);
  SubsonicReply tell_extensions() const;
  Response written(const Request& request, SubsonicReply reply) const;
  Fault next_fault(const std::string& method);
  int next_error(const std::string& method);
  void judge(const std::string& method, const Request& request);
  void complain(const std::string& method, const std::string& what) { complaints.push_back(method + ": " + what); }
};

// What the protocol, or a careful client, would not do.
void SubsonicServer::State::judge(const std::string& method, const Request& request) {
  for (const char* name : {"v", "c", "f"})
    if (values_of(request, name).size() != 1) complain(method, std::string("not exactly one ") + name);
  if (const auto salt = request.parameter("s")) {
    if (salt->size() < kSaltCharactersMin) complain(method, "a salt of less than 6 characters");
    if (!salts.insert(*salt).second) complain(method, "a salt that was used before");
  }
  for (const char* name : {"maxBitRate", "estimateContentLength"})
    if (request.parameter(name)) complain(method, std::string("asks for transcoding: ") + name);
}

Fault SubsonicServer::State::next_fault(const std::string& method) {
  for (const std::string& key : {method, std::string("*")}) {
    const auto found = faults.find(key);
    if (found == faults.end() || found->second.empty()) continue;
    const Fault fault = found->second.front();
    Fault& left = found->second.front();
    if (left.times != Fault::kForEver && --left.times <= 0) found->second.pop_front();
    return fault;
  }
  return {};
}

int SubsonicServer::State::next_error(const std::string& method) {
  std::deque<int>& codes = errors[method];
  if (codes.empty()) return -1;
  const int code = codes.front();
  codes.pop_front();
  return code;
}

SubsonicReply SubsonicServer::State::authorised(const Request& request) {
  const auto user = request.parameter("u");
  const auto password = request.parameter("p");
  const auto token = request.parameter("t");
  const auto salt = request.parameter("s");
  const auto key = request.parameter("apiKey");
  if (key && options.has_api_key) {
    if (user || password || token || salt) return failed(43, "Multiple conflicting authentication mechanisms provided");
    return *key == options.api_key ? SubsonicReply{} : failed(44, "Invalid API key");
  }
  if (!user) return failed(10, "Required parameter is missing: u");
  if (token && salt && !password) {
    if (!options.has_token) return failed(options.token_refusal, "Token authentication is not supported here");
    const bool is_right = *user == options.user && *token == md5_hex(options.password + *salt);
    return is_right ? SubsonicReply{} : failed(40, "Wrong username or password");
  }
  if (!password) return failed(10, "Required parameter is missing: p");
  if (!options.has_password) return failed(42, "Provided authentication mechanism not supported");
  const bool is_right = *user == options.user && plain_password(*password) == options.password;
  return is_right ? SubsonicReply{} : failed(40, "Wrong username or password");
}

SubsonicReply SubsonicServer::State::tell_extensions() const {
  Json list = Json::array();
  if (options.has_api_key) list.push_back({{"name", "apiKeyAuthentication"}, {"versions", {1}}});
  if (options.has_form_post) list.push_back({{"name", "formPost"}, {"versions", {1}}});
  return {.fields = {{"openSubsonicExtensions", std::move(list)}}};
}

SubsonicReply SubsonicServer::State::reply_to(const std::string& method, const Request& request) {
  if (const int code = next_error(method); code >= 0) return failed(code, "An error made by the test");
  if (method == "getOpenSubsonicExtensions" && options.is_open) return tell_extensions();
  const bool is_newer = minor_of(request.parameter("v").value_or("0.0")) > minor_of(options.version);
  if (options.wants_old_clients && is_newer) return failed(30, "Incompatible Subsonic REST protocol version");
  if (auto refused = authorised(request); refused.error) return refused;
  if (method == "tokenInfo" && options.has_api_key) return {.fields = {{"tokenInfo", {{"username", options.user}}}}};
  if (auto reply = store.call(method, request)) return std::move(*reply);
  SubsonicReply missing = failed(0, "Unknown method");
  missing.file = Response{.status = 404};
  return missing;
}

Response SubsonicServer::State::written(const Request& request, SubsonicReply reply) const {
  if (reply.file && !reply.error) return std::move(*reply.file);
  Json body{{"status", reply.error ? "failed" : "ok"}, {"version", options.version}};
  if (options.is_open) {
    body["type"] = "segue-test";
    body["serverVersion"] = "1.0";
    body["openSubsonic"] = true;
  }
  if (reply.error) {
    body["error"] = {{"code", reply.error->code}, {"message", reply.error->message}};
  } else {
    body.update(reply.fields);
  }
  Response response;
  if (reply.file) response.status = reply.file->status;
  if (request.parameter("f").value_or("xml") == "json") {
    response.body = json_text({{"subsonic-response", std::move(body)}});
  } else {
    response.mime = "text/xml";
    response.body = R"(<?xml version="1.0" encoding="UTF-8"?>)" + xml_text("subsonic-response", body);
  }
  return response;
}

Response SubsonicServer::State::answer(Request request) {
  const std::lock_guard lock(mutex);
  const std::string method = method_of(request.path);
  if (!options.has_form_post && !request.form.empty()) {
    complain(method, "posts a form to a server that does not take any");
    request.form.clear();
  }
  judge(method, request);
  if (options.is_open && options.has_form_post && !request.query.empty())
    for (const char* secret : {"p", "t", "apiKey"})
      for (const auto& [name, value] : request.query)
        if (name == secret) complain(method, "a secret in the address although a form can be posted: " + name);
  const Fault fault = next_fault(method);
  Response response = written(request, reply_to(method, request));
  response.fault = fault;
  return response;
}

SubsonicServer::SubsonicServer(Options options, FaultServer::Options net)
    : state_(std::make_unique<State>(options, net)) {
  state_->net.handle(kPrefix, [state = state_.get()](const Request& request) { return state->answer(request); });
}

SubsonicServer::~SubsonicServer() { state_->net.stop(); }

FaultServer& SubsonicServer::net() { return state_->net; }
std::string SubsonicServer::url() const { return state_->net.url(); }

void SubsonicServer::add(SubsonicSong song) {
  const std::lock_guard lock(state_->mutex);
  state_->store.add(std::move(song));
}

void SubsonicServer::add(SubsonicPlaylist playlist) {
  const std::lock_guard lock(state_->mutex);
  state_->store.add(std::move(playlist));
}

void SubsonicServer::add(SubsonicStation station) {
  const std::lock_guard lock(state_->mutex);
  state_->store.add(std::move(station));
}

void SubsonicServer::add_cover(const std::string& id, std::string bytes, const std::string& mime) {
  const std::lock_guard lock(state_->mutex);
  state_->store.add_cover(id, Response{.body = std::move(bytes), .mime = mime});
}

void SubsonicServer::change_playlist(const std::string& id, std::vector<std::string> songs) {
  const std::lock_guard lock(state_->mutex);
  state_->store.change_playlist(id, std::move(songs));
}

std::vector<SubsonicPlaylist> SubsonicServer::playlists() const {
  const std::lock_guard lock(state_->mutex);
  return state_->store.playlists();
}

void SubsonicServer::fault(const std::string& method, std::vector<Fault> faults) {
  const std::lock_guard lock(state_->mutex);
  state_->faults[method] = {faults.begin(), faults.end()};
}

void SubsonicServer::error(const std::string& method, int code, int times) {
  const std::lock_guard lock(state_->mutex);
  state_->errors[method].insert(state_->errors[method].end(), static_cast<std::size_t>(times), code);
}

std::vector<Exchange> SubsonicServer::calls(const std::string& method) const {
  std::vector<Exchange> found;
  for (Exchange& exchange : state_->net.log()) {
    if (!exchange.request.path.starts_with(kPrefix)) continue;
    if (method.empty() || method_of(exchange.request.path) == method) found.push_back(std::move(exchange));
  }
  return found;
}

std::vector<std::string> SubsonicServer::complaints() const {
  const std::lock_guard lock(state_->mutex);
  return state_->complaints;
}

Fault html_login_page() {
  Fault fault;
  fault.status = 200;
  fault.mime = "text/html; charset=utf-8";
  fault.body = "<!DOCTYPE html><html><head><title>Sign in</title></head><body><form>Password</form></body></html>";
  return fault;
}

Fault oversized_json(std::size_t bytes) {
  Fault fault;
  fault.status = 200;
  fault.body =
      R"({"subsonic-response":{"status":"ok","version":"1.16.1","filler":")" + std::string(bytes, 'x') + R"("}})";
  return fault;
}

Fault deep_json(std::size_t levels) {
  Fault fault;
  fault.status = 200;
  fault.body = R"({"subsonic-response":{"status":"ok","version":"1.16.1","filler":)" + std::string(levels, '[') +
               std::string(levels, ']') + "}}";
  return fault;
}

Fault not_json() {
  Fault fault;
  fault.status = 200;
  fault.body = R"({"subsonic-response":{"status":"ok","ver)";
  return fault;
}

}  // namespace segue::test
