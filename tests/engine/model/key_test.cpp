// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/model/key.h"

#include <set>
#include <string>

#include <gtest/gtest.h>

namespace segue::model {
namespace {

TEST(Key, EveryNotationOfAllKeysIsReadBack) {
  std::set<std::string> camelot;
  for (int tonic = 0; tonic < 12; ++tonic) {
    for (const bool is_minor : {false, true}) {
      const Key key{tonic, is_minor};
      EXPECT_EQ(key_from(name_of(key)), key) << name_of(key);
      EXPECT_EQ(key_from(camelot_of(key)), key) << camelot_of(key);
      EXPECT_EQ(key_from(open_key_of(key)), key) << open_key_of(key);
      camelot.insert(camelot_of(key));
    }
  }
  EXPECT_EQ(camelot.size(), 24U);
}

TEST(Key, WheelsAreThePrintedOnes) {
  EXPECT_EQ(camelot_of({0, false}), "8B");
  EXPECT_EQ(camelot_of({9, true}), "8A");
  EXPECT_EQ(camelot_of({8, true}), "1A");
  EXPECT_EQ(camelot_of({4, false}), "12B");
  EXPECT_EQ(open_key_of({0, false}), "1d");
  EXPECT_EQ(open_key_of({9, true}), "1m");
  EXPECT_EQ(open_key_of({5, false}), "12d");
}

TEST(Key, OtherSpellingsAreRead) {
  EXPECT_EQ(key_from("Abm"), (Key{8, true}));
  EXPECT_EQ(key_from(" a minor "), (Key{9, true}));
  EXPECT_EQ(key_from("F♯min"), (Key{6, true}));
  EXPECT_EQ(key_from("B♭ Major"), (Key{10, false}));
  EXPECT_EQ(key_from("Cb"), (Key{11, false}));
}

TEST(Key, WhatIsNoKeyIsNone) {
  for (const char* text : {"", "H", "13A", "0B", "8C", "Cmm", "123", "C minor 7", "A#b", "all"}) {
    EXPECT_FALSE(key_from(text)) << text;
  }
}

}  // namespace
}  // namespace segue::model
