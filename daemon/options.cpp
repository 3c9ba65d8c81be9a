// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/options.h"

#include <charconv>
#include <filesystem>
#include <iostream>

#include <CLI/CLI.hpp>

#include "daemon/config.h"
#include "daemon/exit_code.h"
#include "engine/base/text.h"

namespace segue::daemon {
namespace {

struct Flag {
  const char* name;
  const char* key;
  const char* doc;
};
constexpr Flag kFlags[] = {
    {"--data-dir", "paths.data_dir", "Directory of the journal"},
    {"--cache-dir", "paths.cache_dir", "Directory of what can be fetched again"},
    {"--socket", "daemon.socket", "Unix socket gRPC is served on"},
    {"--grpc", "daemon.grpc", "Loopback HOST:PORT gRPC is served on as well, or off"},
    {"--http", "daemon.http", "HOST:PORT of the web server, or off; not served by this version"},
    {"--sample-rate", "engine.sample_rate_hz", "Rate of the engine in Hz"},
    {"--block", "engine.block_frames", "Frames per block"},
    {"--log-level", "daemon.log_level", "error, warning, info or off"},
};

constexpr int kJobsMax = 64;                   // each takes up to 150 MB
constexpr double kBpmMin = 20, kBpmMax = 400;  // of a grid

// Written so that NaN fails.
std::string positive_seconds(const std::string& text) {
  double seconds = 0;
  const bool is_number = std::from_chars(text.data(), text.data() + text.size(), seconds).ec == std::errc();
  return is_number && seconds > 0 && seconds <= model::kRenderSecondsMax ? "" : "must be above 0 and at most a week";
}

// Likewise.
std::string tempo(const std::string& text) {
  double bpm = 0;
  const bool is_number = std::from_chars(text.data(), text.data() + text.size(), bpm).ec == std::errc();
  return is_number && bpm >= kBpmMin && bpm <= kBpmMax ? "" : "must be 20 to 400 beats a minute";
}

// Files whose names look like options.
void explain_dashes(int argc, const char* const* argv) {
  for (int i = 1; i < argc && std::string_view(argv[i]) != "--"; ++i) {
    std::error_code ignored;
    if (argv[i][0] != '-' || !std::filesystem::exists(argv[i], ignored)) continue;
    const std::string name = printable(argv[i], 200);
    std::cerr << "segued: for the file of that name write ./" << name << ", or -- before it\n";
  }
}

// The grammar of the command line, filling `options` when parsed.
class Grammar {
 public:
  explicit Grammar(Options& options) : options_(options) {
    app_.set_version_flag("--version", SEGUE_VERSION);
    // So that a wrapper's flags can be followed by one's own.
    app_.option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
    app_.add_option("--config", options_.config_path, "Configuration file");
    for (const Flag& flag : kFlags) {
      app_.add_option_function<std::string>(
          flag.name, [this, &flag](const std::string& text) { set(flag.name, flag.key, text); }, flag.doc);
    }
    app_.add_option_function<std::string>(
        "--output", [this](const std::string& text) { set_output(text); }, "portaudio[:DEVICE], null or none");
    auto* check = app_.add_flag_callback(
        "--check-config", [this] { options_.action = Options::Action::kCheckConfig; }, "Check the configuration");
    app_.add_flag_callback(
            "--print-config", [this] { options_.action = Options::Action::kPrintConfig; },
            "Print a configuration file with every key at its default")
        ->excludes(check);
    add_render();
    add_journal();
    add_analyze();
  }

  CLI::App& app() { return app_; }

 private:
  void add_render() {
    auto* render = app_.add_subcommand("render", "Render a session script to a file, faster than real time");
    render->fallthrough();
    render->add_option("script", options_.script_path, "Session script, JSON Lines")->required();
    render->add_option("--out", options_.out_path, "WAV file to write")->required();
    render->add_option("--seconds", options_.seconds, "Length; else until 1 s after the last deck stops")
        ->check(CLI::Validator(positive_seconds, "SECONDS"));
    render->callback([this] { options_.action = Options::Action::kRender; });
  }

  void add_journal() {
    auto* journal = app_.add_subcommand("journal", "Work with the journal");
    journal->fallthrough();
    journal->require_subcommand(1);
    auto* write = journal->add_subcommand("export", "Write an epoch of the journal as a session script");
    write->fallthrough();
    write->add_option("--epoch", options_.epoch, "Which epoch; else the newest");
    write->add_option("--out", options_.out_path, "File to write")->required();
    write->callback([this] { options_.action = Options::Action::kExportJournal; });
  }

  void add_analyze() {
    auto* analyze = app_.add_subcommand("analyze", "Say tempo, beats, key, loudness and structure of audio files");
    analyze->add_option("files", options_.files, "Audio files, or folders of them")->required();
    analyze->add_flag("--json", options_.as_json, "One JSON object a line and file");
    analyze->add_flag("--beats", options_.with_beats, "List every beat (with --json)");
    analyze->add_option("--jobs", options_.jobs, "Files at once; else one for each processor")
        ->check(CLI::Range(1, kJobsMax));
    analyze->add_option("--bpm-min", options_.bpm_min, "Lowest tempo to expect")->check(CLI::Validator(tempo, "BPM"));
    analyze->add_option("--bpm-max", options_.bpm_max, "Highest tempo to expect")->check(CLI::Validator(tempo, "BPM"));
    analyze->callback([this] { options_.action = Options::Action::kAnalyze; });
  }

  void set(const std::string& flag, const std::string& key, const std::string& text) {
    options_.overrides.push_back({flag, key, text});
    int frames = 0;
    if (flag == "--block" && std::from_chars(text.data(), text.data() + text.size(), frames).ec == std::errc()) {
      options_.block_frames = frames;
    }
  }

  void set_output(const std::string& text) {
    const auto colon = text.find(':');
    set("--output", "output.driver", text.substr(0, colon));
    if (colon != std::string::npos) set("--output", "output.device", text.substr(colon + 1));
  }

  Options& options_;
  CLI::App app_{"Segue, a headless streaming DJ engine", "segued"};
};

}  // namespace

std::optional<int> parse_options(int argc, const char* const* argv, Options& options) {
  try {
    Grammar grammar(options);
    try {
      grammar.app().parse(argc, argv);
    } catch (const CLI::ParseError& error) {
      const int exit = grammar.app().exit(error);
      if (exit != 0) explain_dashes(argc, argv);
      return exit == 0 ? kExitDone : kExitUsage;
    }
  } catch (const std::exception& error) {
    std::cerr << "segued: " << error.what() << '\n';
    return kExitOther;
  }
  return std::nullopt;
}

Settings load_settings(const Options& options, std::vector<std::string>& faults) {
  Settings settings = default_settings();
  const std::string path = options.config_path.empty() ? default_config_path() : options.config_path;
  std::error_code ignored;  // a file that is there but cannot be looked at is reported when it is read
  if (!options.config_path.empty() || std::filesystem::exists(path, ignored)) {
    faults = apply_config_file(settings, path);
  }
  for (const auto& [flag, key, text] : options.overrides) {
    if (std::string wrong = apply_config_text(settings, key, text); !wrong.empty()) {
      faults.push_back(flag + ": " + wrong);
    }
  }
  return settings;
}

}  // namespace segue::daemon
