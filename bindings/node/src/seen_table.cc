// Claims that were used, in this process.
#include "callgate/seen_table.h"

#include <cstddef>
#include <cstdint>
#include <memory>

#include "addon.h"
#include "argument.h"
#include "attestation.h"
#include "handle.h"
#include "options.h"

namespace callgate::node {
namespace {

std::size_t Count(const Napi::Value& value) {
  return static_cast<std::size_t>(value.As<Napi::Number>().Int64Value());
}

// createSeenTable(entries, entries of a bucket)
Napi::Value Create(const Napi::CallbackInfo& info) {
  constexpr std::int64_t kBytes = 16 * 1024;
  return Handle<HeldSeenTable>::New(
      info.Env(), std::make_unique<SeenTable>(Count(info[0]), Count(info[1])), kBytes);
}

const char* Name(SeenStatus status) {
  switch (status) {
    case SeenStatus::kInserted:
      return "inserted";
    case SeenStatus::kSeen:
      return "seen";
    case SeenStatus::kFull:
      return "full";
  }
  return "full";
}

// seenInsert(table, key, bucket, expiry, now)
Napi::Value Insert(const Napi::CallbackInfo& info) {
  const ReplayClaim claim{.key = DigestArgument(info[1]),
                          .bucket = DigestArgument(info[2]),
                          .expires_at = TimeArgument(info[3])};
  const SeenStatus status =
      Handle<HeldSeenTable>::Get(info[0])->Insert(claim, TimeArgument(info[4]));
  return Text(info.Env(), Name(status));
}

Napi::Value Size(const Napi::CallbackInfo& info) {
  const std::size_t size = Handle<HeldSeenTable>::Get(info[0])->size();
  return Napi::Number::New(info.Env(), static_cast<double>(size));
}

}  // namespace

void RegisterSeenTable(Napi::Object exports) {
  Export<Create>(exports, "createSeenTable");
  Export<Insert>(exports, "seenInsert");
  Export<Size>(exports, "seenSize");
}

}  // namespace callgate::node
