// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "tests/clients/program.h"
#include "tests/support/audio/signals.h"
#include "tests/support/servers/child.h"

namespace segue::test {

using Json = nlohmann::json;

// The built segued with the null driver, in folders of its own, and segue to drive it: what an operator has. Its data
// and cache stay over restarts. One thread.
class NetworkRig {
 public:
  // `providers`: [[provider]] tables for the configuration.
  explicit NetworkRig(std::string providers);
  ~NetworkRig();
  NetworkRig(const NetworkRig&) = delete;
  NetworkRig& operator=(const NetworkRig&) = delete;

  // Another daemon on the same folders. False, with a test failure that says why, if it does not answer.
  bool start();
  // As an operator ends it.
  void stop();
  // As the kernel ends it: SIGKILL.
  void kill();

  Outcome segue(std::vector<std::string> arguments);
  // While it runs.
  std::unique_ptr<RunningSegue> start_segue(std::vector<std::string> arguments);
  // The same with -o json; a test failure and null if that does not succeed.
  Json ask(std::vector<std::string> arguments);
  // Deck `number` of the state.
  Json deck(int number);
  // Polls the state until `is_true` of that deck; the last state is the message of the failure if it takes too long.
  bool wait_for_deck(int number, const std::function<bool(const Json&)>& is_true,
                     std::chrono::milliseconds longest = std::chrono::seconds(20));

  // Starts deck 1 on a frame, from the beginning of its track, and gives back the programme from a tenth of a second
  // before that frame on. `meanwhile` is called once the deck plays and must be done before the recording ends. The
  // same commands on the same frames each time, so that two recordings of the same audio are the same.
  std::optional<StereoAudio> play_and_record(double seconds, const std::function<void()>& meanwhile = {});

  // `segued render`: the first seconds of a track on deck 1, without a running daemon.
  std::optional<StereoAudio> render(const std::string& uri, double seconds);

  // A file that only we can read, for password_file.
  static std::string write_secret(const ScratchFolder& folder, const std::string& secret);
  std::string cache_folder() const { return folder_.path("cache"); }
  std::string data_folder() const { return folder_.path("data"); }

 private:
  Start start_of(std::vector<std::string> arguments) const;
  void write_config();
  // Until the daemon has closed the file.
  bool wait_for_recording(std::chrono::duration<double> longest);

  ScratchFolder folder_;
  std::string providers_;
  std::unique_ptr<Child> daemon_;
  int recordings_ = 0;
};

}  // namespace segue::test
