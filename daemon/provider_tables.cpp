// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/provider_tables.h"

#include <algorithm>
#include <array>
#include <sstream>
#include <string_view>

namespace segue::daemon {
namespace {

constexpr std::size_t kNameBytesMax = 32;    // it is part of every address of its tracks
constexpr std::size_t kTextBytesMax = 4096;  // a path
constexpr std::size_t kFoldersMax = 64;
constexpr std::size_t kProvidersMax = 32;
constexpr std::int64_t kMebibyte = 1 << 20;
constexpr std::int64_t kCacheMibMax = 16 << 20;  // 16 TiB
constexpr std::array<std::string_view, 3> kTypes{"local", "http", "opensubsonic"};

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

bool is_web(std::string_view url) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (url.starts_with(scheme) && url.size() > scheme.size() && url[scheme.size()] != '/') {
      return url.find(' ') == std::string_view::npos;
    }
  }
  return false;
}

using Text = std::string model::ProviderConfig::*;

std::string plain_text(const std::string& text) {
  if (has_control(text)) return "must not hold control characters";
  return text.size() > kTextBytesMax ? "is longer than 4,096 bytes" : "";
}

std::string provider_name(const std::string& name) {
  const bool is_plain = std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
  if (!is_plain || name.empty() || name.size() > kNameBytesMax) {
    return "\"" + name + "\" is not 1 to 32 of a-z, 0-9, - and _";
  }
  return {};
}

std::string provider_type(const std::string& type) {
  const bool is_known = std::find(kTypes.begin(), kTypes.end(), type) != kTypes.end();
  return is_known ? "" : "\"" + type + "\" is not local, http or opensubsonic";
}

std::string file_path(const std::string& path) {
  return !path.empty() && path.front() == '/' ? "" : "\"" + path + "\" is not an absolute path";
}

ProviderKey text(const char* name, const char* doc, const char* range, Text place,
                 std::string (*check)(const std::string&)) {
  return {name, doc, range, [=](model::ProviderConfig& provider, const ProviderValue& value) -> std::string {
            const auto* given = std::get_if<std::string>(&value);
            if (given == nullptr) return "must be a string";
            if (std::string wrong = plain_text(*given); !wrong.empty()) return wrong;
            if (std::string wrong = check(*given); !wrong.empty()) return wrong;
            provider.*place = *given;
            return {};
          }};
}

ProviderKey folders() {
  return {"folders", "Folders of type local, with all below them; scanned at start and watched from then on.",
          "a list of absolute paths", [](model::ProviderConfig& provider, const ProviderValue& value) -> std::string {
            const auto* given = std::get_if<std::vector<std::string>>(&value);
            if (given == nullptr) return "must be a list of strings";
            if (given->size() > kFoldersMax) return "holds more than 64 folders";
            for (const std::string& folder : *given) {
              if (std::string wrong = plain_text(folder); !wrong.empty()) return wrong;
              if (std::string wrong = file_path(folder); !wrong.empty()) return wrong;
            }
            provider.folders = *given;
            return {};
          }};
}

ProviderKey legacy_auth() {
  return {"allow_legacy_auth",
          "Send the password itself to a server that knows neither API keys nor tokens, although the way there is "
          "neither encrypted nor within this machine.",
          "true or false", [](model::ProviderConfig& provider, const ProviderValue& value) -> std::string {
            const auto* given = std::get_if<bool>(&value);
            if (given == nullptr) return "must be true or false";
            provider.allow_legacy_auth = *given;
            return {};
          }};
}

ProviderKey cache_share() {
  return {"cache_mib", "Part of the disk cache this provider may fill; 0 is all of it.", "0 to 16777216 MiB",
          [](model::ProviderConfig& provider, const ProviderValue& value) -> std::string {
            const auto* given = std::get_if<std::int64_t>(&value);
            if (given == nullptr) return "must be a whole number";
            if (*given < 0 || *given > kCacheMibMax) return std::to_string(*given) + " is not 0 to 16777216 MiB";
            provider.cache_bytes_max = *given * kMebibyte;
            return {};
          }};
}

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

constexpr std::string_view kExample =
    "#   [[provider]]\n"
    "#   name = \"home\"\n"
    "#   type = \"opensubsonic\"   # Navidrome, gonic, Ampache, Supysonic and others\n"
    "#   url = \"https://music.example.org\"\n"
    "#   user = \"dj\"\n"
    "#   password_file = \"/etc/segue/home.password\"\n";

}  // namespace

