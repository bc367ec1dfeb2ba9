// The words of a command as far as they may be paths and URLs: read from any text, also one that no
// rule for commands accepts, and cut into pieces.
#ifndef CALLGATE_CORE_POLICY_VALUES_COMMAND_WORD_H_
#define CALLGATE_CORE_POLICY_VALUES_COMMAND_WORD_H_

#include <cstddef>
#include <string_view>

#include "core/base/text_arena.h"

namespace callgate::policy {

// What a word of a command may hold that names a path or a host.
struct WordPiece {
  std::string_view text;  // up to the next cut
  std::string_view rest;  // the same with all that follows it in the word
  bool is_url;            // a scheme and slashes, and all that follows: `text` is `rest`
};

// Cuts a word at `=`, `:`, `,` and `@`, and after `-X`. What begins with a scheme and slashes is
// one piece; where the scheme is `file`, it is cut as well.
class WordPieces {
 public:
  explicit WordPieces(std::string_view word) noexcept;
  // False after the last piece.
  bool Next(WordPiece& piece) noexcept;

 private:
  std::string_view word_;
  std::size_t at_ = 0;        // where the next piece begins; past the end after the last
  std::size_t url_from_ = 0;  // a URL whose colon stands before this was given
};

// Up to the first character that ends an authority.
[[nodiscard]] std::string_view UntilAuthorityEnds(std::string_view text) noexcept;

// Some segment is `..`, where slashes and backslashes end segments.
[[nodiscard]] bool HoldsDotDot(std::string_view text) noexcept;

// Cuts a text at what separates words for a shell, outside quotes: white space of ASCII and
// ; & | < > ( ) `. Quotes are dropped; one that is not closed ends with the text.
class LooseWords {
 public:
  // What Next gives lives in `text` and `arena`.
  LooseWords(std::string_view text, base::TextArena& arena) noexcept : rest_(text), arena_(arena) {}
  // False after the last word.
  bool Next(std::string_view& word);

 private:
  std::string_view rest_;
  base::TextArena& arena_;
};

// `text` without its quotes, as one word; in `arena` where it has some.
[[nodiscard]] std::string_view WithoutQuotes(std::string_view text, base::TextArena& arena);
// Some character quotes or separates words: LooseWords would not give the text as it stands.
[[nodiscard]] bool IsSeveralWords(std::string_view text) noexcept;

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_VALUES_COMMAND_WORD_H_
