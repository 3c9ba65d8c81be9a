// SPDX-License-Identifier: GPL-3.0-or-later
#include "clients/cli/status_text.h"

#include <algorithm>
#include <string>

#include <gtest/gtest.h>

#include "clients/cli/load_progress.h"
#include "clients/cli/text.h"
#include "tests/clients/fake_daemon.h"

namespace segue::cli {
namespace {

v1::State playing_state() {
  v1::State state = test::idle_state();
  state.mutable_engine()->set_frame(480'000);
  auto& deck = *state.mutable_decks(0);
  deck.set_state(v1::Deck::PLAYING);
  deck.set_uri("file:///m/a.flac");
  deck.set_artist("Ärtist");
  deck.set_title("Song");
  deck.set_duration_s(303.25);
  deck.set_tempo_percent(3.5);
  deck.set_bpm(128.0);
  deck.set_effective_bpm(132.48);
  deck.set_loaded(1.0);
  deck.set_keylock(true);
  deck.mutable_anchor()->set_frame(240'000);
  deck.mutable_anchor()->set_position_s(78.325);
  deck.mutable_anchor()->set_rate(1.035);
  return state;
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST(ClockText, CountsWholeTenths) {
  EXPECT_EQ(clock_text(0.0), "0:00.0");
  EXPECT_EQ(clock_text(59.99), "0:59.9");
  EXPECT_EQ(clock_text(60.0), "1:00.0");
  EXPECT_EQ(clock_text(1.3), "0:01.3");
  EXPECT_EQ(clock_text(3723.55), "1:02:03.5");
  EXPECT_EQ(clock_text(-1.0), "0:00.0");
}

TEST(StatusText, ShowsWhatADjLooksFor) {
  const std::string text = status_text(playing_state(), {});
  EXPECT_TRUE(has(text, "1   playing")) << text;
  EXPECT_TRUE(has(text, "1:23.5 / 5:03")) << "78.325 s and 5 s at 1.035: 83.5 s\n" << text;
  EXPECT_TRUE(has(text, "+3.50%")) << text;
  EXPECT_TRUE(has(text, "132.48")) << text;
  EXPECT_TRUE(has(text, "Ärtist – Song · key lock")) << text;
  EXPECT_TRUE(has(text, "2   empty")) << text;
  EXPECT_TRUE(has(text, "null · 48000 Hz · 256 frames (5.3 ms) · load 0.0% · 0 underruns")) << text;
  EXPECT_FALSE(has(text, "\033")) << "colour where none was asked for";
}

TEST(StatusText, ShowsTheMixer) {
  v1::State state = playing_state();
  auto& channel = *state.mutable_channels(1);
  channel.set_gain_db(-3.0);
  channel.set_eq_low_db(-96.0);
  channel.set_fader(0.5);
  channel.set_side(v1::Assign::B);
  state.mutable_master()->set_crossfader(-0.5);
  state.mutable_master()->mutable_recording()->set_path("/tmp/mix.wav");
  state.mutable_master()->mutable_recording()->set_frames(48'000 * 12);
  const std::string text = status_text(state, {});
  EXPECT_TRUE(has(text, "  2     -3.0   kill    0.0    0.0   █████░░░░░ 0.50  B")) << text;
  EXPECT_TRUE(has(text, "-0.50   master 0.0 dB   ● recording /tmp/mix.wav 0:12.0")) << text;
}

TEST(StatusText, ShowsTrouble) {
  v1::State state = playing_state();
  auto& deck = *state.mutable_decks(2);
  deck.set_state(v1::Deck::FAILED);
  deck.mutable_error()->set_message("/m/x.mp3: no such file");
  state.mutable_decks(0)->set_underruns(3);
  state.mutable_engine()->set_late_commands(2);
  state.mutable_engine()->set_output_note("no sound card: playing to null");
  const std::string text = status_text(state, {});
  EXPECT_TRUE(has(text, "3   failed")) << text;
  EXPECT_TRUE(has(text, "/m/x.mp3: no such file")) << text;
  EXPECT_TRUE(has(text, "3 underruns")) << text;
  EXPECT_TRUE(has(text, "2 late commands · no sound card: playing to null")) << text;
}

TEST(StatusText, KeepsTagsFromSteeringTheTerminal) {
  v1::State state = playing_state();
  state.mutable_decks(0)->set_title("\033]0;owned\007\nx");
  const std::string text = status_text(state, {});
  EXPECT_FALSE(has(text, "\033")) << text;
  EXPECT_FALSE(has(text, "\007")) << text;
  const std::string without = status_text(playing_state(), {});
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), std::count(without.begin(), without.end(), '\n'));
}

TEST(StatusText, FitsTheTerminal) {
  v1::State state = playing_state();
  state.mutable_decks(0)->set_title(std::string(300, 'x'));
  const std::string text = status_text(state, {.has_color = false, .columns = 90});
  std::size_t widest = 0;
  for (const auto line : split_words(text, '\n')) widest = std::max(widest, columns_of(line));
  EXPECT_LE(widest, 90U) << text;
  EXPECT_TRUE(has(text, "xxx… · key lock")) << text;
}

TEST(StatusText, PutsColumnsUnderTheirHeads) {
  const std::string text = status_text(playing_state(), {});
  const auto lines = split_words(text, '\n');
  const std::size_t head = columns_of(lines[0].substr(0, lines[0].find("TRACK")));
  EXPECT_EQ(columns_of(lines[1].substr(0, lines[1].find("Ärtist"))), head) << text;
  const auto end_of = [](std::string_view line, std::string_view part) {
    return columns_of(line.substr(0, line.find(part) + part.size()));
  };
  EXPECT_EQ(end_of(lines[0], "TIME"), end_of(lines[1], "5:03")) << text;
  EXPECT_EQ(end_of(lines[0], "TEMPO"), end_of(lines[1], "+3.50%")) << text;
  EXPECT_EQ(end_of(lines[0], "BPM"), end_of(lines[1], "132.48")) << text;
}

TEST(DeckLine, IsOneLine) {
  const v1::State state = playing_state();
  EXPECT_EQ(deck_line(state, state.decks(0)),
            "deck 1 playing 1:23.5/5:03 +3.50% 132.48 bpm Ärtist – Song · key lock\n");
  EXPECT_EQ(deck_line(state, state.decks(1)), "deck 2 empty\n");
}

TEST(LoadLine, SaysWhatALoadWaitsFor) {
  v1::Deck deck;
  deck.set_deck(2);
  deck.set_state(v1::Deck::LOADING);
  deck.set_loaded(0.25);
  EXPECT_EQ(load_line(deck), "deck 2  loading  █████░░░░░░░░░░░░░░░  25%");
  deck.set_fetched(0.5);
  deck.mutable_fetch()->set_state(v1::Fetch::FETCHING);
  EXPECT_EQ(load_line(deck), "deck 2  fetching  ██████████░░░░░░░░░░  50%");
  deck.mutable_fetch()->set_state(v1::Fetch::WAITING);
  deck.mutable_fetch()->mutable_error()->set_message("home: connection\nrefused");
  EXPECT_EQ(load_line(deck), "deck 2  waiting for the network  ██████████░░░░░░░░░░  50%  home: connection refused");
}

}  // namespace
}  // namespace segue::cli
