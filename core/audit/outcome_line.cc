#include <array>
#include <cstdio>

#include "callgate/audit.h"
#include "callgate/crypto.h"
#include "callgate/json.h"
#include "core/base/hex.h"
#include "core/json/object_writer.h"

namespace callgate {
namespace {

// In thousandths, as RFC 8785 writes a number.
std::string Thousandths(double value) {
  std::array<char, 352> text;
  const int size = std::snprintf(text.data(), text.size(), "%.3f", value);
  const std::string_view digits(text.data(), static_cast<std::size_t>(size));
  const auto canonical = json::Canonicalize(digits);
  return canonical.ok() ? *canonical : "0";
}

}  // namespace

std::string WriteAuditOutcome(const AuditOutcome& outcome) {
  std::string text;
  text.reserve(256);
  json::ObjectWriter fields(text);
  if (outcome.dispatched) fields.Flag("dispatched", *outcome.dispatched);
  if (outcome.milliseconds) fields.Raw("duration_ms") += Thousandths(*outcome.milliseconds);
  if (outcome.error) fields.Text("error", *outcome.error);
  fields.Integer("event", static_cast<std::int64_t>(outcome.event));
  fields.Text("outcome", outcome.outcome);
  if (outcome.result) {
    fields.Text("result", base::ToHex(Sha256(*outcome.result)));
    fields.Integer("result_bytes", static_cast<std::int64_t>(outcome.result->size()));
  }
  fields.End();
  return text;
}

}  // namespace callgate
