// SPDX-License-Identifier: GPL-3.0-or-later
// The C library's heap, with each call noted. operator new and delete end here too, those of shared libraries as well.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

#include <cerrno>
#include <cstddef>

#include "tests/support/realtime/trap.h"

using segue::test::Forbidden;
using segue::test::note_call;

// glibc's own names for its heap, kept for interposers.
extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* old, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);
void __libc_free(void* memory);

void* malloc(std::size_t size) {
  note_call(Forbidden::kHeap, "malloc");
  return __libc_malloc(size);
}

void* calloc(std::size_t count, std::size_t size) {
  note_call(Forbidden::kHeap, "calloc");
  return __libc_calloc(count, size);
}

void* realloc(void* old, std::size_t size) {
  note_call(Forbidden::kHeap, "realloc");
  return __libc_realloc(old, size);
}

void* memalign(std::size_t alignment, std::size_t size) {
  note_call(Forbidden::kHeap, "memalign");
  return __libc_memalign(alignment, size);
}

void* aligned_alloc(std::size_t alignment, std::size_t size) {
  note_call(Forbidden::kHeap, "aligned_alloc");
  return __libc_memalign(alignment, size);
}

int posix_memalign(void** memory, std::size_t alignment, std::size_t size) {
  note_call(Forbidden::kHeap, "posix_memalign");
  if (alignment < sizeof(void*) || (alignment & (alignment - 1)) != 0) return EINVAL;
  void* const got = __libc_memalign(alignment, size);
  if (got == nullptr) return ENOMEM;
  *memory = got;
  return 0;
}

void free(void* memory) {
  // Freeing nothing touches nothing.
  if (memory != nullptr) note_call(Forbidden::kHeap, "free");
  __libc_free(memory);
}
}

#endif
