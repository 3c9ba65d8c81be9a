// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/net/sender.h"

#include <algorithm>
#include <cstdio>

namespace segue::test {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::int64_t kPieceBytes = 16 << 10;
constexpr std::int64_t kPacedPiecesPerSecond = 500;  // a rate is kept in pieces of 2 ms

// The body of one answer on its way, byte by byte on the wire: position 0 is the first byte after the head.
class Body {
 public:
  Body(Line& line, const Answer& answer, const Grip& grip) : line_(line), answer_(answer), grip_(grip) {}

  // False if it ended early, whether meant or not; the line is closed then, or its peer is gone.
  bool send() {
    started_ = Clock::now();
    while (!is_complete()) {
      if (!obey_stops()) return false;
      const std::int64_t count = next_piece();
      if (!wait_for_turn(count)) return false;
      const std::string wire = framed(piece(count));
      if (!line_.send(wire)) return false;
      position_ += count;
      releases_ = grip_.releases();  // whoever sees the bytes and releases means the stall behind them
      grip_.note([this](Exchange& exchange) {
        if (exchange.body_bytes == 0) exchange.first_byte = Clock::now();
        exchange.body_bytes = position_;
      });
    }
    if (!obey_stops()) return false;
    return fault().framing != Framing::kChunked || line_.send("0\r\n\r\n");
  }

 private:
  const Fault& fault() const { return answer_.fault; }
  bool is_complete() const { return !answer_.live && position_ == answer_.count; }

  // What is to happen at this very position.
  bool obey_stops() {
    if (fault().stall_after == position_) {
      if (!line_.wait_for([&] { return grip_.releases() != releases_; })) return false;
    }
    if (fault().reset_after == position_) {
      grip_.note([](Exchange& exchange) { exchange.ending = Ending::kReset; });
      line_.reset(true);
      return false;
    }
    if (fault().close_after == position_) {
      grip_.note([](Exchange& exchange) { exchange.ending = Ending::kClosed; });
      line_.close();
      return false;
    }
    return true;
  }

  std::int64_t rate() const {
    return answer_.live && fault().rate_bytes_per_s == 0 ? answer_.live->rate_bytes_per_s : fault().rate_bytes_per_s;
  }

  std::int64_t next_piece() const {
    std::int64_t count = answer_.live ? kPieceBytes : std::min(kPieceBytes, answer_.count - position_);
    if (rate() > 0) count = std::min(count, std::max<std::int64_t>(1, rate() / kPacedPiecesPerSecond));
    if (fault().drip_bytes > 0) count = std::min(count, fault().drip_bytes);
    if (fault().framing == Framing::kChunked) count = std::min(count, fault().chunk_bytes);
    for (const auto& stop : {fault().stall_after, fault().reset_after, fault().close_after})
      if (stop && *stop > position_) count = std::min(count, *stop - position_);
    if (answer_.metaint > 0) count = std::min(count, answer_.metaint - position_ % answer_.metaint);
    return count;
  }

  bool wait_for_turn(std::int64_t count) {
    const std::int64_t burst = answer_.live ? answer_.live->burst_bytes : 0;
    if (rate() > 0 && position_ + count > burst) {
      const auto due = std::chrono::nanoseconds((position_ + count - burst) * 1'000'000'000 / rate());
      if (!line_.wait_until(started_ + due)) return false;
    }
    if (fault().drip_bytes > 0 && position_ > 0 && !line_.wait_until(Clock::now() + fault().drip_every)) return false;
    return line_.wait_until(grip_.link_slot(count)) && line_.wait_for([this] { return !grip_.is_frozen(); });
  }

  std::string piece(std::int64_t count) const {
    const std::int64_t from = answer_.first + position_;
    std::string bytes(static_cast<std::size_t>(count), '\0');
    if (answer_.live) {
      answer_.live->bytes(from, bytes.data(), bytes.size());
    } else {
      bytes = answer_.content->substr(static_cast<std::size_t>(from), bytes.size());
    }
    for (const std::int64_t at : fault().corrupt_at)
      if (at >= from && at < from + count) bytes[static_cast<std::size_t>(at - from)] ^= static_cast<char>(0xff);
    return bytes;
  }

  std::string framed(std::string bytes) {
    if (answer_.metaint > 0 && (position_ + static_cast<std::int64_t>(bytes.size())) % answer_.metaint == 0)
      bytes += metadata(position_ + static_cast<std::int64_t>(bytes.size()));
    if (fault().framing != Framing::kChunked) return bytes;
    char size[24];
    std::snprintf(size, sizeof size, "%zx", bytes.size());
    const bool is_evil = ++chunks_ == 2 && fault().chunk_size_line;
    return (is_evil ? *fault().chunk_size_line : std::string(size)) + "\r\n" + bytes + "\r\n";
  }

  // The block after audio byte `position`: the newest title if it was not told on this connection, else empty.
  std::string metadata(std::int64_t position) {
    const Live::Title* newest = nullptr;
    for (const Live::Title& title : answer_.live->titles)
      if (title.position <= answer_.first + position) newest = &title;
    if (!newest || newest == told_) return std::string(1, '\0');
    told_ = newest;
    const std::string& text = newest->title;
    const std::size_t units = std::min<std::size_t>(255, (text.size() + 15) / 16);
    std::string block(1, static_cast<char>(units));
    block += text.substr(0, units * 16);
    block.resize(1 + units * 16, '\0');
    return block;
  }

  Line& line_;
  const Answer& answer_;
  const Grip& grip_;
  Line::Time started_;
  std::int64_t position_ = 0;
  int chunks_ = 0;
  int releases_ = grip_.releases();
  const Live::Title* told_ = nullptr;
};

// Waits and ends that come before the head; false: the request is done with.
bool begin(Line& line, const Fault& fault, const Grip& grip) {
  if (!line.wait_until(Clock::now() + fault.latency)) return false;
  if (fault.hang) {
    const int before = grip.releases();
    if (!line.wait_for([&] { return grip.releases() != before; })) return false;
  }
  if (!line.wait_for([&] { return !grip.is_frozen(); })) return false;
  if (fault.reset_before_head) {
    grip.note([](Exchange& exchange) { exchange.ending = Ending::kReset; });
    line.reset(true);
    return false;
  }
  if (fault.close_before_head) {
    grip.note([](Exchange& exchange) { exchange.ending = Ending::kClosed; });
    line.close();
    return false;
  }
  return true;
}

}  // namespace

bool send_answer(Line& line, const Answer& answer, const Grip& grip) {
  if (!begin(line, answer.fault, grip)) return false;
  if (answer.fault.raw) {
    if (!line.send(*answer.fault.raw)) return false;
    grip.note([](Exchange& exchange) { exchange.ending = Ending::kComplete; });
    line.close();
    return false;
  }
  if (!line.send(answer.head)) return false;
  grip.note([&](Exchange& exchange) {
    exchange.status = answer.status;
    if (answer.is_partial) exchange.first = answer.first;
  });
  if (!line.wait_until(Clock::now() + answer.fault.delay_first_byte)) return false;
  if (answer.has_body && !Body(line, answer, grip).send()) return false;
  grip.note([](Exchange& exchange) { exchange.ending = Ending::kComplete; });
  if (!answer.keeps_alive) line.close();
  return answer.keeps_alive;
}

}  // namespace segue::test
