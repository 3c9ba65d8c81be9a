// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/catalog/providers/digest.h"

#include <gtest/gtest.h>

namespace segue::catalog {
namespace {

// The example of the protocol's documentation.
TEST(Digest, TokenOfTheProtocolsExample) { EXPECT_EQ(md5_hex("sesamec19b2d"), "26719a1196d2a940705a59634eb18eab"); }

TEST(Digest, KnownValues) {
  EXPECT_EQ(md5_hex(""), "d41d8cd98f00b204e9800998ecf8427e");
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hex("sesame"), "736573616d65");
  EXPECT_EQ(base64(""), "");
  EXPECT_EQ(base64("user:pass"), "dXNlcjpwYXNz");
  EXPECT_EQ(base64("a"), "YQ==");
}

TEST(Digest, SaltsDiffer) {
  EXPECT_EQ(random_hex(12).size(), 24U);
  EXPECT_NE(random_hex(12), random_hex(12));
}

}  // namespace
}  // namespace segue::catalog
