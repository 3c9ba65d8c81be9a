// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/services/news_source.h"

namespace segue::daemon {

bool NewsSource::next(v1::WatchResponse& message, TimePoint now, TimePoint& due) {
  message.Clear();
  if (watcher_->next(message)) {
    revision_ = message.revision();
    epoch_ = message.epoch();
    last_sent_ = now;
    return true;
  }
  if (last_sent_ == TimePoint::max()) last_sent_ = now;
  due = last_sent_ + heartbeat_;
  if (now < due) return false;
  message.Clear();
  message.mutable_heartbeat();
  message.set_revision(revision_);
  message.set_epoch(epoch_);
  message.set_frame(engine_.state().engine().frame());
  last_sent_ = now;
  return true;
}

bool MeterSource::next(v1::WatchMetersResponse& message, TimePoint now, TimePoint& due) {
  due = next_at_;
  if (now < due) return false;
  // A late message does not shift the ones after it, and missed ones are not made up for.
  next_at_ = next_at_ + period_ > now ? next_at_ + period_ : now + period_;
  message = engine_.meters();
  return true;
}

}  // namespace segue::daemon
