// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/net/exchange.h"
#include "tests/support/net/fault.h"

namespace segue::test {

// A plain file, as an ordinary server gives it: ranges, validators, HEAD.
struct Resource {
  std::string mime = "application/octet-stream";
  std::string etag = "\"1\"";                                   // empty: none
  std::string last_modified = "Fri, 20 Nov 2026 12:00:00 GMT";  // empty: none
};

// An endless source, as Icecast gives it.
struct Live {
  std::string mime = "audio/mpeg";
  // Fills `out` with the stream's bytes from `position` on; called on connection threads.
  std::function<void(std::int64_t position, char* out, std::size_t count)> bytes{};
  std::int64_t rate_bytes_per_s = 0;  // 0: as fast as it is read
  std::int64_t burst_bytes = 0;       // sent at once on connect, on top of the rate
  int metaint = 0;                    // icy-metaint, given to those who ask with Icy-MetaData: 1; 0: never
  struct Title {
    std::int64_t position = 0;  // of the first audio byte after which it may be told
    std::string title{};        // raw, so StreamTitle='…' can be broken on purpose
  };
  std::vector<Title> titles{};
  std::vector<Header> headers{};                // icy-name …
  std::string status_line = "HTTP/1.0 200 OK";  // "ICY 200 OK" of old servers
  std::int64_t first_position = 0;              // of each connection's first byte …
  bool goes_on = false;                         // … or, of a later one, the byte after the last that was sent
};

// For Live::bytes: these bytes over and over.
std::function<void(std::int64_t, char*, std::size_t)> repeated(std::string bytes);

// An HTTP/1.1 server on 127.0.0.1 that does wrong on command, and says what it did (log). A thread per connection;
// every method from any thread. Its own bytes are exact: a body is cut after so many bytes, an RST is an RST. The
// destructor resets what is open and ends within milliseconds.
class FaultServer {
 public:
  struct Options {
    Tls tls = Tls::kNone;
    Link link{};
    int port = 0;  // 0: one that is free
  };
  FaultServer() : FaultServer(Options{}) {}
  explicit FaultServer(Options options);
  ~FaultServer();
  FaultServer(const FaultServer&) = delete;
  FaultServer& operator=(const FaultServer&) = delete;

  int port() const;
  // "http://127.0.0.1:PORT/path"; with TLS "https://localhost:PORT/path".
  std::string url(std::string_view path = "") const;
  // PEM file of the throw-away authority; empty without TLS. Gone with the server.
  std::string ca_file() const;

  // What a path answers. The later word wins; a path that nobody named is 404.
  void serve(const std::string& path, std::string bytes, Resource resource = {});
  void serve_live(const std::string& path, Live live);
  // Answers every path that begins with `prefix` and is no file; the longest prefix wins. Called on a connection
  // thread.
  void handle(const std::string& prefix, std::function<Response(const Request&)> answer);
  // What goes wrong with the next requests of this path ("*": of any path), in this order; then all is well again.
  // Replaces what is left of an earlier script.
  void script(const std::string& path, std::vector<Fault> faults);
  // Shape of every connection from now on, open ones included.
  void set_link(Link link);

  // The network is cut: connections are reset, new ones refused, until start() on the same port.
  void stop();
  void start();
  // Connections are taken and bytes read, but nothing is sent until thaw().
  void freeze();
  void thaw();
  // Ends every stall and hang that is under way or was waited for; later faults stall again.
  void release();
  // The next n connections are closed (FIN) as soon as they are accepted.
  void drop_connections(int n);
  // Resets what is open, but goes on listening.
  void reset_connections();

  // All requests so far, in the order of their arrival. A cut is in it before it happens; what was sent may be with the
  // client a moment before it is here, so wait_for it.
  std::vector<Exchange> log() const;
  // Those of one path.
  std::vector<Exchange> log(const std::string& path) const;
  void clear_log();
  int connections() const;  // accepted so far, dropped ones included
  int open_connections() const;
  // False if that did not come true in time.
  bool wait_for_requests(int n, std::chrono::milliseconds longest = std::chrono::seconds(10)) const;
  bool wait_for(const std::function<bool(const std::vector<Exchange>&)>& is_true,
                std::chrono::milliseconds longest = std::chrono::seconds(10)) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace segue::test
