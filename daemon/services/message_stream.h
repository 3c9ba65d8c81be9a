// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include "daemon/pacer.h"
#include "daemon/status.h"

namespace segue::daemon {

// How patient streams are.
struct StreamTiming {
  std::chrono::milliseconds heartbeat{1'000};          // a client notices a dead link after three of them
  std::chrono::milliseconds write_pending_max{5'000};  // a client that takes nothing for so long is cut off
};

// What a stream sends, one message at a time. Used by one thread at a time.
template <typename Message>
class MessageSource {
 public:
  virtual ~MessageSource() = default;
  // Fills `message`, or returns false if there is none at `now`; then `due` is when to ask again at the latest.
  virtual bool next(Message& message, TimePoint now, TimePoint& due) = 0;
  // How the stream ends, once there is nothing more to come; asked when next has returned false.
  virtual std::optional<Result<void>> outcome() { return std::nullopt; }
};

// A server stream that pulls from a source with one write in flight, so that a slow reader costs one message and the
// source merges or drops the rest. Written on the pacer's thread only. Lives until gRPC is done with it; the source
// goes when the stream ends.
template <typename Message>
class MessageStream final : public grpc::ServerWriteReactor<Message>, public Paced {
 public:
  using Source = std::unique_ptr<MessageSource<Message>>;
  // Makes the source; `wake` may be called on any thread, also when the stream is gone.
  using Open = std::function<Result<Source>(std::function<void()> wake)>;

  // What a service returns to gRPC.
  static grpc::ServerWriteReactor<Message>* start(std::shared_ptr<Pacer> pacer, StreamTiming timing,
                                                  grpc::CallbackServerContext& context, const Open& open) {
    const std::shared_ptr<MessageStream> stream(new MessageStream(std::move(pacer), timing, context));
    stream->self_ = stream;
    stream->begin(stream, open);
    return stream.get();
  }

  TimePoint turn(TimePoint now) override {
    const std::lock_guard lock(mutex_);
    if (is_ended_) return drop_if_stuck(now);
    if (is_writing_) {
      if (now < write_began_ + timing_.write_pending_max) return write_began_ + timing_.write_pending_max;
      end({Code::kResourceExhausted, "SLOW_CONSUMER", "the client did not take a message in time"});
      return now + timing_.write_pending_max;
    }
    TimePoint due = TimePoint::max();
    if (!source_->next(message_, now, due)) {
      if (const auto outcome = source_->outcome()) finish(*outcome ? grpc::Status::OK : to_status(outcome->error()));
      return is_ended_ ? TimePoint::max() : due;
    }
    is_writing_ = true;
    write_began_ = now;
    this->StartWrite(&message_);
    return now + timing_.write_pending_max;
  }

  void stop() override {
    const std::lock_guard lock(mutex_);
    end({Code::kUnavailable, "SHUTTING_DOWN", "the daemon ends"});
  }

  void OnWriteDone(bool ok) override {
    {
      const std::lock_guard lock(mutex_);
      is_writing_ = false;
      if (!ok) end({Code::kCancelled, "CLIENT_GONE", "the client went away"});
    }
    pacer_->wake(id_);
  }

  void OnCancel() override {
    const std::lock_guard lock(mutex_);
    end({Code::kCancelled, "CANCELLED", "the client cancelled"});
  }

  void OnDone() override {
    pacer_->remove(id_);
    self_.reset();
  }

 private:
  MessageStream(std::shared_ptr<Pacer> pacer, StreamTiming timing, grpc::CallbackServerContext& context)
      : pacer_(std::move(pacer)), timing_(timing), context_(context) {}

  void begin(const std::shared_ptr<MessageStream>& self, const Open& open) {
    // Turns wait for the source, which needs the id to wake with.
    const std::lock_guard lock(mutex_);
    id_ = pacer_->add(self);
    auto source = open([pacer = pacer_, id = id_] { pacer->wake(id); });
    if (!source) return end(source.error());
    source_ = *std::move(source);
  }

  // With mutex_ held.
  void end(const Error& error) {
    if (!is_ended_) finish(to_status(error));
  }

  // With mutex_ held, once.
  void finish(const grpc::Status& status) {
    is_ended_ = true;
    ended_at_ = std::chrono::steady_clock::now();
    source_.reset();
    this->Finish(status);
  }

  // The status of an ended stream queues behind the write that never ended; a peer that does not take that either is
  // let go without it. With mutex_ held; the context lives until OnDone, which removes us first.
  TimePoint drop_if_stuck(TimePoint now) {
    if (!is_writing_) return TimePoint::max();
    if (now < ended_at_ + timing_.write_pending_max) return ended_at_ + timing_.write_pending_max;
    context_.TryCancel();
    return TimePoint::max();
  }

  const std::shared_ptr<Pacer> pacer_;
  const StreamTiming timing_;
  grpc::CallbackServerContext& context_;
  std::shared_ptr<MessageStream> self_;  // until OnDone
  std::mutex mutex_;
  // Guarded by mutex_:
  Pacer::Id id_ = 0;
  Source source_;
  Message message_;
  TimePoint write_began_{};
  TimePoint ended_at_{};
  bool is_writing_ = false;
  bool is_ended_ = false;
};

}  // namespace segue::daemon
