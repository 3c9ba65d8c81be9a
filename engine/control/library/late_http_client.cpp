// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/control/library/late_http_client.h"

namespace segue::control {

net::HttpClient* LateHttpClient::made() {
  const std::lock_guard lock(mutex_);
  return client_.get();
}

net::HttpClient::Id LateHttpClient::start(net::HttpRequest request, std::shared_ptr<net::HttpReader> reader) {
  net::HttpClient* client = nullptr;
  {
    const std::lock_guard lock(mutex_);
    if (!client_) {
      client_ = net::HttpClient::create(options_);
      if (holds_background_) client_->hold_background(true);
    }
    client = client_.get();
  }
  return client->start(std::move(request), std::move(reader));
}

// Without a client there are no transfers.
void LateHttpClient::cancel(Id id) {
  if (net::HttpClient* client = made()) client->cancel(id);
}

void LateHttpClient::pause(Id id) {
  if (net::HttpClient* client = made()) client->pause(id);
}

void LateHttpClient::resume(Id id) {
  if (net::HttpClient* client = made()) client->resume(id);
}

void LateHttpClient::set_background_rate(std::int64_t bytes_per_s) {
  const std::lock_guard lock(mutex_);
  options_.background_bytes_per_s = bytes_per_s;
  if (client_) client_->set_background_rate(bytes_per_s);
}

void LateHttpClient::hold_background(bool on) {
  const std::lock_guard lock(mutex_);
  holds_background_ = on;
  if (client_) client_->hold_background(on);
}

}  // namespace segue::control
