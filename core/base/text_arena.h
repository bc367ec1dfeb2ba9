// Room for the few texts that one evaluation has to write: folded keys, unquoted words.
#ifndef CALLGATE_CORE_BASE_TEXT_ARENA_H_
#define CALLGATE_CORE_BASE_TEXT_ARENA_H_

#include <array>
#include <cstddef>
#include <memory>
#include <vector>

namespace callgate::base {

// What Take returned stays where it is while the arena lives. The first bytes need no heap.
class TextArena {
 public:
  TextArena() noexcept = default;
  TextArena(const TextArena&) = delete;
  TextArena& operator=(const TextArena&) = delete;

  char* Take(std::size_t size) {
    if (size > left_) {
      constexpr std::size_t kBlock = 16 * 1024;
      const std::size_t block = size > kBlock ? size : kBlock;
      blocks_.push_back(std::make_unique<char[]>(block));
      next_ = blocks_.back().get();
      left_ = block;
    }
    char* const taken = next_;
    next_ += size;
    left_ -= size;
    return taken;
  }

 private:
  std::array<char, 512> inline_;
  char* next_ = inline_.data();
  std::size_t left_ = inline_.size();
  std::vector<std::unique_ptr<char[]>> blocks_;
};

}  // namespace callgate::base

#endif  // CALLGATE_CORE_BASE_TEXT_ARENA_H_
