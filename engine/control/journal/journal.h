// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>

#include "engine/base/clock.h"
#include "engine/base/result.h"
#include "engine/base/units.h"
#include "engine/model/config.h"
#include "segue/v1/journal.pb.h"

namespace segue::control {

namespace v1 = ::segue::v1;

class Segments;

// Writes down every accepted command and what became of it. Appending copies into memory that the kernel keeps even
// if the process is killed, so it never waits for a disk; see Segments. Control thread.
class Journal {
 public:
  struct Options {
    model::Config::Journal config;
    std::string folder;  // empty: no journal is kept
    std::string epoch;
  };
  Journal(const Options& options, const Clock& clock);
  ~Journal();

  // The engine frame that entries are stamped with.
  void set_frame(Frames frame) { frame_ = frame; }
  void epoch_began(const std::string& epoch, const model::Config& config, const std::string& version);
  void accepted(const v1::JournalEntry::Accepted& entry);
  void committed(const v1::JournalEntry::Committed& entry);
  void dropped(std::uint64_t command_id, const Error& error);
  void stretcher_installed(int deck, Frames frame);
  // Entries that are in memory only, because the disk would not take them.
  std::uint64_t unsaved() const;

 private:
  void append();

  const Clock& clock_;
  std::unique_ptr<Segments> segments_;
  v1::JournalEntry entry_;  // used again and again, so that its strings keep their memory
  std::string bytes_;
  std::uint64_t sequence_ = 0;
  Frames frame_ = 0;
};

}  // namespace segue::control
