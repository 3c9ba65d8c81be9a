// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/catalog/import/xml_file.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdint>

#include "engine/base/text.h"
#include "engine/catalog/import/foreign_text.h"

namespace segue::catalog {
namespace {

constexpr std::size_t kValueBytesShown = 40;
constexpr double kWholeMax = 1e15;  // whole numbers a double tells apart

}  // namespace

Result<pugi::xml_node> find_root(XmlWalk& walk, std::string_view name, const std::string& what) {
  if (!walk.next()) {
    return fail(Code::kInvalidArgument, "LIBRARY_FILE_INVALID",
                "the file is no XML" + (walk.fault().empty() ? std::string() : ": " + walk.fault()));
  }
  const pugi::xml_node root = walk.tag();
  if (root.name() == name) return root;
  return fail(Code::kInvalidArgument, "LIBRARY_FILE_INVALID", "the file is XML, but no " + what);
}

void note_fault(const XmlWalk& walk, ForeignLibrary& library) {
  if (walk.fault().empty() || library.fault) return;
  library.fault = Error{Code::kDataLoss, "LIBRARY_FILE_DAMAGED", walk.fault() + "; what comes behind was not read"};
}

std::string text_of(const pugi::xml_node& node, const char* attribute) {
  return tidy(node.attribute(attribute).as_string());
}

std::optional<double> number_of(const pugi::xml_node& node, const char* attribute, ForeignLibrary& library,
                                std::string_view what, std::string_view name) {
  const std::string_view text = node.attribute(attribute).as_string();
  if (text.empty()) return std::nullopt;
  const std::optional<double> number = foreign_number(text);
  if (!number) {
    library.skip(what, name, std::string(attribute) + " \"" + printable(text, kValueBytesShown) + "\" is no number");
  }
  return number;
}

std::optional<std::int64_t> whole_of(const pugi::xml_node& node, const char* attribute, ForeignLibrary& library,
                                     std::string_view what, std::string_view name) {
  const std::optional<double> number = number_of(node, attribute, library, what, name);
  if (!number) return std::nullopt;
  if (std::abs(*number) > kWholeMax) {
    library.skip(what, name, std::string(attribute) + " is out of bounds");
    return std::nullopt;
  }
  return std::llround(*number);
}

int stars_of(std::int64_t rating) { return static_cast<int>((std::clamp<std::int64_t>(rating, 0, 255) + 25) / 51); }

std::int64_t day_of(std::string_view text, char separator) {
  int parts[3] = {};
  const char* at = text.data();
  const char* const end = at + text.size();
  for (int i = 0; i < 3; ++i) {
    if (i > 0 && (at == end || *at++ != separator)) return 0;
    const auto [next, fault] = std::from_chars(at, end, parts[i]);
    if (fault != std::errc()) return 0;
    at = next;
  }
  if (parts[0] < 1970 || parts[0] > 9999 || parts[1] < 1 || parts[2] < 1) return 0;
  const std::chrono::year_month_day day{std::chrono::year(parts[0]),
                                        std::chrono::month(static_cast<unsigned>(parts[1])),
                                        std::chrono::day(static_cast<unsigned>(parts[2]))};
  if (!day.ok()) return 0;
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::sys_days(day).time_since_epoch()).count();
}

}  // namespace segue::catalog
