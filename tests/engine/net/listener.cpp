// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/engine/net/listener.h"

namespace segue::test {
namespace {

constexpr std::chrono::seconds kPatience{10};

}  // namespace

bool Listener::on_head(const net::HttpHead& head) {
  {
    const std::lock_guard lock(mutex_);
    head_ = head;
    head_at_ = std::chrono::steady_clock::now();
    ++heads_;
    changed_.notify_all();
  }
  return !on_head_call || on_head_call(head);
}

bool Listener::on_body(std::span<const std::byte> bytes) {
  std::size_t so_far = 0;
  {
    const std::lock_guard lock(mutex_);
    if (keeps_body) body_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    so_far = bytes_ += bytes.size();
    changed_.notify_all();
  }
  return !on_body_call || on_body_call(so_far);
}

void Listener::on_end(Result<void> outcome) {
  if (on_end_call) on_end_call();
  const std::lock_guard lock(mutex_);
  outcome_ = std::move(outcome);
  ended_at_ = std::chrono::steady_clock::now();
  ++ends_;
  changed_.notify_all();
}

bool Listener::wait_for(const std::function<bool()>& is_true) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, kPatience, is_true);
}

bool Listener::wait_for_head() {
  return wait_for([this] { return heads_ > 0; });
}
bool Listener::wait_for_bytes(std::size_t count) {
  return wait_for([this, count] { return bytes_ >= count; });
}
bool Listener::wait_for_end() {
  return wait_for([this] { return ends_ > 0; });
}

net::HttpHead Listener::head() const {
  const std::lock_guard lock(mutex_);
  return head_;
}
std::string Listener::body() const {
  const std::lock_guard lock(mutex_);
  return body_;
}
std::size_t Listener::bytes() const {
  const std::lock_guard lock(mutex_);
  return bytes_;
}
int Listener::ends() const {
  const std::lock_guard lock(mutex_);
  return ends_;
}
std::string Listener::reason() const {
  const std::lock_guard lock(mutex_);
  if (ends_ == 0) return "pending";
  return outcome_ ? "" : outcome_.error().reason;
}
std::string Listener::message() const {
  const std::lock_guard lock(mutex_);
  return ends_ > 0 && !outcome_ ? outcome_.error().message : "";
}
std::chrono::steady_clock::time_point Listener::head_at() const {
  const std::lock_guard lock(mutex_);
  return head_at_;
}
std::chrono::steady_clock::time_point Listener::ended_at() const {
  const std::lock_guard lock(mutex_);
  return ended_at_;
}

}  // namespace segue::test
