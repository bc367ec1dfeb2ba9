// The small JSON vocabulary of exported states and journal records: objects with exactly the
// members that are asked for, integers, hexadecimal digests.
#ifndef CALLGATE_CORE_GATE_STATE_STATE_JSON_H_
#define CALLGATE_CORE_GATE_STATE_STATE_JSON_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "callgate/json.h"
#include "callgate/limits.h"
#include "core/json/object_writer.h"
#include "core/ledger/state.h"

namespace callgate::gate {

inline constexpr std::size_t kDigestDigits = 32;

// 32 hexadecimal digits.
void AppendDigest(const ledger::Digest& digest, std::string& out);
std::optional<ledger::Digest> ReadDigest(std::string_view text);
// A member.
void WriteDigest(std::string_view key, const ledger::Digest& digest, json::ObjectWriter& object);

std::optional<std::int64_t> ReadInteger(json::Value value);

// Reads one object: every accessor is nullopt, and ok() false from then on, where the member is not
// there or of another type. AllRead() tells whether there was nothing else.
class ObjectReader {
 public:
  explicit ObjectReader(json::Value value) : value_(value), ok_(value.is_object()) {}
  std::string Text(std::string_view key);
  std::optional<std::string> TextOrNull(std::string_view key);
  std::int64_t Integer(std::string_view key);
  Time Moment(std::string_view key) { return Time(std::chrono::milliseconds(Integer(key))); }
  bool Flag(std::string_view key);
  ledger::Digest Digest(std::string_view key);
  std::vector<json::Value> List(std::string_view key);
  std::optional<json::Value> Get(std::string_view key);  // of any type

  void Fail() noexcept { ok_ = false; }
  bool ok() const noexcept { return ok_; }
  bool AllRead() const noexcept { return ok_ && read_ == value_.size(); }

 private:
  json::Value value_;
  bool ok_;
  std::size_t read_ = 0;
};

// The contexts that sessions keep, each written once and named by its position.
class ContextList {
 public:
  std::size_t Add(const std::shared_ptr<const policy::Context>& context);
  void Write(std::string& out) const;
  // False where one is no context.
  bool Read(const std::vector<json::Value>& list, const Limits& limits);
  const ledger::ContextSnapshots& contexts() const noexcept { return contexts_; }

 private:
  ledger::ContextSnapshots contexts_;
};

// "open", "ended", "revoked".
std::string_view NameOf(ledger::Liveness state);
std::optional<ledger::Liveness> LivenessNamed(std::string_view name);

void WriteSession(const ledger::SavedSession& session, ContextList& contexts, std::string& out);
std::optional<ledger::SavedSession> ReadSession(json::Value value, const ContextList& contexts);

}  // namespace callgate::gate

#endif  // CALLGATE_CORE_GATE_STATE_STATE_JSON_H_
