// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/net/address_policy.h"

#include <array>
#include <cstdint>
#include <cstring>

#include <arpa/inet.h>
#include <netinet/in.h>

namespace segue::net {
namespace {

struct Range4 {
  std::uint32_t first;
  int bits;
};

// IANA's IPv4 special-purpose registry (RFC 6890 and its updates), what is not globally reachable, and multicast.
constexpr std::array kNotPublic4 = {
    Range4{0x00000000, 8},   // this network
    Range4{0x0A000000, 8},   // private
    Range4{0x64400000, 10},  // shared by carriers
    Range4{0x7F000000, 8},   // loopback
    Range4{0xA9FE0000, 16},  // link-local, cloud metadata
    Range4{0xAC100000, 12},  // private
    Range4{0xC0000000, 24},  // protocol assignments
    Range4{0xC0000200, 24},  // documentation
    Range4{0xC0586300, 24},  // 6to4 relays, withdrawn
    Range4{0xC0A80000, 16},  // private
    Range4{0xC6120000, 15},  // benchmarks
    Range4{0xC6336400, 24},  // documentation
    Range4{0xCB007100, 24},  // documentation
    Range4{0xE0000000, 4},   // multicast
    Range4{0xF0000000, 4},   // reserved, broadcast
};

bool is_public4(std::uint32_t address) {
  for (const Range4& range : kNotPublic4) {
    if ((address ^ range.first) >> (32 - range.bits) == 0) return false;
  }
  return true;
}

using Bytes6 = std::array<std::uint8_t, 16>;

bool begins(const Bytes6& address, const Bytes6& prefix, int bits) {
  for (int bit = 0; bit < bits; bit += 8) {
    const int left = bits - bit < 8 ? bits - bit : 8;
    if ((address[bit / 8] ^ prefix[bit / 8]) >> (8 - left) != 0) return false;
  }
  return true;
}

std::uint32_t embedded4(const Bytes6& address, int at) {
  return std::uint32_t{address[at]} << 24 | std::uint32_t{address[at + 1]} << 16 | std::uint32_t{address[at + 2]} << 8 |
         address[at + 3];
}

bool is_public6(const Bytes6& address) {
  constexpr Bytes6 kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
  constexpr Bytes6 kNat64 = {0x00, 0x64, 0xFF, 0x9B};
  constexpr Bytes6 k6to4 = {0x20, 0x02};
  if (begins(address, kMapped, 96) || begins(address, kNat64, 96)) return is_public4(embedded4(address, 12));
  if (begins(address, k6to4, 16)) return is_public4(embedded4(address, 2));
  // Only 2000::/3 has been given out as global unicast: loopback, unique local, link-local, site-local, multicast,
  // discard (100::/64), local NAT64 (64:ff9b:1::/48) and segment routing (5f00::/16) lie outside of it.
  if (!begins(address, {0x20}, 3)) return false;
  constexpr Bytes6 kProtocols = {0x20, 0x01};                  // 2001::/23: Teredo, benchmarks, ORCHID
  constexpr Bytes6 kDocumentation = {0x20, 0x01, 0x0D, 0xB8};  // RFC 3849
  constexpr Bytes6 kDocumentation2 = {0x3F, 0xFF};             // RFC 9637
  return !begins(address, kProtocols, 23) && !begins(address, kDocumentation, 32) &&
         !begins(address, kDocumentation2, 20);
}

}  // namespace

bool is_public(const sockaddr& address) {
  if (address.sa_family == AF_INET) {
    sockaddr_in in{};
    std::memcpy(&in, &address, sizeof in);
    return is_public4(ntohl(in.sin_addr.s_addr));
  }
  if (address.sa_family == AF_INET6) {
    sockaddr_in6 in{};
    std::memcpy(&in, &address, sizeof in);
    Bytes6 bytes{};
    std::memcpy(bytes.data(), &in.sin6_addr, bytes.size());
    return is_public6(bytes);
  }
  return false;
}

}  // namespace segue::net
