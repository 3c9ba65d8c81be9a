// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/stream/fetch/transfer.h"

#include "engine/stream/fetch/fetch.h"

namespace segue::stream {

bool Transfer::on_head(const net::HttpHead& head) { return fetch_->on_head(*this, head); }
bool Transfer::on_body(std::span<const std::byte> bytes) { return fetch_->on_body(*this, bytes); }
void Transfer::on_end(Result<void> outcome) { fetch_->on_end(*this, outcome); }

}  // namespace segue::stream
