// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/result.h"

namespace segue::output {

// The right to call PortAudio's control functions, which are one set per process and not thread-safe: one holder at a
// time. Whoever hangs inside a call keeps it, so it is waited for with a bound, and only by threads of our own.
class PortaudioTurn {
 public:
  static std::optional<PortaudioTurn> take(std::chrono::milliseconds longest);
  static PortaudioTurn take();
  PortaudioTurn(PortaudioTurn&&) noexcept = default;
  PortaudioTurn& operator=(PortaudioTurn&&) noexcept = default;
  ~PortaudioTurn();

 private:
  struct State;
  explicit PortaudioTurn(std::shared_ptr<State> state);
  static std::shared_ptr<State> shared();
  std::shared_ptr<State> state_;
};

// PortAudio, initialised for as long as a session lives; the devices are those found when the first session began.
// Created, used and destroyed by whoever holds the turn.
class PortaudioSession {
 public:
  // Fails with UNAVAILABLE DEVICE_FAILED and what the sound system said.
  static Result<std::unique_ptr<PortaudioSession>> open();
  ~PortaudioSession();
  PortaudioSession(const PortaudioSession&) = delete;
  PortaudioSession& operator=(const PortaudioSession&) = delete;

  // Stereo outputs, "API: device", the default first.
  std::vector<std::string> device_names() const;
  // PortAudio's index of the default device or, if `wanted` is not empty, of the device with this name or else the
  // first with this part in its name, upper and lower case alike. Fails with UNAVAILABLE NO_DEVICE.
  Result<int> find_device(const std::string& wanted) const;
  std::string device_name(int device) const;

 private:
  PortaudioSession() = default;
};

// A PortAudio error in words, with the host's own if there are some. Holder of the turn only.
std::string portaudio_text(int error);

}  // namespace segue::output
