// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "engine/output/driver.h"

namespace segue::output {

// Stands between drivers and what they pull, so that exactly one driver at a time gets through and a dead one can be
// left behind: each driver pulls through a Pass of its own, and only the newest pass is let in; the others get
// silence. A pass outlives the gate (it is shared with the driver that holds it), so a driver that never returns from
// its device does no harm.
class Gate {
 public:
  // `source` outlives the gate's last admitted pull, which close() ensures.
  explicit Gate(BlockSource& source);
  ~Gate();
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;

  // A new pass, which shuts out all earlier ones at once; if a pull of an earlier one is inside, the new pass gets
  // silence until it has left. Any thread but the audio thread.
  std::shared_ptr<BlockSource> admit();
  // Lets nobody in any more and waits (bounded by one block) until nobody is inside.
  void close();

 private:
  struct State;
  class Pass;
  std::shared_ptr<State> state_;
};

}  // namespace segue::output
