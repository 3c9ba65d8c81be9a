// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/e2e/network_rig.h"

#include <csignal>
#include <filesystem>
#include <thread>

#include <gtest/gtest.h>
#include <poll.h>

#include "tests/support/audio/wav.h"

namespace segue::test {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr int kRateHz = 48'000;
constexpr auto kStartPatience = 20s;
// What commands put off with --at need to be accepted before their frame comes, on a machine that does other things.
constexpr double kLeadS = 0.5;
constexpr Frames kBeforePlay = kRateHz / 10;

constexpr auto kStopPatience = 10s;

bool is_recording(const Json& state) {
  const Json& master = state["master"];
  return master.contains("recording") && master["recording"].is_object();
}

// Another process changes: there is nothing to wait on but the time.
void pause_a_moment() { ::poll(nullptr, 0, 30); }

}  // namespace

NetworkRig::NetworkRig(std::string providers) : providers_(std::move(providers)) {}

NetworkRig::~NetworkRig() { stop(); }

std::string NetworkRig::write_secret(const ScratchFolder& folder, const std::string& secret) {
  folder.write("secret", secret + "\n");
  std::filesystem::permissions(folder.path("secret"), std::filesystem::perms(0600));
  return folder.path("secret");
}

void NetworkRig::write_config() {
  folder_.write("segued.toml", "[engine]\nsample_rate_hz = 48000\n\n" + providers_);
  std::filesystem::permissions(folder_.path("segued.toml"), std::filesystem::perms(0600));
}

bool NetworkRig::start() {
  write_config();
  daemon_ = std::make_unique<Child>(
      std::vector<std::string>{SEGUED_BINARY, "--config", folder_.path("segued.toml"), "--data-dir",
                               folder_.path("data"), "--cache-dir", cache_folder(), "--socket", folder_.path("socket"),
                               "--output", "null", "--grpc", "off", "--http", "off"},
      folder_.path(), "segued.log");
  const auto until = Clock::now() + kStartPatience;
  while (daemon_->is_running() && Clock::now() < until) {
    if (segue({"version"}).exit_code == 0) return true;
    pause_a_moment();
  }
  ADD_FAILURE() << "segued does not answer: " << daemon_->log();
  return false;
}

std::optional<StereoAudio> NetworkRig::render(const std::string& uri, double seconds) {
  write_config();
  folder_.write("script.jsonl", R"({"at": "0s", "do": {"load": {"deck": 1, "uri": ")" + uri + R"("}}}
{"at": "0s", "do": {"play": {"deck": 1}}}
)");
  const std::string path = folder_.path("render.wav");
  const auto ran =
      run({SEGUED_BINARY, "--config", folder_.path("segued.toml"), "--data-dir", folder_.path("data"), "--cache-dir",
           cache_folder(), "render", folder_.path("script.jsonl"), "--out", path, "--seconds", std::to_string(seconds)},
          folder_.path());
  if (!ran) {
    ADD_FAILURE() << ran.error().message;
    return std::nullopt;
  }
  const auto wav = read_wav(path);
  if (wav) return wav->stereo();
  ADD_FAILURE() << wav.error().message;
  return std::nullopt;
}

void NetworkRig::stop() {
  if (daemon_) daemon_->stop();
}

void NetworkRig::kill() {
  daemon_->signal(SIGKILL);
  daemon_->wait(5s);
}

Start NetworkRig::start_of(std::vector<std::string> arguments) const {
  arguments.insert(arguments.begin(), {"--server", "unix:" + folder_.path("socket"), "--timeout", "30s"});
  return {.arguments = std::move(arguments),
          .environment = {{"HOME", folder_.path()}, {"PATH", "/usr/bin:/bin"}, {"LC_ALL", "C.UTF-8"}},
          .input = "",
          .out_file = ""};
}

Outcome NetworkRig::segue(std::vector<std::string> arguments) { return run_segue(start_of(std::move(arguments))); }

std::unique_ptr<RunningSegue> NetworkRig::start_segue(std::vector<std::string> arguments) {
  return std::make_unique<RunningSegue>(start_of(std::move(arguments)));
}

Json NetworkRig::ask(std::vector<std::string> arguments) {
  std::string line = "segue";
  for (const std::string& word : arguments) line += " " + word;
  arguments.insert(arguments.begin(), {"-o", "json"});
  const Outcome outcome = segue(std::move(arguments));
  if (outcome.exit_code != 0) {
    ADD_FAILURE() << line << ": exit code " << outcome.exit_code << ": " << outcome.err << "\n"
                  << (daemon_ ? daemon_->log() : "");
    return nullptr;
  }
  const Json answer = Json::parse(outcome.out, nullptr, false);
  EXPECT_FALSE(answer.is_discarded()) << line << ": " << outcome.out;
  return answer;
}

Json NetworkRig::deck(int number) {
  const Json state = ask({"status"});
  if (!state.is_object() || !state.contains("decks")) return nullptr;
  for (const Json& each : state["decks"])
    if (each.value("deck", 0) == number) return each;
  return nullptr;
}

bool NetworkRig::wait_for_deck(int number, const std::function<bool(const Json&)>& is_true,
                               std::chrono::milliseconds longest) {
  const auto until = Clock::now() + longest;
  Json last;
  while (Clock::now() < until) {
    last = deck(number);
    if (!last.is_object()) return false;
    if (is_true(last)) return true;
    pause_a_moment();
  }
  ADD_FAILURE() << "deck " << number << " stays at " << last.dump(1);
  return false;
}

bool NetworkRig::wait_for_recording(std::chrono::duration<double> longest) {
  const auto until = Clock::now() + std::chrono::duration_cast<Clock::duration>(longest) + kStopPatience;
  for (Json now = ask({"status"}); now.is_object() && is_recording(now); now = ask({"status"})) {
    if (Clock::now() > until) {
      ADD_FAILURE() << "still recording: " << now["master"].dump();
      return false;
    }
    pause_a_moment();
  }
  return true;
}

std::optional<StereoAudio> NetworkRig::play_and_record(double seconds, const std::function<void()>& meanwhile) {
  const Json state = ask({"status"});
  if (!state.is_object()) return std::nullopt;
  const std::string frame_text = state["engine"]["frame"].get<std::string>();
  const Frames begin = std::stoll(frame_text) + static_cast<Frames>(kLeadS * kRateHz);
  const auto at = [&](Frames frame) { return "frame:" + std::to_string(begin + frame); };
  const std::string path = folder_.path("mix" + std::to_string(++recordings_) + ".wav");
  const Frames end = kBeforePlay + static_cast<Frames>(seconds * kRateHz);
  const std::vector<std::vector<std::string>> commands{
      {"--no-wait", "--at", at(0), "record", "start", path},
      {"--no-wait", "--at", at(kBeforePlay), "play", "1"},
      {"--no-wait", "--at", at(end), "record", "stop"},
  };
  for (const auto& command : commands)
    if (ask(command).is_null()) return std::nullopt;
  if (!wait_for_deck(1, [](const Json& deck) { return deck["state"] == "PLAYING"; })) return std::nullopt;
  if (meanwhile) {
    meanwhile();
    EXPECT_TRUE(is_recording(ask({"status"}))) << "what was to be heard came after the recording";
  }
  if (!wait_for_recording(std::chrono::duration<double>(seconds))) return std::nullopt;
  // Let the deck rest for the next one.
  ask({"stop", "1"});
  const auto wav = read_wav(path);
  if (!wav) {
    ADD_FAILURE() << wav.error().message;
    return std::nullopt;
  }
  EXPECT_EQ(wav->frames(), end);
  return wav->stereo();
}

}  // namespace segue::test
