// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

#include <google/protobuf/message.h>

#include "clients/cli/failure.h"

namespace segue::cli {

// Protobuf JSON with default values printed, lowerCamel names and 64-bit integers as strings, newline included:
// one line for jsonl, indented for json.
std::string to_json(const google::protobuf::Message& message, Format format);

// Fills `message` from protobuf JSON; `what` names the text in the failure ("command 2", "mix.jsonl line 3").
Result<void> from_json(std::string_view text, std::string_view what, google::protobuf::Message& message);

// A JSON string literal.
std::string quoted(std::string_view text);

}  // namespace segue::cli
