#include "core/json/walk.h"

#include <algorithm>

#include "core/base/ascii.h"
#include "core/json/tree_builder.h"
#include "core/json/utf8.h"

namespace callgate::json {
namespace {

// False where there is not one digit.
bool SkipDigits(std::string_view& word) {
  const auto end = std::ranges::find_if_not(word, base::IsAsciiDigit);
  if (end == word.begin()) return false;
  word.remove_prefix(static_cast<std::size_t>(end - word.begin()));
  return true;
}

// RFC 8259, section 6.
bool IsNumber(std::string_view word) {
  if (word.starts_with('-')) word.remove_prefix(1);
  if (word.starts_with('0')) {
    word.remove_prefix(1);
  } else if (!SkipDigits(word)) {
    return false;
  }
  if (word.starts_with('.')) {
    word.remove_prefix(1);
    if (!SkipDigits(word)) return false;
  }
  if (word.starts_with('e') || word.starts_with('E')) {
    word.remove_prefix(1);
    if (word.starts_with('+') || word.starts_with('-')) word.remove_prefix(1);
    if (!SkipDigits(word)) return false;
  }
  return word.empty();
}

}  // namespace

Walk::Walk(std::string_view text) : text_(text), rest_(text) {
  if (const std::size_t at = FindInvalidUtf8(text); at != std::string_view::npos) {
    error_ = ErrorAt(ErrorCode::kInvalidJson, "expected UTF-8", at);
  }
}

bool Walk::Next() {
  is_child_ = false;
  while (!error_ && !is_child_) {
    const std::size_t begin = offset();
    if (rest_.empty()) {
      if (expects_ != Expects::kEnd) Refuse(begin);
      return false;
    }
    switch (Take()) {
      case Piece::kSpace:
        break;
      case Piece::kMark:
        ReadMark(begin);
        break;
      case Piece::kQuote:
        ReadString(begin);
        break;
      case Piece::kWord:
      case Piece::kPlain:
      case Piece::kControl:
      case Piece::kEscape:
      case Piece::kPartial:
        ReadWord(begin);
        break;
    }
  }
  return !error_;
}

Piece Walk::Take() noexcept {
  before_piece_ = counter_.bytes();
  const Piece piece = scanner_.Next(rest_);
  counter_.Add(piece, scanner_);
  return piece;
}

void Walk::ReadMark(std::size_t begin) {
  const char c = scanner_.piece().front();
  switch (c) {
    case '{':
    case '[':
      if (!BeginValue(begin)) return;
      open_.Push(c == '{');
      expects_ = c == '{' ? Expects::kKeyOrClose : Expects::kValueOrClose;
      return;
    case '}':
    case ']': {
      const bool closes = expects_ == Expects::kCommaOrClose || expects_ == Expects::kKeyOrClose ||
                          expects_ == Expects::kValueOrClose;
      if (!closes || open_.in_object() != (c == '}')) return Refuse(begin);
      open_.Pop();
      return EndValue();
    }
    case ',':
      if (expects_ != Expects::kCommaOrClose) return Refuse(begin);
      expects_ = open_.in_object() ? Expects::kKey : Expects::kValue;
      return;
    default:  // a colon
      if (expects_ != Expects::kColon) return Refuse(begin);
      expects_ = Expects::kValue;
  }
}

void Walk::ReadWord(std::size_t begin) {
  const std::string_view word = scanner_.piece();
  if (!BeginValue(begin)) return;
  if (word != "true" && word != "false" && word != "null" && !IsNumber(word)) return Refuse(begin);
  EndValue();
}

// What follows the opening quote.
void Walk::ReadString(std::size_t begin) {
  const bool is_key = expects_ == Expects::kKey || expects_ == Expects::kKeyOrClose;
  if (!is_key && !BeginValue(begin)) return;
  while (scanner_.in_string()) {
    const std::size_t at = offset();
    if (rest_.empty()) return Refuse(at, "a closing quote");
    const Piece piece = Take();
    if (piece == Piece::kControl) return Refuse(at, "control characters to be escaped");
    if (piece == Piece::kPartial || (piece == Piece::kEscape && !scanner_.is_known_escape())) {
      return Refuse(at, "an escape of RFC 8259");
    }
  }
  if (!is_key) return EndValue();
  if (open_.size() == 1) key_ = text_.substr(begin, offset() - begin);
  expects_ = Expects::kColon;
}

bool Walk::BeginValue(std::size_t begin) {
  if (expects_ != Expects::kValue && expects_ != Expects::kValueOrClose) {
    Refuse(begin);
    return false;
  }
  if (open_.empty()) opening_ = text_[begin];
  if (open_.size() == 1) {
    child_.begin = begin;
    before_child_ = before_piece_;
  }
  return true;
}

void Walk::EndValue() {
  expects_ = open_.empty() ? Expects::kEnd : Expects::kCommaOrClose;
  if (open_.size() != 1) return;
  child_.end = offset();
  child_.compact_bytes = counter_.bytes() - before_child_;
  is_child_ = true;
}

void Walk::Refuse(std::size_t at) {
  switch (expects_) {
    case Expects::kValue:
    case Expects::kValueOrClose:
      return Refuse(at, "a value");
    case Expects::kKey:
    case Expects::kKeyOrClose:
      return Refuse(at, "a key in quotes");
    case Expects::kColon:
      return Refuse(at, "':'");
    case Expects::kCommaOrClose:
      return Refuse(at, open_.in_object() ? "',' or '}'" : "',' or ']'");
    case Expects::kEnd:
      return Refuse(at, "the end of the text");
  }
}

void Walk::Refuse(std::size_t at, std::string_view expected) {
  error_ = ErrorAt(ErrorCode::kInvalidJson, "expected " + std::string(expected), at);
}

}  // namespace callgate::json
