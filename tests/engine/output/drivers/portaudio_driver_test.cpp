// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/output/drivers/portaudio_driver.h"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <thread>

#include <gtest/gtest.h>
#include <sched.h>
#include <signal.h>

#include "engine/base/thread.h"
#include "engine/base/units.h"
#include "engine/output/gate.h"
#include "tests/engine/output/drivers/jack_server.h"
#include "tests/engine/output/eventually.h"
#include "tests/engine/output/scratch_folder.h"

// A thread that hangs in a dead device is left behind on purpose.
// NOLINTNEXTLINE(bugprone-reserved-identifier): ThreadSanitizer's name for it
extern "C" const char* __tsan_default_options() { return "report_thread_leaks=0"; }

// The real PortAudio, on a JACK server of our own or on nothing at all. On a busy machine such a server stalls by
// itself, so these tests judge that things come about, not when.
namespace segue::output {
namespace {

using std::chrono::milliseconds;
using test::eventually;
using test::JackServer;

constexpr int kBlock = 256;
constexpr const char* kJackDevice = "JACK Audio Connection Kit: system";

class Tone final : public BlockSource {
 public:
  void pull(StereoBlock block) override {
    std::fill_n(block.left, block.frames, 0.25F);
    std::fill_n(block.right, block.frames, -0.25F);
    frames_pulled += block.frames;
    block_frames = block.frames;
    policy = sched_getscheduler(0) & ~SCHED_RESET_ON_FORK;
  }
  std::atomic<Frames> frames_pulled{0};
  std::atomic<int> block_frames{0};
  std::atomic<int> policy{-1};
};

[[noreturn]] void end_process(int status) {
  std::exit(status);  // NOLINT(concurrency-mt-unsafe): that other threads run is what is tested
}

// No sound card, no configuration, no server but our own, whatever the machine has.
class PortaudioDriver : public testing::Test {
 protected:
  PortaudioDriver() {
    std::ofstream(folder_.file("alsa.conf")) << "pcm.default { type hw card 99 }\n";
    test::set_environment("ALSA_CONFIG_PATH", folder_.file("alsa.conf").c_str());
    test::set_environment("HOME", folder_.file("").c_str());
    test::set_environment("JACK_DEFAULT_SERVER", "segue-test-none");
    test::set_environment("JACK_NO_START_SERVER", "1");
    test::set_environment("JACK_NO_AUDIO_RESERVATION", "1");
  }

  static bool jack_is_there() {
    const auto names = list_devices(model::OutputKind::kPortaudio);
    return names && std::find(names->begin(), names->end(), kJackDevice) != names->end();
  }

