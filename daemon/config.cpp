// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/config.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <optional>
#include <sstream>

#include <sys/stat.h>

#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>

#include "daemon/config_keys.h"
#include "daemon/provider_tables.h"

namespace segue::daemon {
namespace {

// Configuration is a page, not a database; more is a wrong file.
constexpr std::streamsize kFileBytesMax = 1 << 20;
constexpr std::size_t kCommentColumns = 100;

const ConfigKey* find_key(const std::string& name) {
  const auto& keys = config_keys();
  const auto found = std::find_if(keys.begin(), keys.end(), [&](const ConfigKey& key) { return key.name == name; });
  return found == keys.end() ? nullptr : &*found;
}

bool is_section(const std::string& name) {
  const auto& keys = config_keys();
  return std::any_of(keys.begin(), keys.end(), [&](const ConfigKey& key) { return key.name.starts_with(name + "."); });
}

std::optional<ConfigValue> to_value(const toml::node& node) {
  if (const auto* flag = node.as_boolean()) return flag->get();
  if (const auto* whole = node.as_integer()) return whole->get();
  if (const auto* real = node.as_floating_point()) return real->get();
  if (const auto* text = node.as_string()) return text->get();
  return std::nullopt;
}

std::optional<ProviderValue> to_provider_value(const toml::node& node) {
  if (const auto* flag = node.as_boolean()) return flag->get();
  if (const auto* whole = node.as_integer()) return whole->get();
  if (const auto* text = node.as_string()) return text->get();
  const auto* list = node.as_array();
  if (list == nullptr) return std::nullopt;
  std::vector<std::string> texts;
  for (const auto& entry : *list) {
    const auto* text = entry.as_string();
    if (text == nullptr) return std::nullopt;
    texts.push_back(text->get());
  }
  return texts;
}

// Whether others than its owner can read a file.
bool is_exposed(const std::string& path) {
  struct stat found {};
  return ::stat(path.c_str(), &found) == 0 && (found.st_mode & (S_IRGRP | S_IROTH)) != 0;
}

// Walks the parsed file and collects what is wrong with it.
class Application {
 public:
  Application(Settings& settings, std::string path) : settings_(settings), path_(std::move(path)) {}

  void table(const toml::table& table, const std::string& prefix) {
    for (const auto& [name, node] : table) {
      const std::string key = prefix + std::string(name.str());
      const auto line = name.source().begin.line;
      if (key == "provider") {
        providers(line, node);
        continue;
      }
      const bool section = is_section(key);
      if (section && node.is_table()) {
        this->table(*node.as_table(), key + ".");
      } else if (section) {
        note(line, key, "is a section: write [" + key + "]");
      } else {
        value(line, key, node);
      }
    }
  }
  void note(toml::source_index line, const std::string& key, const std::string& what) {
    faults_.push_back({line, path_ + ":" + std::to_string(line) + ": " + (key.empty() ? "" : key + ": ") + what});
  }
  // In the order of the file's lines.
  std::vector<std::string> faults() {
    std::stable_sort(faults_.begin(), faults_.end(), [](const auto& a, const auto& b) { return a.line < b.line; });
    std::vector<std::string> lines;
    for (auto& fault : faults_) lines.push_back(std::move(fault.text));
    return lines;
  }

 private:
  struct Fault {
    toml::source_index line;
    std::string text;
  };

  void value(toml::source_index line, const std::string& name, const toml::node& node) {
    const ConfigKey* key = find_key(name);
    if (key == nullptr) return note(line, name, "unknown key; segued --print-config lists all");
    const auto given = to_value(node);
    const std::string wrong = given ? key->set(settings_, *given) : "must be " + key->range;
    if (!wrong.empty()) note(line, name, wrong);
  }

  void providers(toml::source_index line, const toml::node& node) {
    const auto* list = node.as_array();
    if (list == nullptr) return note(line, "provider", "is a list: write [[provider]]");
    for (const auto& entry : *list) {
      const auto at = entry.source().begin.line;
      if (!entry.is_table()) {
        note(at, "provider", "is a list of tables: write [[provider]]");
        continue;
      }
      provider(at, *entry.as_table());
    }
  }

