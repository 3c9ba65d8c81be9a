// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <utility>

#include "engine/stream/byte_source.h"
#include "engine/stream/fetch/fetch.h"

namespace segue::stream {

// Somebody's hold on a fetch, for as long as it exists.
class FetchUse {
 public:
  explicit FetchUse(std::shared_ptr<Fetch> fetch) : fetch_(std::move(fetch)) { fetch_->join(); }
  ~FetchUse() { fetch_->leave(); }
  FetchUse(const FetchUse&) = delete;
  FetchUse& operator=(const FetchUse&) = delete;
  Fetch& fetch() const { return *fetch_; }

 private:
  const std::shared_ptr<Fetch> fetch_;
};

// The bytes of a fetch. A read waits until they are there, however long the network is away.
class FetchSource final : public ByteSource {
 public:
  explicit FetchSource(std::unique_ptr<FetchUse> use) : use_(std::move(use)) {}
  Result<std::size_t> read(std::int64_t offset, std::span<std::byte> buffer) override {
    return use_->fetch().read(reader_, offset, buffer);
  }
  std::int64_t size() const override { return use_->fetch().size(); }
  bool is_remote() const override { return use_->fetch().is_partly_absent(); }
  bool is_ready(std::int64_t offset, std::int64_t bytes) const override {
    return use_->fetch().is_ready(offset, bytes);
  }
  void interrupt() override { use_->fetch().interrupt(reader_); }

 private:
  const std::unique_ptr<FetchUse> use_;
  Fetch::Reader reader_;
};

}  // namespace segue::stream
