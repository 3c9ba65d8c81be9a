// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace segue::test {

struct Header {
  std::string name{};
  std::string value{};
};

enum class Tls { kNone, kValid, kExpired, kWrongHost };

// A simulated line. All connections of a server share its rate.
struct Link {
  std::chrono::microseconds rtt{0};   // one for the connection, one for each request (two more with TLS)
  std::int64_t rate_bytes_per_s = 0;  // 0: as fast as it goes
};

// How the body's end is told.
enum class Framing {
  kLength,           // Content-Length
  kClose,            // HTTP/1.0, to the end of the connection
  kChunked,          // in chunks of chunk_bytes
  kDuplicateLength,  // Content-Length twice, with two values
};

// What goes wrong with one request, or with several. Fields combine: each one that is set does its part. Counts of
// bytes are of this answer's body as it is on the wire, without chunk frames; 0 is after the head.
struct Fault {
  static constexpr int kForEver = -1;
  int times = 1;  // requests that it is for

  // The answer itself.
  int status = 0;                     // 0: what it would be; any other comes with `body`, without ranges if >= 300
  std::vector<Header> headers{};      // added, in place of those of the same name; an empty value takes one away
  std::optional<std::string> body{};  // the whole content instead of the resource's (an HTML page, another version)
  std::string mime{};                 // Content-Type instead
  std::string etag{};                 // ETag instead; If-Range is checked against it
  std::string redirect{};             // 302 (or `status`) to here
  std::string query_needed{};         // "token=2": every other query is 403
  std::optional<std::string> raw{};   // these bytes and nothing else, then FIN

  // When.
  std::chrono::milliseconds latency{0};           // before the answer begins
  std::chrono::milliseconds delay_first_byte{0};  // between head and body
  bool hang = false;                              // nothing at all until release()
  std::int64_t rate_bytes_per_s = 0;              // of this body
  std::int64_t drip_bytes = 0;                    // so many at a time …
  std::chrono::milliseconds drip_every{100};      // … with such pauses
  std::optional<std::int64_t> stall_after{};      // silence until release(), then it goes on

  // How it ends too early.
  bool close_before_head = false;             // FIN instead of an answer
  bool reset_before_head = false;             // RST instead of an answer
  std::optional<std::int64_t> reset_after{};  // RST
  std::optional<std::int64_t> close_after{};  // FIN

  // Lies.
  Framing framing = Framing::kLength;
  std::int64_t chunk_bytes = 4096;               // of kChunked
  std::optional<std::string> chunk_size_line{};  // instead of the second chunk's size: "ffffffffffffffff", "-5", "x"
  std::optional<std::int64_t> content_length{};  // this instead of the truth
  bool ignore_range = false;                     // 200 and everything
  std::int64_t shift_range = 0;                  // 206 with bytes from so much further on, and says so
  std::int64_t lie_range = 0;                    // Content-Range tells a start that is so much off; the bytes are right
  bool no_validators = false;                    // neither ETag nor Last-Modified
  std::vector<std::int64_t> corrupt_at{};        // positions in the content of bytes that are inverted
  std::int64_t header_bomb_bytes = 0;            // of needless fields in the head
};

// Bytes that gunzip to `size` zeros; send them with Content-Encoding: gzip.
std::string gzip_bomb(std::int64_t size);

}  // namespace segue::test