  test::ScratchFolder folder_;
};

TEST_F(PortaudioDriver, SaysThatThereIsNoDevice) {
  const auto driver = open_driver(model::OutputKind::kPortaudio, {}, std::make_shared<Tone>());
  ASSERT_FALSE(driver.has_value());
  EXPECT_EQ(driver.error().code, Code::kUnavailable);
  EXPECT_EQ(driver.error().reason, "NO_DEVICE");
  EXPECT_NE(driver.error().message.find("--output null"), std::string::npos) << driver.error().message;
  const auto named = open_driver(model::OutputKind::kPortaudio, {.device = "Turntable"}, std::make_shared<Tone>());
  ASSERT_FALSE(named.has_value());
  EXPECT_EQ(named.error().reason, "NO_DEVICE");
  EXPECT_NE(named.error().message.find("Turntable"), std::string::npos) << named.error().message;
}

TEST_F(PortaudioDriver, IsSilentOnStderrWhileProbing) {
  testing::internal::CaptureStderr();
  (void)list_devices(model::OutputKind::kPortaudio);
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST_F(PortaudioDriver, PlaysOnJack) {
  bool is_permitted = false;
  std::jthread([&] { is_permitted = raise_to_realtime(10); }).join();
  JackServer server;
  ASSERT_TRUE(eventually(jack_is_there));
  auto tone = std::make_shared<Tone>();
  auto opened = open_driver(model::OutputKind::kPortaudio, {.block_frames = kBlock, .device = "system"}, tone);
  ASSERT_TRUE(opened.has_value()) << opened.error().message;
  const std::unique_ptr<Driver> driver = std::move(*opened);
  EXPECT_EQ(driver->name(), std::string("portaudio:") + kJackDevice);
  EXPECT_EQ(driver->block_frames(), kBlock);
  ASSERT_TRUE(eventually([&] { return driver->counters().blocks >= 100; })) << driver->counters().blocks;
  const DriverCounters& counters = driver->counters();
  EXPECT_GE(tone->frames_pulled, 100 * kBlock);
  EXPECT_EQ(tone->block_frames, kBlock);
  EXPECT_EQ(tone->policy, is_permitted ? SCHED_FIFO : SCHED_OTHER);
  EXPECT_GT(counters.busy_ns, 0U);
  EXPECT_FALSE(counters.has_failed);
  EXPECT_GE(driver->latency_frames(), 0);

  // A stalled server is counted by its length. JACK has a client's time-out of seconds, far beyond this.
  const std::uint64_t lost_before = counters.lost_frames;
  const std::uint64_t blocks_before = counters.blocks;
  server.signal(SIGSTOP);
  std::this_thread::sleep_for(milliseconds(400));  // the length of the fault
  server.signal(SIGCONT);
  ASSERT_TRUE(eventually([&] { return driver->counters().blocks > blocks_before + 10; }));
  EXPECT_GE(driver->counters().lost_frames - lost_before, 300U * 48U);
}

TEST_F(PortaudioDriver, OpensAgainAfterItWasClosed) {
  JackServer server;
  ASSERT_TRUE(eventually(jack_is_there));
  for (int round = 0; round < 3; ++round) {
    auto driver = open_driver(model::OutputKind::kPortaudio, {.block_frames = kBlock}, std::make_shared<Tone>());
    ASSERT_TRUE(driver.has_value()) << driver.error().message;
    ASSERT_TRUE(eventually([&] { return (*driver)->counters().blocks > 5; }));
  }
}

TEST_F(PortaudioDriver, RefusesARateTheDeviceDoesNotHave) {
  JackServer server;
  ASSERT_TRUE(eventually(jack_is_there));
  const auto driver = open_driver(model::OutputKind::kPortaudio, {.sample_rate_hz = 96'000}, std::make_shared<Tone>());
  ASSERT_FALSE(driver.has_value());
  EXPECT_EQ(driver.error().reason, "DEVICE_FAILED");
  EXPECT_NE(driver.error().message.find("96000"), std::string::npos) << driver.error().message;
}

TEST_F(PortaudioDriver, GivesUpOnAServerThatDoesNotAnswerAndComesBack) {
  JackServer server;
  ASSERT_TRUE(eventually(jack_is_there));
  server.signal(SIGSTOP);
  auto tone = std::make_shared<Tone>();
  const std::weak_ptr<Tone> given_up = tone;
  const auto from = std::chrono::steady_clock::now();
  const auto hung = open_driver(model::OutputKind::kPortaudio, {.block_frames = kBlock}, std::move(tone));
  EXPECT_LT(std::chrono::steady_clock::now() - from, std::chrono::seconds(kOpenWaitS + 5));
  ASSERT_FALSE(hung.has_value());
  EXPECT_EQ(hung.error().reason, "DEVICE_FAILED");
  server.signal(SIGCONT);
  EXPECT_TRUE(eventually([&] { return given_up.expired(); })) << "what opened too late is destroyed";
  ASSERT_TRUE(eventually([&] {
    const auto driver = open_driver(model::OutputKind::kPortaudio, {.block_frames = kBlock}, std::make_shared<Tone>());
    return driver && eventually([&] { return (*driver)->counters().blocks > 5; }, std::chrono::seconds(5));
  }));
}

TEST_F(PortaudioDriver, CallsADeviceDeadThatAsksForNothing) {
  JackServer server;
  ASSERT_TRUE(eventually(jack_is_there));
  auto opened = open_driver(model::OutputKind::kPortaudio, {.block_frames = kBlock}, std::make_shared<Tone>());
  ASSERT_TRUE(opened.has_value()) << opened.error().message;
  ASSERT_TRUE(eventually([&] { return (*opened)->counters().blocks > 5; }));
  server.signal(SIGSTOP);
  EXPECT_TRUE(eventually([&] { return (*opened)->counters().has_failed.load(); }));
  server.signal(SIGCONT);
}

// The process may end while a device is being left behind.
TEST_F(PortaudioDriver, DiscardedDriverDoesNotDisturbTheEndOfTheProcess) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  JackServer server;
  ASSERT_TRUE(eventually(jack_is_there));
  for (const int longest_ms : {0, 2000}) {
    EXPECT_EXIT(
        {
          auto driver = open_driver(model::OutputKind::kPortaudio, {.block_frames = kBlock}, std::make_shared<Tone>());
          if (!driver || !eventually([&] { return (*driver)->counters().blocks > 5; })) end_process(3);
          const bool is_gone = discard_within(std::move(*driver), milliseconds(longest_ms));
          end_process(longest_ms == 0 || is_gone ? 0 : 4);
        },
        testing::ExitedWithCode(0), "");
  }
}

// Opens the default device with an ALSA configuration of its own; exits with 0 if that fails and the null driver runs.
// ALSA keeps what it has read, so this takes a process of its own.
[[noreturn]] void open_with_alsa_configuration(const std::string& text) {
  const test::ScratchFolder folder;
  std::ofstream(folder.file("alsa.conf")) << text;
  test::set_environment("ALSA_CONFIG_PATH", folder.file("alsa.conf").c_str());
  test::set_environment("JACK_DEFAULT_SERVER", "segue-test-none");
  test::set_environment("JACK_NO_START_SERVER", "1");
  const auto driver = open_driver(model::OutputKind::kPortaudio, {}, std::make_shared<Tone>());
  if (driver) end_process(3);
  std::cerr << to_string(driver.error().code) << " " << driver.error().reason << " " << driver.error().message;
  const auto fallback = open_driver(model::OutputKind::kNull, {}, std::make_shared<Tone>());
  end_process(fallback && eventually([&] { return (*fallback)->counters().blocks > 3; }) ? 0 : 4);
}

TEST(PortaudioDriverDeathTest, SurvivesABrokenAlsaConfiguration) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  const std::string names_the_place = "UNAVAILABLE DEVICE_FAILED portaudio: .*:1:38:Unexpected char";
  EXPECT_EXIT(open_with_alsa_configuration("pcm.default { type plug slave { = } }}}\n"), testing::ExitedWithCode(0),
              names_the_place);
  EXPECT_EXIT(open_with_alsa_configuration("pcm.default { type \"plug\n"), testing::ExitedWithCode(0), "DEVICE_FAILED");
  EXPECT_EXIT(open_with_alsa_configuration("</usr/share/nonsense.conf>\npcm"), testing::ExitedWithCode(0),
              "DEVICE_FAILED");
}

TEST(PortaudioDriverDeathTest, SurvivesAnAlsaConfigurationWithoutDevices) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_EXIT(open_with_alsa_configuration(""), testing::ExitedWithCode(0), "UNAVAILABLE DEVICE_FAILED portaudio: .*");
  EXPECT_EXIT(open_with_alsa_configuration("pcm.mine { type hw card 99 }\n"), testing::ExitedWithCode(0),
              "UNAVAILABLE DEVICE_FAILED portaudio: .*");
}

// PortAudio is stuck in this process from here on, so this test comes last.
TEST_F(PortaudioDriver, LeavesADeadServerBehindAndGoesOnWithNull) {
  JackServer server;
  ASSERT_TRUE(eventually(jack_is_there));
  Tone tone;
  Gate gate(tone);
  auto opened = open_driver(model::OutputKind::kPortaudio, {.block_frames = kBlock}, gate.admit());
  ASSERT_TRUE(opened.has_value()) << opened.error().message;
  std::unique_ptr<Driver> dead = std::move(*opened);
  ASSERT_TRUE(eventually([&] { return dead->counters().blocks > 20; }));

  server.end(SIGKILL);
  EXPECT_TRUE(eventually([&] { return dead->counters().has_failed.load(); }));
  const Frames before = tone.frames_pulled;
  auto next = open_driver(model::OutputKind::kNull, {.block_frames = kBlock}, gate.admit());
  ASSERT_TRUE(next.has_value());
  const auto from = std::chrono::steady_clock::now();
  discard(std::move(dead));
  EXPECT_LT(std::chrono::steady_clock::now() - from, std::chrono::seconds(2)) << "discarding waited for the device";
  ASSERT_TRUE(eventually([&] { return (*next)->counters().blocks > 20; }));
  EXPECT_GE(tone.frames_pulled - before, 20 * kBlock);

  // Another try at the device comes back within its bound, whatever became of the old one.
  const auto again = open_driver(model::OutputKind::kPortaudio, {.block_frames = kBlock}, gate.admit());
  EXPECT_FALSE(again.has_value());
}

}  // namespace
}  // namespace segue::output
