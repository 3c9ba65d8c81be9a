// SPDX-License-Identifier: GPL-3.0-or-later
#include <string_view>

#include "clients/cli/actions.h"
#include "clients/cli/state_view.h"
#include "clients/cli/terminal.h"
#include "clients/cli/text.h"
#include "clients/cli/value.h"

// segue grid: what is said of a track's beats.
namespace segue::cli {
namespace {

constexpr std::string_view kBeats = "beats";
constexpr std::string_view kMs = "ms";
constexpr double kBpmMin = 20, kBpmMax = 400;  // as the schema states

// "20ms", "20", "-0.5beats", "+1beat"
Result<void> read_shift(std::string_view text, v1::EditGrid& edit) {
  const bool is_one = text.ends_with("beat");
  const bool is_beats = is_one || text.ends_with(kBeats);
  if (is_beats) text.remove_suffix(is_one ? kBeats.size() - 1 : kBeats.size());
  if (!is_beats && text.ends_with(kMs)) text.remove_suffix(kMs.size());
  const auto by = parse_number(text, is_beats ? "BEATS" : "MS");
  if (!by) return tl::unexpected(by.error());
  is_beats ? edit.set_shift_beats(*by) : edit.set_shift_ms(*by);
  return {};
}

// "3/2", "0.5"
Result<void> read_scale(std::string_view text, v1::EditGrid& edit) {
  const auto slash = text.find('/');
  const auto over = parse_number(text.substr(0, slash), "FACTOR");
  if (!over) return tl::unexpected(over.error());
  double under = 1;
  if (slash != std::string_view::npos) {
    const auto read = parse_number(text.substr(slash + 1), "FACTOR");
    if (!read) return tl::unexpected(read.error());
    if (*read == 0) return bad_value("FACTOR must be a number or a fraction, such as 3/2");
    under = *read;
  }
  edit.set_scale(*over / under);
  return {};
}

Result<void> read_place(std::string_view text, void (v1::EditGrid::*set)(double), v1::EditGrid& edit) {
  const auto seconds = parse_number(text, "SECONDS");
  if (!seconds) return tl::unexpected(seconds.error());
  (edit.*set)(*seconds);
  return {};
}

Result<double> read_bpm(std::string_view text) {
  const auto bpm = parse_number(text, "BPM");
  if (!bpm || (*bpm >= kBpmMin && *bpm <= kBpmMax)) return bpm;
  return bad_value("BPM must be 20 to 400, not '" + one_line(text) + "'");
}

// "128", "120-140"
Result<void> read_hint(std::string_view text, v1::Reanalyze& again) {
  const auto dash = text.find('-', 1);
  const auto first = read_bpm(text.substr(0, dash));
  if (!first) return tl::unexpected(first.error());
  if (dash == std::string_view::npos) {
    again.set_bpm(*first);
    return {};
  }
  const auto last = read_bpm(text.substr(dash + 1));
  if (!last) return tl::unexpected(last.error());
  if (*first >= *last) return bad_value("MIN-MAX: the first tempo must be the lower one, not '" + one_line(text) + "'");
  again.set_bpm_min(*first);
  again.set_bpm_max(*last);
  return {};
}

// Edits that take no value, or may do without one. False if the word is none of them.
bool read_word(std::string_view word, v1::EditGrid& edit) {
  if (word == "halve") {
    edit.set_scale(0.5);
  } else if (word == "double") {
    edit.set_scale(2);
  } else if (word == "tap") {
    edit.mutable_tap();
  } else if (word == "downbeat") {
    edit.set_downbeat_here(true);
  } else if (word == "reset") {
    edit.set_reset(true);
  } else {
    return false;
  }
  return true;
}

Result<void> read_edit(std::string_view word, std::string_view value, v1::EditGrid& edit) {
  if (word == "shift") return read_shift(value, edit);
  if (word == "scale") return read_scale(value, edit);
  if (word == "downbeat") return read_place(value, &v1::EditGrid::set_downbeat_s, edit);
  if (word == "bpm") {
    const auto bpm = parse_number(value, "BPM");
    if (!bpm) return tl::unexpected(bpm.error());
    edit.set_bpm(*bpm);
    return {};
  }
  if (word != "tap") return usage_failure("grid " + std::string(word) + " takes no value");
  const auto seconds = parse_number(value, "SECONDS");
  if (!seconds) return tl::unexpected(seconds.error());
  edit.mutable_tap()->set_at_s(*seconds);
  return {};
}

bool is_edit(std::string_view word) {
  v1::EditGrid unused;
  return word == "shift" || word == "scale" || word == "bpm" || read_word(word, unused);
}

Result<v1::Command> set_grid(const Call& call, std::uint32_t deck) {
  v1::Command command;
  const auto bpm = parse_number(call.arguments[1], "BPM");
  if (!bpm) return tl::unexpected(bpm.error());
  if (call.arguments.size() < 3) return usage_failure("grid: say FIRST_BEAT_S too, or 'segue grid DECK bpm BPM'");
  const auto first_beat_s = parse_number(call.arguments[2], "FIRST_BEAT_S");
  if (!first_beat_s) return tl::unexpected(first_beat_s.error());
  command.mutable_set_grid()->set_deck(deck);
  command.mutable_set_grid()->set_bpm(*bpm);
  command.mutable_set_grid()->set_first_beat_s(*first_beat_s);
  return command;
}

}  // namespace

// A tap at the playhead of a deck that stands says nothing of a tempo.
Result<void> check_tap(const Call& call, std::uint32_t deck, StateView& view) {
  const auto state = view.look();
  if (!state) return tl::unexpected(state.error());
  const bool is_there = deck >= 1 && static_cast<int>(deck) <= (*state)->decks_size();
  if (!is_there || (*state)->decks(static_cast<int>(deck) - 1).state() == v1::Deck::PLAYING) {
    if (!call.invocation.is_quiet && call.invocation.format == Format::kText)
      print_message("segue: tap on, on each beat: from the fourth tap on they make a tempo\n");
    return {};
  }
  return tl::unexpected(Failure{"FAILED_PRECONDITION", "DECK_NOT_PLAYING",
                                "grid tap: deck " + std::to_string(deck) +
                                    " does not play; play it and tap along, or say where: grid " +
                                    std::to_string(deck) + " tap SECONDS"});
}

Result<v1::Command> make_grid(const Call& call, StateView& view) {
  const auto deck = parse_index(call.arguments[0], "DECK");
  if (!deck) return tl::unexpected(deck.error());
  const std::string& word = call.arguments[1];
  const bool has_value = call.arguments.size() > 2;
  v1::Command command;
  if (word == "again") {
    v1::Reanalyze& again = *command.mutable_reanalyze();
    again.set_deck(*deck);
    if (!has_value) return command;
    if (auto read = read_hint(call.arguments[2], again); !read) return tl::unexpected(read.error());
    return command;
  }
  if (!is_edit(word)) return set_grid(call, *deck);
  v1::EditGrid& edit = *command.mutable_edit_grid();
  edit.set_deck(*deck);
  if (!has_value && word == "tap") {
    if (auto good = check_tap(call, *deck, view); !good) return tl::unexpected(good.error());
  }
  if (!has_value && read_word(word, edit)) return command;
  if (!has_value) return usage_failure("grid " + word + ": by how much?");
  if (auto read = read_edit(word, call.arguments[2], edit); !read) return tl::unexpected(read.error());
  return command;
}

}  // namespace segue::cli
