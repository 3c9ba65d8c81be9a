// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/config.h"

#include <cstdlib>
#include <map>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/config_keys.h"
#include "tests/support/daemon/temp_dir.h"

namespace segue::daemon {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// A value of each key that is allowed and not its default, and one that is refused.
struct Sample {
  ConfigValue good;
  ConfigValue bad;
};
const std::map<std::string, Sample>& samples() {
  static const std::map<std::string, Sample> all{
      {"daemon.socket", {"/somewhere/s.sock", "relative.sock"}},
      {"daemon.grpc", {"[::1]:0", "0.0.0.0:7421"}},
      {"daemon.http", {"127.0.0.1:7420", "example.org:80"}},
      {"daemon.log_level", {"error", "loud"}},
      {"engine.sample_rate_hz", {std::int64_t{96'000}, std::int64_t{44'099}}},
      {"engine.block_frames", {std::int64_t{64}, std::int64_t{8'193}}},
      {"engine.decks", {std::int64_t{16}, std::int64_t{0}}},
      {"engine.load_lock", {true, std::int64_t{1}}},
      {"engine.late_ms_max", {std::int64_t{0}, std::int64_t{-1}}},
      {"engine.limiter_ceiling_dbtp", {-2.5, 0.5}},
      {"output.driver", {"none", "pulse"}},
      {"output.device", {"USB", std::int64_t{3}}},
      {"output.realtime_priority", {std::int64_t{0}, std::int64_t{96}}},
      {"pages.budget_mib", {std::int64_t{128}, std::int64_t{31}}},
      {"pages.decode_threads", {std::int64_t{1}, std::int64_t{17}}},
      {"paths.data_dir", {"/d", ""}},
      {"paths.cache_dir", {"/c", "c"}},
      {"cache.disk_mib", {std::int64_t{0}, std::int64_t{-1}}},
      {"cache.ram_mib", {std::int64_t{16}, true}},
      {"cache.prefetch_kib_per_s", {std::int64_t{512}, std::int64_t{-5}}},
      {"cache.prefetch_parallel", {std::int64_t{8}, std::int64_t{9}}},
      {"live.timeshift_s", {30.0, 4.0}},
      {"analysis.threads", {std::int64_t{0}, std::int64_t{5}}},
      {"analysis.on_load", {false, "never"}},
      {"journal.enabled", {false, "no"}},
      {"journal.segment_mib", {std::int64_t{1}, std::int64_t{65}}},
      {"journal.segments_max", {std::int64_t{2}, std::int64_t{1}}},
  };
  return all;
}

std::string literal(const ConfigValue& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return "\"" + *text + "\"";
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  if (const auto* real = std::get_if<double>(&value)) return std::to_string(*real);
  return std::to_string(std::get<std::int64_t>(value));
}

// A file that sets one key, in its third line.
std::string file_with(const std::string& key, const std::string& value) {
  const auto dot = key.find('.');
  return "# A comment.\n[" + key.substr(0, dot) + "]\n" + key.substr(dot + 1) + " = " + value + "\n";
}

TEST(Config, EveryKeyHasASample) {
  for (const ConfigKey& key : config_keys()) EXPECT_EQ(samples().count(key.name), 1U) << key.name;
  EXPECT_EQ(samples().size(), config_keys().size());
}

TEST(Config, EveryKeyIsTakenFromTheFile) {
  const segue::testing::TempDir directory;
  for (const ConfigKey& key : config_keys()) {
    const ConfigValue good = samples().at(key.name).good;
    Settings settings = default_settings();
    ASSERT_NE(key.get(settings), good) << key.name << ": the sample is the default";
    const auto path = directory.write("segued.toml", file_with(key.name, literal(good)));
    EXPECT_THAT(apply_config_file(settings, path), IsEmpty());
    EXPECT_EQ(key.get(settings), good) << key.name;
  }
}

TEST(Config, ABadValueIsNamedByFileLineAndKeyAndNotTaken) {
  const segue::testing::TempDir directory;
  for (const ConfigKey& key : config_keys()) {
    Settings settings = default_settings();
    const auto path = directory.write("segued.toml", file_with(key.name, literal(samples().at(key.name).bad)));
    const auto faults = apply_config_file(settings, path);
    ASSERT_EQ(faults.size(), 1U) << key.name;
    EXPECT_TRUE(faults[0].starts_with(path + ":3: " + key.name + ": ")) << faults[0];
    EXPECT_EQ(key.get(settings), key.get(default_settings())) << key.name;
  }
}

TEST(Config, NotANumberIsRefused) {
  const segue::testing::TempDir directory;
  for (const char* value : {"nan", "inf", "-inf"}) {
    Settings settings = default_settings();
    const auto path = directory.write("segued.toml", file_with("engine.limiter_ceiling_dbtp", value));
    EXPECT_EQ(apply_config_file(settings, path).size(), 1U) << value;
    EXPECT_EQ(settings.engine.engine.limiter_ceiling_dbtp, -1.0);
  }
}

TEST(Config, AWholeNumberServesForAReal) {
  const segue::testing::TempDir directory;
  Settings settings = default_settings();
  const auto path = directory.write("segued.toml", file_with("engine.limiter_ceiling_dbtp", "-3"));
  EXPECT_THAT(apply_config_file(settings, path), IsEmpty());
  EXPECT_EQ(settings.engine.engine.limiter_ceiling_dbtp, -3.0);
}

TEST(Config, UnknownKeysAndSectionsAreNamedInTheOrderOfTheFile) {
  const segue::testing::TempDir directory;
  Settings settings = default_settings();
  const auto path = directory.write("segued.toml", "top = 1\n[engine]\ndeks = 4\ndecks = 99\n[effects]\nreverb = 1\n");
  EXPECT_THAT(apply_config_file(settings, path),
              ElementsAre(HasSubstr(":1: top: unknown key"), HasSubstr(":3: engine.deks: unknown key"),
                          HasSubstr(":4: engine.decks: 99 is not 1 to 16"), HasSubstr(":5: effects: unknown key")));
}

TEST(Config, ASectionThatIsAValueIsNamed) {
  const segue::testing::TempDir directory;
  Settings settings = default_settings();
  EXPECT_THAT(apply_config_file(settings, directory.write("segued.toml", "engine = 4\n")),
              ElementsAre(HasSubstr("segued.toml:1: engine: is a section")));
}

TEST(Config, ASyntaxErrorNamesItsLine) {
  const segue::testing::TempDir directory;
  Settings settings = default_settings();
  const auto faults = apply_config_file(settings, directory.write("segued.toml", "[engine]\ndecks = = 4\n"));
  EXPECT_THAT(faults, ElementsAre(HasSubstr("segued.toml:2: ")));
}

TEST(Config, AMissingFileIsAFault) {
  Settings settings = default_settings();
  EXPECT_THAT(apply_config_file(settings, "/nonexistent/segued.toml"), ElementsAre(HasSubstr("cannot be read")));
}

TEST(Config, WhatIsPrintedReadsBackAsTheDefaults) {
  const segue::testing::TempDir directory;
  const Settings defaults = default_settings();
  // Read over settings that differ in every key, so that a key that is not printed shows.
  Settings settings = defaults;
  for (const ConfigKey& key : config_keys()) ASSERT_EQ(key.set(settings, samples().at(key.name).good), "") << key.name;
  const auto path = directory.write("segued.toml", print_config(defaults));
  EXPECT_THAT(apply_config_file(settings, path), IsEmpty());
  for (const ConfigKey& key : config_keys()) EXPECT_EQ(key.get(settings), key.get(defaults)) << key.name;
}

TEST(Config, WhatIsPrintedDocumentsEveryKey) {
  const std::string printed = print_config(default_settings());
  for (const ConfigKey& key : config_keys()) {
    EXPECT_THAT(printed, HasSubstr("\n" + key.name.substr(key.name.find('.') + 1) + " = "));
    EXPECT_FALSE(key.doc.empty()) << key.name;
    EXPECT_THAT(printed, HasSubstr("# Range: " + key.range));
  }
}

TEST(Config, TextOfAFlagIsCheckedLikeTheFile) {
  Settings settings = default_settings();
  EXPECT_EQ(apply_config_text(settings, "engine.sample_rate_hz", "96000"), "");
  EXPECT_EQ(settings.engine.engine.sample_rate_hz, 96'000);
  EXPECT_THAT(apply_config_text(settings, "engine.sample_rate_hz", "5"), HasSubstr("5 is not 44100 to 192000 Hz"));
  EXPECT_THAT(apply_config_text(settings, "engine.sample_rate_hz", "48k"), HasSubstr("\"48k\" is not"));
  EXPECT_EQ(settings.engine.engine.sample_rate_hz, 96'000);
}

TEST(Config, ServiceDirectoriesGoBeforeTheUsers) {
  setenv("XDG_RUNTIME_DIR", "/run/user/7", 1);
  setenv("XDG_DATA_HOME", "/home/seven/data", 1);
  EXPECT_EQ(default_settings().daemon.socket, "/run/user/7/segue/segued.sock");
  EXPECT_EQ(default_settings().engine.paths.data_dir, "/home/seven/data/segue");
  setenv("RUNTIME_DIRECTORY", "/run/segue:/run/other", 1);
  setenv("STATE_DIRECTORY", "/var/lib/segue", 1);
  setenv("CACHE_DIRECTORY", "/var/cache/segue", 1);
  setenv("CONFIGURATION_DIRECTORY", "/etc/segue", 1);
  EXPECT_EQ(default_settings().daemon.socket, "/run/segue/segued.sock");
  EXPECT_EQ(default_settings().engine.paths.data_dir, "/var/lib/segue");
  EXPECT_EQ(default_settings().engine.paths.cache_dir, "/var/cache/segue");
  EXPECT_EQ(default_config_path(), "/etc/segue/segued.toml");
  for (const char* name : {"RUNTIME_DIRECTORY", "STATE_DIRECTORY", "CACHE_DIRECTORY", "CONFIGURATION_DIRECTORY",
                           "XDG_RUNTIME_DIR", "XDG_DATA_HOME"}) {
    unsetenv(name);
  }
}

}  // namespace
}  // namespace segue::daemon