  void provider(toml::source_index line, const toml::table& table) {
    model::ProviderConfig made;
    const std::size_t faults_before = faults_.size();
    for (const auto& [name, node] : table) {
      const std::string key(name.str());
      const auto at = name.source().begin.line;
      const auto& keys = provider_keys();
      const auto row = std::find_if(keys.begin(), keys.end(), [&](const ProviderKey& k) { return k.name == key; });
      if (row == keys.end()) {
        note(at, "provider." + key, "unknown key; segued --print-config lists all");
        continue;
      }
      const auto value = to_provider_value(node);
      const std::string wrong = value ? row->set(made, *value) : "must be " + row->range;
      if (!wrong.empty()) note(at, "provider." + key, wrong);
      if (key == "password" && is_exposed(path_)) {
        note(at, "provider.password", "others can read this file: chmod 600, or write password_file");
      }
    }
    if (faults_.size() > faults_before) return;  // what is missing may be what was wrong
    for (const ProviderFault& fault : check_provider(made, settings_.engine.providers)) {
      note(line, "provider." + fault.key, fault.what);
    }
    if (faults_.size() == faults_before) settings_.engine.providers.push_back(std::move(made));
  }

  Settings& settings_;
  const std::string path_;
  std::vector<Fault> faults_;
};

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

std::string to_toml(const ConfigValue& value) {
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return std::to_string(*whole);
  if (const auto* text = std::get_if<std::string>(&value)) return quoted(*text);
  std::array<char, 32> digits{};
  const double real = std::get<double>(value);
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), real).ptr;
  std::string out(digits.data(), end);
  // TOML tells a float from an integer by its point.
  return out.find_first_of(".e") == std::string::npos ? out + ".0" : out;
}

void print_comment(std::ostream& out, const std::string& text) {
  std::istringstream words(text);
  std::string line = "#";
  for (std::string word; words >> word;) {
    if (line.size() + 1 + word.size() > kCommentColumns) {
      out << line << '\n';
      line = "#";
    }
    line += ' ' + word;
  }
  out << line << '\n';
}

// The value a flag's text stands for, of the same type as `like`.
std::optional<ConfigValue> parse_like(const ConfigValue& like, const std::string& text) {
  const char* const first = text.data();
  const char* const last = first + text.size();
  if (std::holds_alternative<std::string>(like)) return text;
  if (std::holds_alternative<bool>(like)) {
    if (text != "true" && text != "false") return std::nullopt;
    return text == "true";
  }
  if (std::holds_alternative<std::int64_t>(like)) {
    std::int64_t whole = 0;
    const auto [end, error] = std::from_chars(first, last, whole);
    if (error != std::errc() || end != last) return std::nullopt;
    return whole;
  }
  double real = 0;
  const auto [end, error] = std::from_chars(first, last, real);
  if (error != std::errc() || end != last) return std::nullopt;
  return real;
}

}  // namespace

std::vector<std::string> apply_config_file(Settings& settings, const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string bytes;
  if (file) {
    bytes.resize(kFileBytesMax + 1);
    file.read(bytes.data(), kFileBytesMax + 1);
    bytes.resize(static_cast<std::size_t>(file.gcount()));
  }
  if (!file.is_open() || file.bad()) return {path + ":0: cannot be read"};
  if (bytes.size() > static_cast<std::size_t>(kFileBytesMax)) return {path + ":0: is larger than 1 MiB"};

  Application application(settings, path);
  const toml::parse_result parsed = toml::parse(bytes, path);
  if (parsed) {
    application.table(parsed.table(), "");
  } else {
    const auto& error = parsed.error();
    application.note(error.source().begin.line, "", std::string(error.description()));
  }
  return application.faults();
}

std::string apply_config_text(Settings& settings, const std::string& key, const std::string& text) {
  const ConfigKey* row = find_key(key);
  if (row == nullptr) return key + ": unknown key";
  const auto value = parse_like(row->get(settings), text);
  const std::string wrong = value ? row->set(settings, *value) : "\"" + text + "\" is not " + row->range;
  return wrong.empty() ? "" : key + ": " + wrong;
}

std::string print_config(const Settings& settings) {
  std::ostringstream out;
  out << "# Configuration of segued: every key with its default. Flags of the command line go before this file.\n";
  std::string section;
  for (const ConfigKey& key : config_keys()) {
    const auto dot = key.name.find('.');
    if (key.name.substr(0, dot) != section) {
      section = key.name.substr(0, dot);
      out << "\n[" << section << "]\n";
    }
    print_comment(out, key.doc);
    print_comment(out, "Range: " + key.range + ".");
    out << key.name.substr(dot + 1) << " = " << to_toml(key.get(settings)) << '\n';
  }
  out << "\n# Catalogues, a [[provider]] each:\n";
  for (const ProviderKey& key : provider_keys()) {
    print_comment(out, key.name + ": " + key.doc + " Range: " + key.range + ".");
  }
  out << print_providers(settings.engine.providers);
  return out.str();
}

}  // namespace segue::daemon
