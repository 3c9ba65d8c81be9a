// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/stream/fetch/document.h"

#include <gtest/gtest.h>

namespace segue::stream {
namespace {

bool looks(std::string_view text) { return looks_like_document(std::as_bytes(std::span(text))); }

TEST(Document, ItsBeginningGivesItAway) {
  for (const char* text : {"<!DOCTYPE html>", "<html>", "<HTML lang=en>", "\xef\xbb\xbf<?xml version=\"1.0\"?>",
                           "  \r\n<!-- x -->", "{\"error\":1}", "{ \n \"a\": 2}", "{}", "<subsonic-response>"}) {
    EXPECT_TRUE(looks(text)) << text;
  }
  for (const char* text :
       {"", "fLaC", "ID3\x04", "OggS", "RIFF", "\xff\xfb\x90", "{", "{\x01\x02", "<", "<a", "    "}) {
    EXPECT_FALSE(looks(text)) << text;
  }
}

TEST(Document, ItsTypeGivesItAway) {
  for (const char* mime : {"text/html", "TEXT/HTML; charset=utf-8", "application/json", "application/problem+json",
                           "text/xml", "application/atom+xml ; x"}) {
    EXPECT_TRUE(names_document(mime)) << mime;
  }
  for (const char* mime : {"", "audio/flac", "application/octet-stream", "text/plain", "application/ogg"}) {
    EXPECT_FALSE(names_document(mime)) << mime;
  }
}

TEST(Document, SubsonicErrorsKeepTheirMeaning) {
  const auto code_of = [](int code) {
    const std::string number = std::to_string(code);
    return document_error("t", "application/json", R"({"subsonic-response":{"error":{"code":)" + number + "}}}").code;
  };
  EXPECT_EQ(code_of(70), Code::kNotFound);
  for (const int code : {40, 41, 42, 43, 44}) EXPECT_EQ(code_of(code), Code::kUnauthenticated);
  EXPECT_EQ(code_of(50), Code::kPermissionDenied);
  EXPECT_EQ(code_of(0), Code::kFailedPrecondition);
}

TEST(Document, HostileOnesAreJustNoAudio) {
  for (const std::string& body :
       {std::string(100'000, '['), std::string("{\"subsonic-response\":7}"),
        std::string("{\"subsonic-response\":{\"error\":{\"code\":\"x\"}}}"), std::string("\0\xff\xfe", 3),
        std::string("<subsonic-response><error"), std::string(40'000, '<')}) {
    EXPECT_EQ(document_error("t", "", body).reason, "NOT_AUDIO");
  }
  const Error error = document_error(
      "t", "",
      "{\"subsonic-response\":{\"error\":{\"code\":70,\"message\":\"a\\nb" + std::string(5'000, 'x') + "\"}}}");
  EXPECT_EQ(error.code, Code::kNotFound);
  EXPECT_EQ(error.message.find('\n'), std::string::npos);
  EXPECT_LT(error.message.size(), 300u);
}

}  // namespace
}  // namespace segue::stream
