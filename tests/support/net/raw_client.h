// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "tests/support/net/fault.h"

namespace segue::test {

enum class RawEnd { kOpen, kClosed, kReset };

// What arrived, byte by byte: unlike a real client it hides nothing and repairs nothing.
struct RawAnswer {
  int status = 0;
  std::string head;
  std::vector<Header> fields{};  // names in lower case
  std::string body;              // chunk frames included
  RawEnd end = RawEnd::kOpen;
  bool is_complete = false;  // as many bytes as Content-Length says
  std::string field(const std::string& name) const;
};

// One connection to 127.0.0.1 that speaks just enough HTTP to look at a server.
class RawClient {
 public:
  explicit RawClient(int port);
  ~RawClient();
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  bool is_connected() const { return socket_ >= 0; }
  void send(const std::string& bytes);
  // Sends a GET; `fields` are whole lines.
  void ask(const std::string& target, const std::string& fields = "");
  // Reads on until the answer is complete, its body has `enough` bytes, the connection ends or nothing came for
  // `silence_max`.
  RawAnswer read(std::chrono::milliseconds silence_max = std::chrono::seconds(5), std::size_t enough = SIZE_MAX);
  RawAnswer get(const std::string& target, const std::string& fields = "");

 private:
  int socket_ = -1;
  std::string received_;  // of the answer under way
};

}  // namespace segue::test
