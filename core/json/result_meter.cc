#include "callgate/result_meter.h"

#include "core/json/scanner.h"

namespace callgate::json {

struct ResultMeter::State {
  MemberScanner members{"result"};
  CompactCounter counter;
};

ResultMeter::ResultMeter(std::uint64_t limit) : limit_(limit), state_(std::make_unique<State>()) {}
ResultMeter::~ResultMeter() = default;
ResultMeter::ResultMeter(ResultMeter&&) noexcept = default;
ResultMeter& ResultMeter::operator=(ResultMeter&&) noexcept = default;

void ResultMeter::Feed(std::string_view chunk) noexcept {
  MemberScanner& members = state_->members;
  while (!chunk.empty() && !members.is_over()) {
    if (members.Next(chunk)) state_->counter.Add(members.piece(), members.scanner());
  }
}

std::uint64_t ResultMeter::compact_bytes() const noexcept { return state_->counter.bytes(); }

}  // namespace callgate::json
