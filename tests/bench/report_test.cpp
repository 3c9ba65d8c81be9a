// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/report.h"

#include <limits>

#include <gtest/gtest.h>

namespace segue::bench {
namespace {

TEST(Report, ALineIsAnObjectWithTheGoalAndWhetherItIsMet) {
  EXPECT_EQ(Report::line("engine.cost", 2.5, "%", Goal::at_most(4)),
            R"({"name":"engine.cost","value":2.5,"unit":"%","goal":"<= 4","met":true})");
  EXPECT_EQ(Report::line("offline.speed", 149, "x", Goal::at_least(150)),
            R"({"name":"offline.speed","value":149,"unit":"x","goal":">= 150","met":false})");
  EXPECT_EQ(Report::line("a \"b\"", 1, "", {}), R"({"name":"a \"b\"","value":1,"unit":"","goal":"","met":true})");
}

TEST(Report, WhatIsNoNumberMeetsNoGoal) {
  const double none = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(Report::line("a", none, "", Goal::at_most(4)),
            R"({"name":"a","value":null,"unit":"","goal":"<= 4","met":false})");
}

TEST(Report, RemembersAMissedGoal) {
  testing::internal::CaptureStdout();
  Report report;
  report.add("a", 1, "", Goal::exactly(1));
  EXPECT_TRUE(report.all_met());
  report.add("b", 2, "", Goal::exactly(1));
  report.add("c", 1, "", Goal::exactly(1));
  EXPECT_FALSE(report.all_met());
  EXPECT_NE(testing::internal::GetCapturedStdout().find("\"b\""), std::string::npos);
}

TEST(Percentile, IsTheNearestRank) {
  std::vector<double> values;
  for (int i = 1000; i >= 1; --i) values.push_back(i);
  EXPECT_EQ(percentile(values, 50), 500);
  EXPECT_EQ(percentile(values, 99.9), 999);
  EXPECT_EQ(percentile(values, 100), 1000);
  EXPECT_EQ(percentile(values, 0), 1);
  EXPECT_EQ(percentile({}, 50), 0);
  EXPECT_DOUBLE_EQ(mean(values), 500.5);
}

}  // namespace
}  // namespace segue::bench
