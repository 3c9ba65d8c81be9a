// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <sys/socket.h>

namespace segue::net {

// Whether an address can be reached from the whole internet: not loopback, link-local, unique local, private (RFC 1918,
// RFC 6598), multicast, unspecified, documentation or reserved; an IPv4 address inside an IPv6 one counts as itself.
// Looked at when a socket is about to be connected, so that no name can change its mind in between.
bool is_public(const sockaddr& address);

}  // namespace segue::net
