// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/net/raw_client.h"

#include <cstdlib>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/support/net/http_text.h"

namespace segue::test {

std::string RawAnswer::field(const std::string& name) const {
  for (const Header& header : fields)
    if (header.name == name) return header.value;
  return {};
}

RawClient::RawClient(int port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) return;
  ::close(socket_);
  socket_ = -1;
}

RawClient::~RawClient() {
  if (socket_ >= 0) ::close(socket_);
}

void RawClient::send(const std::string& bytes) {
  for (std::size_t sent = 0; sent < bytes.size();) {
    const ssize_t count = ::send(socket_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (count <= 0) return;
    sent += static_cast<std::size_t>(count);
  }
}

void RawClient::ask(const std::string& target, const std::string& fields) {
  received_.clear();
  send("GET " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\n" + fields + "\r\n");
}

RawAnswer RawClient::read(std::chrono::milliseconds silence_max, std::size_t enough) {
  RawAnswer answer;
  for (;;) {
    const auto end = received_.find("\r\n\r\n");
    if (end != std::string::npos && answer.head.empty()) {
      answer.head = received_.substr(0, end + 2);
      const auto line_end = answer.head.find("\r\n");
      answer.status = std::atoi(answer.head.c_str() + answer.head.find(' ') + 1);
      // A status line has the shape of a request line.
      if (auto parsed = parse_head("GET / HTTP/1.1" + answer.head.substr(line_end))) answer.fields = parsed->headers;
    }
    if (!answer.head.empty()) {
      answer.body = received_.substr(end + 4);
      const std::string length = answer.field("content-length");
      answer.is_complete = !length.empty() && answer.body.size() >= std::strtoull(length.c_str(), nullptr, 10);
      if (answer.is_complete || answer.body.size() >= enough) return answer;
    }
    pollfd fd{socket_, POLLIN, 0};
    if (::poll(&fd, 1, static_cast<int>(silence_max.count())) <= 0) return answer;
    char piece[16 << 10];
    const ssize_t got = ::recv(socket_, piece, sizeof piece, 0);
    if (got <= 0) {
      answer.end = got == 0 ? RawEnd::kClosed : RawEnd::kReset;
      return answer;
    }
    received_.append(piece, static_cast<std::size_t>(got));
  }
}

RawAnswer RawClient::get(const std::string& target, const std::string& fields) {
  ask(target, fields);
  return read();
}

}  // namespace segue::test
