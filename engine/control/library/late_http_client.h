// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <mutex>
#include <optional>

#include "engine/net/http.h"

namespace segue::control {

// The HTTP client, made with the first transfer: its thread and its TLS library cost 4 MB that a daemon without a
// network source has no use for. Owns the real one. Thread-safe.
class LateHttpClient final : public net::HttpClient {
 public:
  explicit LateHttpClient(Options options) : options_(std::move(options)) {}

  Id start(net::HttpRequest request, std::shared_ptr<net::HttpReader> reader) override;
  void cancel(Id id) override;
  void pause(Id id) override;
  void resume(Id id) override;
  void set_background_rate(std::int64_t bytes_per_s) override;
  void hold_background(bool on) override;

 private:
  // The real one if there is one yet.
  net::HttpClient* made();

  std::mutex mutex_;  // guards all below; the client itself is called without it
  Options options_;
  bool holds_background_ = false;
  std::unique_ptr<net::HttpClient> client_;  // never changes once set
};

}  // namespace segue::control
