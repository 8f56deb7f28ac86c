// Device memory: zero-filled, 64-byte aligned; large blocks on huge pages, which keeps the strided reads of matrix
// products within the reach of the TLB.
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

namespace {

constexpr uint64_t kHugePage = 2 << 20;

uint64_t roundUpTo(uint64_t bytes, uint64_t grain) { return (bytes + grain - 1) / grain * grain; }

}  // namespace

// Null when the system has no memory left. Blocks of a huge page or more are mapped, and start as untouched zero pages.
extern "C" void* massif_allocate(uint64_t bytes) {
  if (bytes < kHugePage) {
    const uint64_t size = roundUpTo(bytes > 0 ? bytes : 1, 64);
    void* block = nullptr;
    if (posix_memalign(&block, 64, size) != 0) return nullptr;
    return memset(block, 0, size);
  }
  const uint64_t size = roundUpTo(bytes, kHugePage), mapped = size + kHugePage;
  char* start = static_cast<char*>(mmap(nullptr, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  if (start == MAP_FAILED) return nullptr;
  char* aligned = reinterpret_cast<char*>(roundUpTo(reinterpret_cast<uint64_t>(start), kHugePage));
  if (aligned > start) munmap(start, aligned - start);
  if (aligned + size < start + mapped) munmap(aligned + size, start + mapped - (aligned + size));
#ifdef MADV_HUGEPAGE
  madvise(aligned, size, MADV_HUGEPAGE);
#endif
  return aligned;
}

// Takes the size that was asked for.
extern "C" void massif_release(void* block, uint64_t bytes) {
  if (bytes < kHugePage) free(block);
  else munmap(block, roundUpTo(bytes, kHugePage));
}
