// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/startup_pages.h"

#include <cstdint>

#include <link.h>
#include <sys/mman.h>
#include <unistd.h>

namespace segue::daemon {
namespace {

// A library that was relocated in its code has changed pages even where it must not write.
bool is_relocated_in_place(const dl_phdr_info& library, const ElfW(Phdr) & dynamic) {
  const auto* entry = reinterpret_cast<const ElfW(Dyn)*>(library.dlpi_addr + dynamic.p_vaddr);
  for (; entry->d_tag != DT_NULL; ++entry) {
    if (entry->d_tag == DT_TEXTREL || (entry->d_tag == DT_FLAGS && (entry->d_un.d_val & DF_TEXTREL) != 0)) return true;
  }
  return false;
}

int release(dl_phdr_info* library, std::size_t, void*) {
  const auto page = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
  for (int i = 0; i < library->dlpi_phnum; ++i) {
    const auto& segment = library->dlpi_phdr[i];
    if (segment.p_type == PT_DYNAMIC && is_relocated_in_place(*library, segment)) return 0;
  }
  for (int i = 0; i < library->dlpi_phnum; ++i) {
    const auto& segment = library->dlpi_phdr[i];
    if (segment.p_type != PT_LOAD || (segment.p_flags & PF_W) != 0) continue;
    const std::uintptr_t first = (library->dlpi_addr + segment.p_vaddr + page - 1) / page * page;
    const std::uintptr_t last = (library->dlpi_addr + segment.p_vaddr + segment.p_filesz) / page * page;
    if (first < last) madvise(reinterpret_cast<void*>(first), last - first, MADV_DONTNEED);
  }
  return 0;
}

}  // namespace

void release_startup_pages() { dl_iterate_phdr(release, nullptr); }

}  // namespace segue::daemon
