// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace segue::model {

// A header of an HTTP request or answer.
struct HttpHeader {
  std::string name;  // lower case in answers
  std::string value;
};

// Where the bytes of a track are, as a provider answers it: a path or an address, for now. Plain values.
struct MediaRef {
  std::string provider;   // name of the provider; empty: none, a plain file or address
  std::string cache_key;  // same key, same track: "PROVIDER/ID"; versions differ by validator; no secret
  std::string label;      // for messages and logs: the address without secrets, or the path

  std::string path;                 // a local file; else empty
  std::string url;                  // http or https; may hold secrets, so never logged and never shown
  std::vector<HttpHeader> headers;  // sent to the origin of `url` only, never after a redirect elsewhere
  bool may_be_private = false;      // `url` was configured or typed by the operator and may be a private address

  std::int64_t expires_at_s = 0;  // Unix time after which `url` is to be resolved again; 0: does not expire
  std::string etag;               // strong validator the provider knows; empty: none
  std::int64_t size = -1;         // bytes; −1: not known
  std::string mime;               // empty: not known
  bool seekable = true;           // false: bytes come in order only
  bool live = false;              // endless: internet radio
  bool may_store = true;          // may be kept in the disk cache
  std::string quality;            // for people: "flac 44.1 kHz 16 bit", "mp3 320 kbit/s"; empty: not known

  // What the catalogue says of the track; used where the file says nothing.
  std::string title;
  std::string artist;
  std::string album;
  double duration_s = 0;  // 0: not known
};

}  // namespace segue::model
