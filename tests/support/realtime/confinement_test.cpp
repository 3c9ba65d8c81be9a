// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/realtime/confinement.h"

#include <chrono>
#include <cmath>
#include <cstdio>

#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace segue::test {
namespace {

TEST(Confinement, LetsComputingPass) {
  double sum = 0;
  long long now = 0;
  const ConfinementResult result = run_confined([&] {
    for (int i = 1; i < 1000; ++i) sum += std::sin(i);
    now = std::chrono::steady_clock::now().time_since_epoch().count();  // read without entering the kernel
  });
  EXPECT_EQ(result.refused, 0) << result.report();
  EXPECT_NE(sum, 0.0);
  EXPECT_NE(now, 0);
}

TEST(Confinement, RefusesAndNamesEachSystemCall) {
  long answer = 0;
  const ConfinementResult result = run_confined([&] {
    answer = getppid();
    (void)!write(2, "", 0);
  });
  if (!result.is_supported) {
    EXPECT_GT(answer, 0) << "without support the work runs unconfined";
    return;
  }
  EXPECT_EQ(result.refused, 2) << result.report();
  EXPECT_LT(answer, 0);
  ASSERT_EQ(result.calls.size(), 2U);
  EXPECT_EQ(result.calls[0].number, SYS_getppid);
  EXPECT_EQ(result.calls[1].number, SYS_write);
  EXPECT_GE(result.calls[0].stack.size(), 3U) << result.report();
}

TEST(Confinement, SeesWhatTheCLibraryHidesFromAnInterposer) {
  std::FILE* const file = std::fopen("/dev/null", "w");
  ASSERT_NE(file, nullptr);
  const ConfinementResult result = run_confined([&] {
    std::fputs("x", file);
    std::fflush(file);
  });
  EXPECT_EQ(result.refused >= 1, result.is_supported);
  std::fclose(file);
}

TEST(Confinement, EndsWithItsThread) {
  (void)run_confined([] {});
  EXPECT_GT(getppid(), 0);
  const ConfinementResult again = run_confined([] {});
  EXPECT_EQ(again.refused, 0);
}

TEST(Confinement, IsSupportedWhereTheseTestsMatter) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  EXPECT_FALSE(run_confined([] {}).is_supported);
#else
  EXPECT_TRUE(run_confined([] {}).is_supported) << "the kernel refused a seccomp filter";
#endif
}

}  // namespace
}  // namespace segue::test
