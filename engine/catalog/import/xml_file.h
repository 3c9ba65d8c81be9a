// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <pugixml.hpp>

#include "engine/catalog/import/foreign_library.h"

namespace segue::catalog {

inline constexpr std::size_t kForeignFileBytesMax = 256 << 20;  // 100,000 tracks with all their cues
inline constexpr std::size_t kXmlElementsMax = 4'000'000;       // 72 bytes each while they are read
inline constexpr std::size_t kXmlAttributesMax = 12'000'000;    // 40 bytes each

// The document in `text`, which it goes on to need. Neither document types nor entities of their own are taken. A file
// that breaks off or breaks a rule is read up to there, which is noted as skipped. Fails with INVALID_ARGUMENT
// LIBRARY_FILE_INVALID or LIBRARY_FILE_TOO_LARGE.
Result<void> parse_xml(pugi::xml_document& document, std::string& text, ForeignLibrary& library);

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
