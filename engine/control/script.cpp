// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/control/script.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>

#include "engine/control/validate.h"
#include "engine/model/config.h"

namespace segue::control {
namespace {

using google::protobuf::Struct;
using google::protobuf::Value;
namespace json = google::protobuf::util;

constexpr std::size_t kLineBytesMax = model::kMessageBytesMax;

tl::unexpected<Error> invalid(const ScriptContext& context, int line, const std::string& what) {
  return fail(Code::kInvalidArgument, "SCRIPT_INVALID", context.name + ":" + std::to_string(line) + ": " + what);
}

tl::unexpected<Error> invalid(const std::string& what) { return fail(Code::kInvalidArgument, "SCRIPT_INVALID", what); }

const Value* field(const Struct& object, const char* name) {
  const auto found = object.fields().find(name);
  return found == object.fields().end() ? nullptr : &found->second;
}

// "12.5s" in seconds; nothing if the text is not that.
std::optional<double> seconds_in(std::string_view text) {
  if (text.empty() || text.back() != 's') return std::nullopt;
  double value = 0;
  const char* end = text.data() + text.size() - 1;
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end || !(value >= 0) || value > model::kScheduleHorizonS) return std::nullopt;
  return value;
}

Result<Frames> parse_time(std::string_view text, Frames before, int rate_hz) {
  constexpr std::string_view kFrame = "frame:";
  if (text.starts_with(kFrame)) {
    text.remove_prefix(kFrame.size());
    Frames frame = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), frame);
    if (error == std::errc() && stop == text.data() + text.size() && frame >= 0) return frame;
  } else if (text.starts_with('+')) {
    if (const auto seconds = seconds_in(text.substr(1))) return before + std::llround(*seconds * rate_hz);
  } else if (const auto seconds = seconds_in(text)) {
    return static_cast<Frames>(std::llround(*seconds * rate_hz));
  }
  return invalid("at: neither \"12.5s\", \"+2.5s\" nor \"frame:600000\"");
}

// What the JSON parser says, without the lines in which it points at the place.
std::string complaint(const google::protobuf::util::Status& status) {
  const std::string text(status.message());
  return text.substr(0, text.find('\n'));
}

Result<v1::Command> parse_command(const Value& value, int decks) {
  if (!value.has_struct_value()) return invalid("do: no object");
  std::string text;
  (void)json::MessageToJsonString(value.struct_value(), &text);
  v1::Command command;
  const auto status = json::JsonStringToMessage(text, &command);
  if (!status.ok()) return invalid("do: " + complaint(status));
  if (auto valid = validate(command, decks, "do"); !valid) return invalid(valid.error().message);
  return command;
}

// A whole number from 1 to `most`; 0 if it is not that.
int small_number(const Value* value, int most) {
  const double number = value == nullptr ? 0 : value->number_value();
  return number >= 1 && number <= most && number == std::floor(number) ? static_cast<int>(number) : 0;
}

