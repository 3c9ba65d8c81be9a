// SPDX-License-Identifier: GPL-3.0-or-later
#include "clients/cli/json.h"

#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>

#include "clients/cli/text.h"

namespace segue::cli {

std::string to_json(const google::protobuf::Message& message, Format format) {
  google::protobuf::util::JsonPrintOptions options;
  options.always_print_primitive_fields = true;
  options.add_whitespace = format == Format::kJson;
  std::string text;
  const auto status = google::protobuf::util::MessageToJsonString(message, &text, options);
  // Only a message with an unknown Any or a broken timestamp cannot be printed, and the schema has no Any.
  if (!status.ok()) text = "null";
  if (text.empty() || text.back() != '\n') text += '\n';
  return text;
}

Result<void> from_json(std::string_view text, std::string_view what, google::protobuf::Message& message) {
  const std::string copy(text);
  const auto status = google::protobuf::util::JsonStringToMessage(copy, &message);
  if (status.ok()) return {};
  return bad_value(std::string(what) + " is not a " + std::string(message.GetDescriptor()->name()) +
                   " in protobuf JSON: " + one_line(std::string(status.message())));
}

std::string quoted(std::string_view text) {
  google::protobuf::Value value;
  value.set_string_value(valid_utf8(text));
  std::string line = to_json(value, Format::kJsonl);
  line.pop_back();
  return line;
}

}  // namespace segue::cli
