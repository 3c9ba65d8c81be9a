// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/config_keys.h"

#include <array>
#include <sstream>

#include <sys/un.h>

#include "daemon/endpoint.h"

namespace segue::daemon {
namespace {

constexpr std::int64_t kMebibyte = 1 << 20;

template <typename T>
using Place = T& (*)(Settings&);

// Reading goes through the same accessor as writing; the copy makes that const-correct.
template <typename T>
T read(const Settings& settings, Place<T> place) {
  Settings copy = settings;
  return place(copy);
}

template <typename Number>
std::string span(Number low, Number high, const std::string& unit) {
  std::ostringstream text;
  text << low << " to " << high;
  if (!unit.empty()) text << ' ' << unit;
  return text.str();
}

struct Words {
  const char* name;
  const char* doc;
};

struct IntegerSpan {
  std::int64_t low;
  std::int64_t high;
  const char* unit;
  std::int64_t scale = 1;     // of the setting to the key
  bool zero_chooses = false;  // 0 is allowed below `low`
};

template <typename T>
ConfigKey integer(Words words, IntegerSpan span_of, Place<T> place) {
  std::string range = span(span_of.low, span_of.high, span_of.unit);
  if (span_of.zero_chooses) range = "0, or " + range;
  return {words.name, words.doc, range,
          [=](const Settings& settings) { return ConfigValue(std::int64_t{read(settings, place)} / span_of.scale); },
          [=](Settings& settings, const ConfigValue& value) -> std::string {
            const auto* number = std::get_if<std::int64_t>(&value);
            if (number == nullptr) return "must be a whole number";
            const bool chooses = span_of.zero_chooses && *number == 0;
            if (!chooses && (*number < span_of.low || *number > span_of.high)) {
              return std::to_string(*number) + " is not " + range;
            }
            place(settings) = static_cast<T>(*number * span_of.scale);
            return {};
          }};
}

ConfigKey real(Words words, double low, double high, const char* unit, Place<double> place) {
  const std::string range = span(low, high, unit);
  return {words.name, words.doc, range, [=](const Settings& settings) { return ConfigValue(read(settings, place)); },
          [=](Settings& settings, const ConfigValue& value) -> std::string {
            double number = 0;
            if (const auto* whole = std::get_if<std::int64_t>(&value)) {
              number = static_cast<double>(*whole);
            } else if (const auto* given = std::get_if<double>(&value)) {
              number = *given;
            } else {
              return "must be a number";
            }
            // Written so that NaN fails.
            if (!(number >= low && number <= high)) {
              std::ostringstream text;
              text << number << " is not " << range;
              return text.str();
            }
            place(settings) = number;
            return {};
          }};
}

ConfigKey flag(Words words, Place<bool> place) {
  return {words.name, words.doc, "true or false",
          [=](const Settings& settings) { return ConfigValue(read(settings, place)); },
          [=](Settings& settings, const ConfigValue& value) -> std::string {
            const auto* given = std::get_if<bool>(&value);
            if (given == nullptr) return "must be true or false";
            place(settings) = *given;
            return {};
          }};
}

// What is wrong with a text; empty if nothing is.
using Check = std::string (*)(const std::string&);

ConfigKey text(Words words, const char* range, Check check, Place<std::string> place) {
  return {words.name, words.doc, range, [=](const Settings& settings) { return ConfigValue(read(settings, place)); },
          [=](Settings& settings, const ConfigValue& value) -> std::string {
            const auto* given = std::get_if<std::string>(&value);
            if (given == nullptr) return "must be a string";
            // A control character would end up in a path or in a log line.
            for (const char c : *given) {
              if (static_cast<unsigned char>(c) < 0x20) return "must not hold control characters";
            }
            if (std::string wrong = check(*given); !wrong.empty()) return wrong;
            place(settings) = *given;
            return {};
          }};
}

std::string anything(const std::string&) { return {}; }

std::string absolute_path(const std::string& path) {
  return !path.empty() && path.front() == '/' ? "" : "\"" + path + "\" is not an absolute path";
}

std::string socket_path(const std::string& path) {
  if (path.size() >= sizeof(sockaddr_un{}.sun_path)) {
    return "is longer than the " + std::to_string(sizeof(sockaddr_un{}.sun_path) - 1) +
           " bytes a socket's path may have";
  }
  return absolute_path(path);
}

std::string address_or_off(const std::string& address) {
  if (address == "off") return {};
  const auto endpoint = parse_loopback(address);
  return endpoint ? "" : endpoint.error().message;
}

std::string log_level(const std::string& level) {
  const bool known = level == "error" || level == "warning" || level == "info" || level == "off";
  return known ? "" : "\"" + level + "\" is not a level";
}

struct NamedOutput {
  const char* name;
  model::OutputKind kind;
};
constexpr std::array<NamedOutput, 3> kOutputs{{{"portaudio", model::OutputKind::kPortaudio},
                                               {"null", model::OutputKind::kNull},
                                               {"none", model::OutputKind::kNone}}};

ConfigKey output_driver() {
  return {"output.driver",
          "What pulls the engine: a sound device through PortAudio, the clock alone (null), or nothing until an output "
          "is added (none). Without a usable device the daemon starts on null and says so.",
          "portaudio, null or none",
          [](const Settings& settings) -> ConfigValue {
            for (const auto& [name, kind] : kOutputs) {
              if (kind == settings.engine.output.kind) return std::string(name);
            }
            return std::string();
          },
          [](Settings& settings, const ConfigValue& value) -> std::string {
            const auto* given = std::get_if<std::string>(&value);
            if (given == nullptr) return "must be a string";
            for (const auto& [name, kind] : kOutputs) {
              if (*given != name) continue;
              settings.engine.output.kind = kind;
              return {};
            }
            return "\"" + *given + "\" is not portaudio, null or none";
          }};
}

std::vector<ConfigKey> daemon_keys() {
  return {
      text({"daemon.socket",
            "Unix socket that gRPC is served on. Its directory is made for the daemon's user alone if it is missing; "
            "other users' processes are refused."},
           "an absolute path", socket_path, [](Settings& s) -> std::string& { return s.daemon.socket; }),
      text({"daemon.grpc",
            "Loopback TCP address that gRPC is served on as well; port 0 lets the system choose. Processes of other "
            "users than the daemon's and root are refused."},
           "127.0.0.1:PORT, [::1]:PORT or off", address_or_off,
           [](Settings& s) -> std::string& { return s.daemon.grpc; }),
      text({"daemon.http",
            "Address of the web server. This version has none: the value is checked, and nothing listens there."},
           "127.0.0.1:PORT, [::1]:PORT or off", address_or_off,
           [](Settings& s) -> std::string& { return s.daemon.http; }),
      text({"daemon.log_level", "What is written to standard error: this level and the graver ones."},
           "error, warning, info or off", log_level, [](Settings& s) -> std::string& { return s.daemon.log_level; }),
  };
}

std::vector<ConfigKey> engine_keys() {
  return {
      integer<int>({"engine.sample_rate_hz", "Rate of the whole engine; tracks of other rates are resampled to it."},
                   {44'100, 192'000, "Hz"}, [](Settings& s) -> int& { return s.engine.engine.sample_rate_hz; }),
      integer<int>(
          {"engine.block_frames",
           "Frames the sound device is asked to take at once. Smaller is quicker to the touch, larger is safer "
           "on a slow machine."},
          {16, 8'192, "frames"}, [](Settings& s) -> int& { return s.engine.engine.block_frames; }),
      integer<int>({"engine.decks", "Number of decks, each with a channel of the mixer."},
                   {1, model::kDecksMax, "decks"}, [](Settings& s) -> int& { return s.engine.engine.decks; }),
      flag({"engine.load_lock", "Loading onto a deck that can be heard needs force."},
           [](Settings& s) -> bool& { return s.engine.engine.load_lock; }),
      integer<int>({"engine.late_ms_max", "A command that is later than this is given up instead of carried out."},
                   {0, 60'000, "ms"}, [](Settings& s) -> int& { return s.engine.engine.late_ms_max; }),
      real({"engine.limiter_ceiling_dbtp", "True peak the limiter never lets the programme exceed."}, -12, 0, "dBTP",
           [](Settings& s) -> double& { return s.engine.engine.limiter_ceiling_dbtp; }),
  };
}

std::vector<ConfigKey> output_keys() {
  return {
      output_driver(),
      text({"output.device", "Name of the PortAudio device, or a part of it. Empty is the system's default device."},
           "a string", anything, [](Settings& s) -> std::string& { return s.engine.output.device; }),
      integer<int>({"output.realtime_priority",
                    "SCHED_FIFO priority of the audio thread. 0 leaves what the sound system gives."},
                   {0, 95, ""}, [](Settings& s) -> int& { return s.engine.output.realtime_priority; }),
  };
}

std::vector<ConfigKey> storage_keys() {
  return {
      integer<std::int64_t>(
          {"pages.budget_mib",
           "RAM for decoded tracks; one minute at 48 kHz takes 22 MiB. 0 chooses the smaller of 1 GiB "
           "and a quarter of the machine's RAM."},
          {.low = 32, .high = 1'048'576, .unit = "MiB", .scale = kMebibyte, .zero_chooses = true},
          [](Settings& s) -> std::int64_t& { return s.engine.pages.budget_bytes; }),
      integer<int>({"pages.decode_threads", "Threads that decode tracks."}, {1, 16, "threads"},
                   [](Settings& s) -> int& { return s.engine.pages.decode_threads; }),
      text({"paths.data_dir", "Directory of the journal. Made if it is missing."}, "an absolute path", absolute_path,
           [](Settings& s) -> std::string& { return s.engine.paths.data_dir; }),
      text(
          {"paths.cache_dir", "Directory of what can be fetched or computed again. Made when something is kept there."},
          "an absolute path", absolute_path, [](Settings& s) -> std::string& { return s.engine.paths.cache_dir; }),
      integer<std::int64_t>(
          {"cache.disk_mib",
           "Disk space in cache_dir for audio that was fetched; an hour of MP3 takes 140 MiB. 0 keeps none."},
          {.low = 0, .high = 16 << 20, .unit = "MiB", .scale = kMebibyte},
          [](Settings& s) -> std::int64_t& { return s.engine.cache.disk_bytes_max; }),
      integer<std::int64_t>({"cache.ram_mib", "RAM for fetched audio that no deck uses, as it came; beside the pages."},
                            {.low = 0, .high = 1'048'576, .unit = "MiB", .scale = kMebibyte},
                            [](Settings& s) -> std::int64_t& { return s.engine.cache.ram_bytes_max; }),
      integer<std::int64_t>({"cache.prefetch_kib_per_s",
                             "Most that prefetching takes of the line; loads take what they get. 0 is no bound."},
                            {.low = 0, .high = 10'485'760, .unit = "KiB per second", .scale = 1024},
                            [](Settings& s) -> std::int64_t& { return s.engine.cache.prefetch_bytes_per_s; }),
      integer<int>({"cache.prefetch_parallel", "Tracks that are prefetched at once."}, {1, 8, "tracks"},
                   [](Settings& s) -> int& { return s.engine.cache.prefetch_parallel; }),
      real({"live.timeshift_s", "Radio that is kept to go back in; a minute takes 22 MiB of the pages."}, 5, 3600, "s",
           [](Settings& s) -> double& { return s.engine.live.timeshift_s; }),
      integer<int>({"analysis.threads",
                    "Threads that listen to tracks, behind everything else. 0: nothing is listened to, and only what the "
                    "library knows is used."},
                   {0, 4, "threads"}, [](Settings& s) -> int& { return s.engine.analysis.threads; }),
      flag({"analysis.on_load", "Listen to a track when it is loaded, unless the library knows it."},
           [](Settings& s) -> bool& { return s.engine.analysis.on_load; }),
      flag({"journal.enabled", "Keep a journal of every command in data_dir, from which a set can be rendered again."},
           [](Settings& s) -> bool& { return s.engine.journal.enabled; }),
      integer<std::int64_t>({"journal.segment_mib", "Size of one journal file, written in full when it is begun."},
                            {.low = 1, .high = 64, .unit = "MiB", .scale = kMebibyte},
                            [](Settings& s) -> std::int64_t& { return s.engine.journal.segment_bytes; }),
      integer<int>({"journal.segments_max", "Journal files kept; the oldest are removed beyond."}, {2, 4'096, "files"},
                   [](Settings& s) -> int& { return s.engine.journal.segments_max; }),
  };
}

}  // namespace

const std::vector<ConfigKey>& config_keys() {
  static const std::vector<ConfigKey> keys = [] {
    std::vector<ConfigKey> all;
    for (auto section : {daemon_keys(), engine_keys(), output_keys(), storage_keys()}) {
      all.insert(all.end(), section.begin(), section.end());
    }
    return all;
  }();
  return keys;
}

}  // namespace segue::daemon