const std::vector<ProviderKey>& provider_keys() {
  using P = model::ProviderConfig;
  static const auto any = [](const std::string&) { return std::string(); };
  static const std::vector<ProviderKey> keys{
      text("name", "Its name, part of its tracks' addresses: segue://NAME/ID.", "1 to 32 of a-z, 0-9, - and _",
           &P::name, provider_name),
      text("type", "What it is: folders of this machine, addresses of the web, or a server that speaks OpenSubsonic.",
           "local, http or opensubsonic", &P::type, provider_type),
      text(
          "url", "Address of an opensubsonic server; a playlist of stations for http.", "http://… or https://…",
          &P::url,
          [](const std::string& url) { return is_web(url) ? std::string() : "is not an http:// or https:// address"; }),
      folders(),
      text("user", "Name to log in with.", "a string", &P::user, any),
      text("password",
           "Password to log in with. password_file keeps it out of this file, which others must not be able "
           "to read otherwise.",
           "a string", &P::password, any),
      text("password_file", "File whose first line is the password; only its owner may be able to read it.",
           "an absolute path", &P::password_file, file_path),
      text("api_key_file", "File whose first line is an API key, for servers that have them.", "an absolute path",
           &P::api_key_file, file_path),
      text("policy", "Name of the rights profile of its tracks; empty chooses by type.", "a string", &P::policy, any),
      legacy_auth(),
      cache_share(),
  };
  return keys;
}

std::vector<ProviderFault> check_provider(const model::ProviderConfig& provider,
                                          const std::vector<model::ProviderConfig>& before) {
  std::vector<ProviderFault> faults;
  const auto fault = [&](const char* key, const char* what) { faults.push_back({key, what}); };
  if (before.size() >= kProvidersMax) fault("name", "more than 32 providers");
  if (provider.name.empty()) fault("name", "is missing");
  if (provider.type.empty()) fault("type", "is missing: local, http or opensubsonic");
  const bool is_twice = std::any_of(before.begin(), before.end(),
                                    [&](const model::ProviderConfig& other) { return other.name == provider.name; });
  if (is_twice && !provider.name.empty()) fault("name", "another provider has this name already");
  if (provider.type == "local" && provider.folders.empty()) fault("folders", "is missing: the folders with the music");
  if (provider.type != "local" && !provider.folders.empty()) fault("folders", "is only for type local");
  if (provider.type == "local" && !provider.url.empty()) fault("url", "is not for type local: write folders");
  if (provider.type == "opensubsonic") {
    if (provider.url.empty()) fault("url", "is missing: the server's address");
    const bool has_password = !provider.password.empty() || !provider.password_file.empty();
    if (!has_password && provider.api_key_file.empty()) {
      fault("password_file", "is missing: write password_file, password or api_key_file");
    }
    if (has_password && provider.user.empty()) fault("user", "is missing");
  }
  if (!provider.password.empty() && !provider.password_file.empty()) {
    fault("password", "stands beside password_file: write one of them");
  }
  return faults;
}

std::string print_providers(const std::vector<model::ProviderConfig>& providers) {
  std::ostringstream out;
  out << kExample;
  for (const model::ProviderConfig& provider : providers) {
    out << "\n[[provider]]\nname = " << quoted(provider.name) << "\ntype = " << quoted(provider.type) << '\n';
    if (!provider.url.empty()) out << "url = " << quoted(provider.url) << '\n';
    if (!provider.folders.empty()) {
      out << "folders = [";
      for (std::size_t i = 0; i < provider.folders.size(); ++i)
        out << (i > 0 ? ", " : "") << quoted(provider.folders[i]);
      out << "]\n";
    }
    if (!provider.user.empty()) out << "user = " << quoted(provider.user) << '\n';
    if (!provider.password.empty()) out << "# password is set and not shown\n";
    if (!provider.password_file.empty()) out << "password_file = " << quoted(provider.password_file) << '\n';
    if (!provider.api_key_file.empty()) out << "api_key_file = " << quoted(provider.api_key_file) << '\n';
    if (!provider.policy.empty()) out << "policy = " << quoted(provider.policy) << '\n';
    if (provider.allow_legacy_auth) out << "allow_legacy_auth = true\n";
    if (provider.cache_bytes_max > 0) out << "cache_mib = " << provider.cache_bytes_max / kMebibyte << '\n';
  }
  return out.str();
}

}  // namespace segue::daemon
