// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include <sys/types.h>

namespace segue::test {

// For this process and its children.
void set_environment(const char* name, const char* value);

// A JACK server of our own with the dummy device, which PortAudio opens like a sound card: 48 kHz, blocks of 256
// frames. One at a time on this machine: JACK keeps a place for each server's name, eight in all, and gives that of a
// killed server only to one of the same name. Ended by its process id. In a child process it is the parent's.
class JackServer {
 public:
  JackServer();
  // Ends the server; after a kill, lets a successor clear up what it left in shared memory (100 MB).
  ~JackServer();
  JackServer(const JackServer&) = delete;
  JackServer& operator=(const JackServer&) = delete;

  void signal(int number) const;
  // Returns once the server is no more.
  void end(int number);

 private:
  void start();
  bool accepts_clients() const;

  int lock_ = -1;
  pid_t process_ = 0;
  bool was_killed_ = false;
};

}  // namespace segue::test
