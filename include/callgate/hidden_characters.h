// Characters that messages and terminals must not show as they are.
#ifndef CALLGATE_HIDDEN_CHARACTERS_H_
#define CALLGATE_HIDDEN_CHARACTERS_H_

#include <array>
#include <cstdint>

namespace callgate {

struct CharacterRange {
  std::uint32_t first;
  std::uint32_t last;
};

// Control characters, those that turn the direction of writing, those without width, and those for
// private use; in order. The last range ends beyond Unicode.
inline constexpr auto kHiddenCharacters = std::to_array<CharacterRange>({{0, 0x1F},
                                                                         {0x7F, 0x9F},
                                                                         {0xAD, 0xAD},
                                                                         {0x61C, 0x61C},
                                                                         {0x180E, 0x180E},
                                                                         {0x200B, 0x200F},
                                                                         {0x2028, 0x202E},
                                                                         {0x2060, 0x206F},
                                                                         {0xFEFF, 0xFEFF},
                                                                         {0xFFF9, 0xFFFB},
                                                                         {0xE0000, 0x1FFFFF}});

}  // namespace callgate

#endif  // CALLGATE_HIDDEN_CHARACTERS_H_
