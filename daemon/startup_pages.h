// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace segue::daemon {

// Gives back what only starting needed: the dynamic loader has read the tables of some 190 libraries (FFmpeg brings
// most), and the kernel counts those pages as ours for good. They are files' unchanged pages and come back when they
// are touched. To be called before there is an audio thread, so that none has to wait for one.
void release_startup_pages();

}  // namespace segue::daemon