Result<Script::Session> parse_session(const Value& value) {
  if (!value.has_struct_value()) return invalid("session: no object");
  const Struct& object = value.struct_value();
  Script::Session session;
  if (const Value* epoch = field(object, "epoch")) session.epoch = epoch->string_value();
  session.sample_rate_hz = small_number(field(object, "sampleRate"), 192'000);
  session.decks = small_number(field(object, "decks"), model::kDecksMax);
  if (session.sample_rate_hz < 44'100 || session.decks == 0)
    return invalid("session: sampleRate or decks is missing or wrong");
  if (const Value* ceiling = field(object, "limiterCeilingDbtp")) {
    session.limiter_ceiling_dbtp = ceiling->number_value();
    if (!(session.limiter_ceiling_dbtp >= -12 && session.limiter_ceiling_dbtp <= 0))
      return invalid("session: limiterCeilingDbtp is not within -12 to 0");
  }
  return session;
}

Result<void> check_fields(const Struct& object) {
  for (const auto& [name, value] : object.fields()) {
    if (name != "at" && name != "do" && name != "immediate" && name != "stretcher")
      return invalid("unknown field \"" + name + "\"");
  }
  return {};
}

Result<Script::Line> parse_line(const Struct& object, Frames before, const Script::Session& session) {
  if (auto known = check_fields(object); !known) return tl::unexpected<Error>(known.error());
  const Value* at = field(object, "at");
  const Value* action = field(object, "do");
  const Value* stretcher = field(object, "stretcher");
  if (at == nullptr || at->kind_case() != Value::kStringValue) return invalid("at: missing, or no string");
  if ((action == nullptr) == (stretcher == nullptr)) return invalid("do: missing");
  Script::Line line;
  auto frame = parse_time(at->string_value(), before, session.sample_rate_hz);
  if (!frame) return tl::unexpected<Error>(frame.error());
  line.frame = *frame;
  if (const Value* immediate = field(object, "immediate")) {
    if (immediate->kind_case() != Value::kBoolValue) return invalid("immediate: neither true nor false");
    line.is_immediate = immediate->bool_value();
  }
  if (stretcher != nullptr) {
    line.stretcher_deck = small_number(field(stretcher->struct_value(), "deck"), session.decks) - 1;
    if (line.stretcher_deck < 0) return invalid("stretcher.deck: there is no such deck");
    return line;
  }
  auto command = parse_command(*action, session.decks);
  if (!command) return tl::unexpected<Error>(command.error());
  line.command = std::move(*command);
  return line;
}

// The next line, without its end; false at the end of the script. A line longer than `bytes_max` is cut there.
bool read_line(std::istream& in, std::string& text, std::size_t bytes_max) {
  text.clear();
  for (int next = in.get(); next != std::istream::traits_type::eof(); next = in.get()) {
    if (next == '\n') return true;
    text += static_cast<char>(next);
    if (text.size() > bytes_max) return true;
  }
  return !text.empty();
}

bool is_blank(const std::string& text) {
  const auto first = text.find_first_not_of(" \t\r");
  return first == std::string::npos || text[first] == '#';
}

}  // namespace

Result<Script> parse_script(std::istream& in, const ScriptContext& context) {
  Script script;
  Script::Session session{"", context.sample_rate_hz, context.decks};
  Frames before = 0;
  std::string text;
  for (int number = 1; read_line(in, text, kLineBytesMax); ++number) {
    if (number == 1 && text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);  // a byte order mark
    if (is_blank(text)) continue;
    if (text.size() > kLineBytesMax) return invalid(context, number, "longer than 1 MiB");
    Struct object;
    const auto status = json::JsonStringToMessage(text, &object);
    if (!status.ok()) return invalid(context, number, "no JSON object: " + complaint(status));
    const Value* header = field(object, "session");
    if (header != nullptr && script.lines.empty() && !script.session) {
      auto parsed = parse_session(*header);
      if (!parsed) return invalid(context, number, parsed.error().message);
      script.session = session = *parsed;
      continue;
    }
    auto line = parse_line(object, before, session);
    if (!line) return invalid(context, number, line.error().message);
    if (line->frame > static_cast<Frames>(model::kRenderSecondsMax * session.sample_rate_hz)) {
      return invalid(context, number, "at: more than a week from the start");
    }
    line->number = number;
    before = line->frame;
    script.lines.push_back(std::move(*line));
  }
  if (in.bad()) return fail(Code::kUnavailable, "FILE_UNREADABLE", context.name + ": cannot be read to its end");
  std::stable_sort(script.lines.begin(), script.lines.end(),
                   [](const Script::Line& a, const Script::Line& b) { return a.frame < b.frame; });
  return script;
}

void write_session(std::ostream& out, const Script::Session& session) {
  out << R"({"session": {"epoch": ")" << session.epoch << R"(", "sampleRate": )" << session.sample_rate_hz
      << R"(, "decks": )" << session.decks << R"(, "limiterCeilingDbtp": )" << session.limiter_ceiling_dbtp << "}}\n";
}

void write_line(std::ostream& out, const Script::Line& line) {
  out << R"({"at": "frame:)" << line.frame << '"';
  if (line.is_immediate) out << R"(, "immediate": true)";
  if (line.command) {
    std::string text;
    (void)json::MessageToJsonString(*line.command, &text);
    out << R"(, "do": )" << text << "}\n";
  } else {
    out << R"(, "stretcher": {"deck": )" << line.stretcher_deck + 1 << "}}\n";
  }
}

}  // namespace segue::control
