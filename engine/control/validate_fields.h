// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>

#include "engine/base/result.h"
#include "segue/v1/command.pb.h"

// What the parts of validate.cpp share.
namespace segue::control {

namespace v1 = ::segue::v1;

// INVALID_ARGUMENT with that reason: "commands[0].seek.seconds: …".
tl::unexpected<Error> invalid(const char* reason, const std::string& where, const char* field, const std::string& what);

// Checks the fields of one command, whose path is `where` ("commands[0].play.").
struct Fields {
  const std::string& where;
  int decks;

  Result<void> within(const char* field, double value, double low, double high) const;
  Result<void> known(const char* noun, const char* reason, std::uint32_t value) const;
  Result<void> deck(std::uint32_t value) const { return known("deck", "DECK_UNKNOWN", value); }
  Result<void> channel(std::uint32_t value) const { return known("channel", "CHANNEL_UNKNOWN", value); }
  tl::unexpected<Error> missing(const char* field) const { return invalid("FIELD_INVALID", where, field, "not set"); }
};

// Commands about what is known of a track.
Result<void> check(const v1::SetGrid& grid, const Fields& fields);
Result<void> check(const v1::EditGrid& grid, const Fields& fields);
Result<void> check(const v1::Reanalyze& again, const Fields& fields);
Result<void> check(const v1::AdoptAnalysis& known, const Fields& fields);

}  // namespace segue::control
