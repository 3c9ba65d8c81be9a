// SPDX-License-Identifier: GPL-3.0-or-later
#include "clients/cli/command_line.h"

#include <algorithm>
#include <charconv>
#include <filesystem>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "clients/cli/text.h"
#include "clients/cli/value.h"

namespace segue::cli {
namespace {

constexpr double kTimeoutSecondsMax = 86'400.0;
constexpr int kMeterRateHzMax = 1'000;  // the daemon knows its own bound; this one keeps the number in its field

std::string in_quotes(std::string_view text) { return "'" + one_line(text) + "'"; }

// CLI11 reports by exception; here that ends.
Result<std::vector<std::string>> parse(CLI::App& app, std::vector<std::string> words) {
  std::reverse(words.begin(), words.end());  // CLI11 takes them from the back
  app.allow_extras();
  try {
    app.parse(words);
  } catch (const CLI::ParseError& error) {
    return usage_failure(one_line(error.what()) + "; see segue --help");
  }
  return app.remaining();
}

Result<Format> parse_format(std::string_view text) {
  if (text == "text") return Format::kText;
  if (text == "json") return Format::kJson;
  if (text == "jsonl") return Format::kJsonl;
  return bad_value("-o must be text, json or jsonl, not " + in_quotes(text));
}

Result<void> read_timeout(const std::string& text, Invocation& invocation) {
  if (text.empty()) return {};
  const auto seconds = parse_time(text, "--timeout");
  if (!seconds) return tl::unexpected(seconds.error());
  if (*seconds <= 0.0 || *seconds > kTimeoutSecondsMax) {
    return bad_value("--timeout must be more than 0 and at most a day, not " + in_quotes(text));
  }
  invocation.timeout_s = *seconds;
  return {};
}

// "-6", "-.5" and "-=3" are values; "-" is standard input.
bool looks_like_option(std::string_view word) {
  if (word.size() < 2 || word[0] != '-') return false;
  return std::string_view("0123456789.=").find(word[1]) == std::string_view::npos;
}

// Words after "--" are arguments, whatever they look like.
Result<std::vector<std::string>> without_marker(std::vector<std::string> words, std::string_view command) {
  const auto marker = std::find(words.begin(), words.end(), "--");
  const auto option = std::find_if(words.begin(), marker, looks_like_option);
  if (option != marker) {
    std::error_code ignored;
    const bool is_file = std::filesystem::exists(*option, ignored);
    return usage_failure(std::string(command) + ": there is no option " + in_quotes(*option) + "; " +
                         (is_file ? "for the file of that name write ./" + one_line(*option) + ", or -- before it"
                                  : "see segue " + std::string(command) + " --help"));
  }
  if (marker != words.end()) words.erase(marker);
  return words;
}

Result<void> read_rate(const std::string& text, Invocation& invocation) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), invocation.rate_hz);
  const bool is_whole = error == std::errc() && end == text.data() + text.size();
  if (text.empty() || (is_whole && invocation.rate_hz >= 1 && invocation.rate_hz <= kMeterRateHzMax)) return {};
  return bad_value("--rate must be a whole number of messages a second, not " + in_quotes(text));
}

}  // namespace

Result<Invocation> read_command_line(const std::vector<std::string>& arguments) {
  Invocation invocation;
  std::string format = "text";
  std::string timeout;
  CLI::App app;
  app.set_help_flag();  // help is made from the grammar
  app.add_option("--server", invocation.server)->take_last();
  app.add_option("--token-file", invocation.token_file)->take_last();
  app.add_option("-o,--output", format)->take_last();
  app.add_option("--at", invocation.at)->take_last();
  app.add_option("--request-id", invocation.request_id)->take_last();
  app.add_option("--timeout", timeout)->take_last();
  app.add_flag("--no-wait", invocation.is_unwaited);
  app.add_flag("-q,--quiet", invocation.is_quiet);
  app.add_flag("-h,--help", invocation.wants_help);
  app.add_flag("--version", invocation.wants_version);
  auto words = parse(app, arguments);
  if (!words) return tl::unexpected(words.error());
  invocation.words = std::move(*words);
  const auto read_format = parse_format(format);
  if (!read_format) return tl::unexpected(read_format.error());
  invocation.format = *read_format;
  const auto timeout_read = read_timeout(timeout, invocation);
  if (!timeout_read) return tl::unexpected(timeout_read.error());
  if (!is_valid_utf8(invocation.request_id)) return bad_value("--request-id must be UTF-8");
  return invocation;
}

Result<std::vector<std::string>> read_arguments(const Row& row, Invocation& invocation) {
  CLI::App app;
  app.set_help_flag();  // help is made from the grammar
  const std::string name(row.name);
  for (const std::string_view option : split_words(row.options)) {
    const std::string flag(option.substr(0, option.find('=')));
    if (option.find('=') != std::string_view::npos) {
      app.add_option_function<std::string>(
             flag, [&invocation, flag](const std::string& value) { invocation.options[flag] = value; })
          ->take_last();
    } else {
      app.add_flag_callback(flag, [&invocation, flag] { invocation.flags.insert(flag); });
    }
  }
  const auto parsed = parse(app, {invocation.words.begin() + 1, invocation.words.end()});
  if (!parsed) return tl::unexpected(parsed.error());
  const auto rate_read = read_rate(invocation.options["--rate"], invocation);
  if (!rate_read) return tl::unexpected(rate_read.error());
  auto words = without_marker(*parsed, row.name);
  if (!words) return words;
  const Arity arity = arity_of(row.arguments);
  if (words->size() < arity.least) return usage_failure(name + " needs more: " + usage_of(row));
  if (words->size() > arity.most) {
    return usage_failure(name + ": " + in_quotes((*words)[arity.most]) + " is one word too many: " + usage_of(row));
  }
  return words;
}

Format format_hint(const std::vector<std::string>& arguments) {
  Format hint = Format::kText;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    std::string_view value = arguments[i];
    if (value == "-o" || value == "--output") {
      value = i + 1 < arguments.size() ? std::string_view(arguments[i + 1]) : std::string_view();
    } else if (value.starts_with("--output=")) {
      value.remove_prefix(9);
    } else if (value.starts_with("-o")) {
      value.remove_prefix(value.starts_with("-o=") ? 3 : 2);
    }
    hint = parse_format(value).value_or(hint);
  }
  return hint;
}

}  // namespace segue::cli
