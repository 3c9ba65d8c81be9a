// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <pugixml.hpp>

#include "engine/catalog/import/foreign_library.h"
#include "engine/catalog/import/xml_walk.h"

namespace segue::catalog {

// Goes to the root of a document, which has to have this name; `what` is that for a person. Its tag is valid until the
// next call of the walk. Fails with INVALID_ARGUMENT LIBRARY_FILE_INVALID.
Result<pugi::xml_node> find_root(XmlWalk& walk, std::string_view name, const std::string& what);
// A walk that has broken off is a fault of the library.
void note_fault(const XmlWalk& walk, ForeignLibrary& library);

// An attribute's text as one tidy line; empty if there is none.
std::string text_of(const pugi::xml_node& node, const char* attribute);
// An attribute's number. Absent: nothing. No number: nothing, noted as skipped under `what` of `name`.
std::optional<double> number_of(const pugi::xml_node& node, const char* attribute, ForeignLibrary& library,
                                std::string_view what, std::string_view name);
// Likewise a whole number within bounds.
std::optional<std::int64_t> whole_of(const pugi::xml_node& node, const char* attribute, ForeignLibrary& library,
                                     std::string_view what, std::string_view name);

// 0 to 255 as 0 to 5 stars.
int stars_of(std::int64_t rating);
// Unix time of a date written year, month, day with `separator` between; 0 if it is none.
std::int64_t day_of(std::string_view text, char separator);

}  // namespace segue::catalog
