// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>

#include "tests/support/net/answer.h"
#include "tests/support/net/line.h"

namespace segue::test {

// What a server does to all its connections; called by their threads.
struct Grip {
  std::function<bool()> is_frozen;
  std::function<int()> releases;                                    // how often release() was called
  std::function<Line::Time(std::int64_t)> link_slot;                // when so many bytes may be sent
  std::function<void(const std::function<void(Exchange&)>&)> note;  // changes this request's entry in the log
};

// Sends `answer`, doing all that its fault says. True if the connection can take another request.
bool send_answer(Line& line, const Answer& answer, const Grip& grip);

}  // namespace segue::test
