// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/catalog/providers/opensubsonic/fields.h"

#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdio>

#include "engine/catalog/import/foreign_text.h"

namespace segue::catalog::opensubsonic {
namespace {

constexpr std::size_t kIdBytesMax = 512;   // a path as gonic's or Ampache's ids hold it
constexpr std::size_t kListMax = 100'000;  // entries of one list; 8 MiB hold no more

const Json* find(const Json& object, const char* key) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(key);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

double number(const Json& value) {
  if (value.is_number()) return value.get<double>();
  if (!value.is_string()) return 0;
  const auto& text = value.get_ref<const std::string&>();
  double parsed = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), parsed);
  return fault == std::errc() && end == text.data() + text.size() ? parsed : 0;
}

}  // namespace

std::string text_of(const Json& object, const char* key) {
  const Json* value = find(object, key);
  if (value == nullptr) return {};
  if (value->is_string()) return tidy(value->get_ref<const std::string&>());
  if (value->is_number_integer()) return std::to_string(value->get<std::int64_t>());
  return {};
}

std::string id_of(const Json& object, const char* key) {
  const Json* value = find(object, key);
  if (value == nullptr) return {};
  if (value->is_number_unsigned()) return std::to_string(value->get<std::uint64_t>());
  if (value->is_number_integer()) return std::to_string(value->get<std::int64_t>());
  if (!value->is_string()) return {};
  const auto& text = value->get_ref<const std::string&>();
  if (text.size() > kIdBytesMax) return {};
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) return {};
  }
  return text;
}

double number_of(const Json& object, const char* key, double most) {
  const Json* value = find(object, key);
  const double parsed = value == nullptr ? 0 : number(*value);
  return std::isfinite(parsed) && parsed > 0 && parsed <= most ? parsed : 0;
}

std::int64_t integer_of(const Json& object, const char* key, std::int64_t most) {
  return static_cast<std::int64_t>(number_of(object, key, static_cast<double>(most)));
}

bool flag_of(const Json& object, const char* key, bool otherwise) {
  const Json* value = find(object, key);
  if (value == nullptr) return otherwise;
  if (value->is_boolean()) return value->get<bool>();
  if (value->is_string()) return value->get_ref<const std::string&>() == "true";
  return otherwise;
}

const Json& part_of(const Json& object, const char* key) {
  static const Json kNothing = Json::object();
  const Json* value = find(object, key);
  if (value != nullptr && value->is_array() && value->size() == 1) value = &value->front();
  return value != nullptr && value->is_object() ? *value : kNothing;
}

std::vector<const Json*> list_of(const Json& object, const char* key) {
  const Json* value = find(object, key);
  if (value == nullptr) return {};
  if (!value->is_array()) return {value};
  std::vector<const Json*> members;
  for (const Json& member : *value) {
    if (members.size() == kListMax) break;
    members.push_back(&member);
  }
  return members;
}

std::int64_t unix_time_of(std::string_view text) {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, used = 0;
  const std::string copy(text.substr(0, 40));
  if (std::sscanf(copy.c_str(), "%4d-%2d-%2dT%2d:%2d:%2d%n", &year, &month, &day, &hour, &minute, &second, &used) != 6)
    return 0;
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok() || year < 1970 || hour < 0 || hour > 24 || minute < 0 || minute > 59 || second < 0 || second > 60)
    return 0;
  std::int64_t seconds = std::chrono::sys_days(date).time_since_epoch() / std::chrono::seconds(1);
  seconds += hour * 3600 + minute * 60 + second;
  std::size_t at = static_cast<std::size_t>(used);
  if (at < copy.size() && copy[at] == '.') {
    do ++at;
    while (at < copy.size() && copy[at] >= '0' && copy[at] <= '9');
  }
  int zone_hours = 0, zone_minutes = 0;
  if (at < copy.size() && (copy[at] == '+' || copy[at] == '-') &&
      std::sscanf(copy.c_str() + at + 1, "%2d:%2d", &zone_hours, &zone_minutes) == 2) {
    const std::int64_t ahead = zone_hours * 3600 + zone_minutes * 60;
    seconds += copy[at] == '+' ? -ahead : ahead;
  }
  return seconds;
}

}  // namespace segue::catalog::opensubsonic
