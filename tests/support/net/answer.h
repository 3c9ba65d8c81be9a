// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "tests/support/net/exchange.h"
#include "tests/support/net/fault_server.h"

namespace segue::test {

// What is known of an answer's content before faults have their say.
struct Content {
  int status = 200;
  std::vector<Header> headers{};
  std::string mime{};
  std::string etag{};
  std::string last_modified{};
  std::shared_ptr<const std::string> bytes = std::make_shared<std::string>();
  bool has_ranges = false;  // a file, not a callback's answer
};

// An answer ready to be sent: its head as it goes over the wire and which of the content's bytes follow.
struct Answer {
  int status = 200;
  std::string head{};
  std::shared_ptr<const std::string> content;
  std::int64_t first = 0;
  std::int64_t count = 0;
  bool is_partial = false;
  bool has_body = true;  // not after HEAD or 304
  bool keeps_alive = true;
  std::shared_ptr<const Live> live;  // instead of content: endless, from `first` on
  int metaint = 0;
  Fault fault{};
};

Answer make_answer(const Request& request, const Content& content, const Fault& fault);
Answer make_live_answer(const Request& request, std::shared_ptr<const Live> live, std::int64_t first,
                        const Fault& fault);

}  // namespace segue::test
