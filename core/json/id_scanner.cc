#include <algorithm>
#include <string>

#include "callgate/scan.h"
#include "core/base/ascii.h"
#include "core/json/scanner.h"

namespace callgate::json {
namespace {

constexpr std::size_t kMaxDigits = 18;
constexpr std::size_t kMaxLetters = 64;
constexpr std::size_t kMaxBytes = kMaxLetters + 2;

bool IsOfName(char c) {
  return base::IsAsciiDigit(c) || base::IsAsciiLetter(c) || c == '_' || c == '.' || c == '-';
}

bool IsPlainId(std::string_view text) {
  if (text.empty()) return false;
  if (text.front() != '"') {
    return text.size() <= kMaxDigits && std::ranges::all_of(text, base::IsAsciiDigit);
  }
  if (text.size() < 3 || text.size() > kMaxBytes || text.back() != '"') return false;
  return std::ranges::all_of(text.substr(1, text.size() - 2), IsOfName);
}

}  // namespace

struct IdScanner::State {
  MemberScanner members{"id"};
  std::string text;  // of the first id, up to a byte more than it may have
  int begun = 0;     // ids, up to 2
  bool is_complete = false;
};

IdScanner::IdScanner() : state_(std::make_unique<State>()) { state_->text.reserve(kMaxBytes + 1); }
IdScanner::~IdScanner() = default;
IdScanner::IdScanner(IdScanner&&) noexcept = default;
IdScanner& IdScanner::operator=(IdScanner&&) noexcept = default;

void IdScanner::Feed(std::string_view chunk) noexcept {
  State& state = *state_;
  while (!chunk.empty() && !state.members.is_over() && state.begun < 2) {
    const bool was_in_value = state.members.in_value();
    if (state.members.Next(chunk)) {
      if (state.members.piece() == Piece::kSpace) continue;
      const std::size_t room = kMaxBytes + 1 - state.text.size();
      state.text += state.members.scanner().piece().substr(0, room);
    } else if (was_in_value) {
      state.is_complete = true;
    } else if (state.members.in_value()) {
      ++state.begun;
    }
  }
}

std::string_view IdScanner::id() const noexcept {
  const bool is_one = state_->begun == 1 && state_->is_complete && IsPlainId(state_->text);
  return is_one ? std::string_view(state_->text) : std::string_view();
}

}  // namespace callgate::json
