// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "engine/net/answer_head.h"
#include "engine/net/retry.h"
#include "engine/net/url.h"

namespace segue::net {
namespace {

int rounds() { return std::getenv("SEGUE_SOAK") ? 2'000'000 : 10'000; }

// Changes a few places of a seed, by bytes that matter to parsers.
class Mutator {
 public:
  explicit Mutator(std::vector<std::string> seeds) : seeds_(std::move(seeds)) {}

  std::string next() {
    std::string text = seeds_[below(seeds_.size())];
    for (std::size_t i = below(5) + 1; i > 0; --i) change(text);
    return text;
  }
  std::size_t below(std::size_t count) { return random_() % count; }

 private:
  void change(std::string& text) {
    using namespace std::string_literals;
    static const std::string kBytes = "\0\r\n\t /\\?#@:[]%.-_~;,=&+\x7f\x80\xc3\xff"s + "0129azAZ";
    const std::size_t at = below(text.size() + 1);
    const char byte = kBytes[below(kBytes.size())];
    switch (below(5)) {
      case 0: text.insert(at, 1, byte); break;
      case 1: text.insert(at, seeds_[below(seeds_.size())]); break;
      case 2: text.erase(at, below(8)); break;
      case 3: text.insert(at, below(40), byte); break;
      default:
        if (at < text.size()) text[at] = byte;
    }
  }

  std::vector<std::string> seeds_;
  std::mt19937_64 random_{20'261'120};
};

bool is_clean(const std::string& text) {
  return std::none_of(text.begin(), text.end(), [](unsigned char c) { return c <= 0x20 || c >= 0x7F; });
}

const std::vector<std::string> kAddresses = {"http://example.org/a/b?c=d",
                                             "https://u:p%40@example.org:8443/x%20y?q=1&r#f",
                                             "http://[2001:db8::1]:80/",
                                             "//h/../x/./y",
                                             "../../g;x=1?y",
                                             "HTTP://127.0.0.1",
                                             "?a=b",
                                             "#x",
                                             "file:///etc/passwd"};

TEST(Mutations, EveryAddressThatIsTakenIsSafeAndStable) {
  Mutator mutator(kAddresses);
  int taken = 0;
  for (int i = 0; i < rounds(); ++i) {
    const std::string text = mutator.next();
    const auto url = parse_url(text);
    if (!url) {
      ASSERT_TRUE(url.error().reason == "URL_INVALID" || url.error().reason == "URL_UNSUPPORTED") << text;
      ASSERT_EQ(url.error().message.find_first_of(std::string("\r\n\0", 3)), std::string::npos) << text;
      continue;
    }
    ++taken;
    ASSERT_TRUE(is_clean(url->text())) << text;
    ASSERT_TRUE(url->scheme == "http" || url->scheme == "https") << text;
    ASSERT_FALSE(url->host.empty()) << text;
    ASSERT_EQ(url->host.find_first_of("/@\\%#? "), std::string::npos) << text;
    ASSERT_TRUE(url->port >= 1 && url->port <= 65'535) << text;
    ASSERT_EQ(url->path[0], '/') << text;
    const auto again = parse_url(url->text());
    ASSERT_TRUE(again) << text << " → " << url->text();
    ASSERT_EQ(again->text(), url->text()) << text;
    ASSERT_EQ(again->origin(), url->origin()) << text;
    ASSERT_EQ(again->user, url->user) << text;
    ASSERT_EQ(again->password, url->password) << text;
  }
  EXPECT_GT(taken, rounds() / 20) << "else nothing was looked at";
}

TEST(Mutations, EveryReferenceThatIsTakenLeadsToAnAddress) {
  Mutator mutator(kAddresses);
  int taken = 0;
  for (int i = 0; i < rounds(); ++i) {
    const std::string reference = mutator.next();
    const auto target = resolve_url("http://u:p@base.example:81/a/b/c?d", reference);
    if (!target) continue;
    ++taken;
    const auto url = parse_url(*target);
    ASSERT_TRUE(url) << reference << " → " << *target;
    ASSERT_EQ(url->text(), *target) << reference;
    ASSERT_TRUE(url->host == "base.example" || url->user != "u" || reference.find("u") != std::string::npos)
        << "the base's user goes nowhere else: " << reference;
  }
  EXPECT_GT(taken, rounds() / 10);
}

TEST(Mutations, RetryAfterIsNothingOrWithinItsBounds) {
  Mutator mutator({"120", "0", "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT",
                   "Sun Nov  6 08:49:37 1994", "99999999999999999999"});
  int taken = 0;
  for (int i = 0; i < rounds(); ++i) {
    const std::string text = mutator.next();
    const auto wait = parse_retry_after(text, std::chrono::seconds(700'000'000));
    if (!wait) continue;
    ++taken;
    ASSERT_GE(wait->count(), 0) << text;
    ASSERT_LE(wait->count(), 1'000'000'000) << text;
  }
  EXPECT_GT(taken, rounds() / 20);
}

TEST(Mutations, PercentDecodingUndoesEncodingAndNothingElse) {
  Mutator mutator({"a%20b", "%41%zz", "ü/ö", "%%%", "100%", "%00"});
  for (int i = 0; i < rounds(); ++i) {
    const std::string text = mutator.next();
    const std::string encoded = percent_encode(text);
    ASSERT_TRUE(is_clean(encoded)) << text;
    const bool has_nul = text.find('\0') != std::string::npos;
    ASSERT_EQ(percent_decode(encoded).value_or("nothing"), has_nul ? "nothing" : text);
    ASSERT_LE(percent_decode(text).value_or("").size(), text.size()) << text;
  }
}

TEST(Mutations, HeadsAreBoundedWhateverTheyHold) {
  Mutator mutator({"HTTP/1.1 200 OK\r\n", "Content-Length: 5\r\n", "content-length: -1\r\n",
                   "Transfer-Encoding: chunked\r\n", " folded\r\n", "\r\n", "ICY 200 OK\r\n", "Location: http://h/\r\n",
                   "no colon\r\n", ": empty\r\n"});
  int complete = 0;
  for (int i = 0; i < rounds() / 10; ++i) {
    AnswerHead head;
    std::size_t bytes = 0;
    for (int line = 0; line < 40; ++line) {
      const std::string text = mutator.next();
      bytes += text.size();
      const auto state = head.add(text);
      if (!state) break;
      if (*state == AnswerHead::State::kComplete) {
        ++complete;
        break;
      }
    }
    std::size_t kept = 0;
    for (const auto& field : head.head().headers) kept += field.name.size() + field.value.size();
    ASSERT_LE(kept, bytes);
    ASSERT_LE(head.head().status, 999);
    ASSERT_GE(head.length().value_or(0), 0);
  }
  EXPECT_GT(complete, rounds() / 100);
}

}  // namespace
}  // namespace segue::net
