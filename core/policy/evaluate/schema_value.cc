#include "core/policy/evaluate/schema_value.h"

#include <algorithm>
#include <cstdint>
#include <optional>

#include "core/policy/evaluate/kind_check.h"
#include "core/policy/values/number.h"

namespace callgate::policy {
namespace {

constexpr JsonTypes kScalarTypes = kStringType | kNumberType | kIntegerType | kBooleanType;

StagedFault Refused(std::string_view rule) noexcept { return {rule, Stage::kValues}; }

std::size_t CodePoints(std::string_view text) noexcept {
  std::size_t count = 0;
  for (const char c : text) count += (static_cast<unsigned char>(c) & 0xC0) != 0x80 ? 1 : 0;
  return count;
}

bool HasLength(const Schema& schema, std::string_view text) noexcept {
  // A code point takes one to four bytes, which settles most texts uncounted.
  const std::size_t bytes = text.size();
  const std::uint64_t least = schema.min_length.value_or(0);
  const std::uint64_t most = schema.max_length.value_or(bytes);
  if (bytes < least || bytes / 4 > most) return false;
  if (bytes <= most && bytes / 4 >= least) return true;
  const std::size_t points = CodePoints(text);
  return points >= least && points <= most;
}

// The order of a number and a bound, exactly and as doubles. Rounding may make two numbers equal
// and never turns them round: what is within an inclusive bound exactly is so as a double, and what
// is within an exclusive one as a double is so exactly.
class Order {
 public:
  Order(std::string_view number, std::optional<std::int64_t> integer, const JsonNumber& bound)
      : number_(number),
        bound_(bound.text),
        integer_(integer),
        other_(integer ? bound.integer : std::nullopt) {}

  std::strong_ordering exact() const noexcept {
    return other_ ? *integer_ <=> *other_ : CompareNumbers(number_, bound_);
  }
  // Integers as small as these are doubles.
  std::partial_ordering rounded() const noexcept {
    return other_ ? *integer_ <=> *other_ : NearestDouble(number_) <=> NearestDouble(bound_);
  }

 private:
  std::string_view number_;
  std::string_view bound_;
  std::optional<std::int64_t> integer_;
  std::optional<std::int64_t> other_;
};

bool IsWithinBounds(const Schema& schema, std::string_view number,
                    std::optional<std::int64_t> integer) {
  const auto order = [&](const JsonNumber& bound) { return Order(number, integer, bound); };
  if (schema.minimum && order(*schema.minimum).exact() < 0) return false;
  if (schema.maximum && order(*schema.maximum).exact() > 0) return false;
  if (schema.exclusive_minimum && !(order(*schema.exclusive_minimum).rounded() > 0)) return false;
  return !schema.exclusive_maximum || order(*schema.exclusive_maximum).rounded() < 0;
}

StagedFault JudgeNumber(const Schema& schema, std::string_view number) {
  const std::optional<std::int64_t> integer = IntegerOf(number);
  if (!integer && HasHugeExponent(number)) return Refused("schema.number");
  const bool is_integer = (schema.types & (kNumberType | kIntegerType)) == kIntegerType;
  if (!integer && (is_integer || schema.multiple_of)) return Refused("schema.integer");
  if (!IsWithinBounds(schema, number, integer)) return Refused("schema.bounds");
  if (schema.multiple_of) {
    const auto magnitude = static_cast<std::uint64_t>(*integer < 0 ? -*integer : *integer);
    if (magnitude % *schema.multiple_of != 0) return Refused("schema.multiple-of");
  }
  return {};
}

// What is no string, no kind accepts; a command is judged with the call around it.
StagedFault JudgeKind(const Schema& schema, const Scalar& value, CallPaths& paths) {
  const bool is_string = value.kind == json::Kind::kString;
  const std::string_view text = value.text;
  if (const auto* path = std::get_if<PathKind>(&schema.kind)) {
    if (!is_string) return {"kind.type", Stage::kPaths};
    const auto judgement = value.item == kNoItem ? JudgePath(text) : paths.Judge(value.item);
    return {JudgePathKind(*path, text, judgement, paths), Stage::kPaths};
  }
  if (const auto* host = std::get_if<HostKind>(&schema.kind)) {
    return {is_string ? JudgeHostKind(*host, text) : "kind.type", Stage::kDomains};
  }
  if (const auto* uri = std::get_if<UriKind>(&schema.kind)) {
    return {is_string ? JudgeUriKind(*uri, text) : "kind.type", Stage::kDomains};
  }
  if (std::holds_alternative<CommandKind>(schema.kind)) return {"kind.type", Stage::kCommands};
  return {};
}

// None for what is no scalar.
JsonTypes TypesOf(json::Kind kind) noexcept {
  switch (kind) {
    case json::Kind::kString:
      return kStringType;
    case json::Kind::kNumber:
      return kNumberType | kIntegerType;
    case json::Kind::kFalse:
    case json::Kind::kTrue:
      return kBooleanType;
    case json::Kind::kArray:
    case json::Kind::kObject:
    case json::Kind::kNull:
      return 0;
  }
  return 0;
}

bool IsConstant(const Constant& constant, const Scalar& value) noexcept {
  if (const auto* text = std::get_if<std::string>(&constant)) {
    return value.kind == json::Kind::kString && value.text == *text;
  }
  if (const auto* number = std::get_if<JsonNumber>(&constant)) {
    return value.kind == json::Kind::kNumber && CompareNumbers(value.text, number->text) == 0;
  }
  return value.kind == (std::get<bool>(constant) ? json::Kind::kTrue : json::Kind::kFalse);
}

StagedFault JudgeConstants(const Schema& schema, const Scalar& value) noexcept {
  if (!schema.constants) return {};
  for (const Constant& constant : *schema.constants) {
    if (IsConstant(constant, value)) return {};
  }
  return Refused(schema.constants->size() == 1 ? "schema.const" : "schema.enum");
}

}  // namespace

StagedFault JudgeScalar(const Schema& schema, const Scalar& value, CallPaths& paths) {
  if (schema.any) return {};
  if (value.kind == json::Kind::kNull && schema.nullable) return {};
  if (!schema.any_of.empty()) {
    return FurthestOf(schema.any_of,
                      [&](const Schema& branch) { return JudgeScalar(branch, value, paths); });
  }
  if (value.kind == json::Kind::kNull) return {"args.null", Stage::kMembers};
  if (const StagedFault fault = JudgeKind(schema, value, paths)) return fault;
  const JsonTypes types = schema.types != 0 ? schema.types : kScalarTypes;
  if ((types & TypesOf(value.kind)) == 0) return Refused("schema.type");
  if (value.kind == json::Kind::kNumber) {
    if (const StagedFault fault = JudgeNumber(schema, value.text)) return fault;
  }
  if (const StagedFault fault = JudgeConstants(schema, value)) return fault;
  return value.kind == json::Kind::kString ? JudgeText(schema, value.text) : StagedFault{};
}

StagedFault JudgeText(const Schema& schema, std::string_view text) {
  if (!HasLength(schema, text)) return Refused("schema.length");
  if (schema.pattern && !schema.pattern->Matches(text)) return Refused("schema.pattern");
  return {};
}

bool AreEqual(const Scalar& a, const Scalar& b) noexcept {
  if (a.kind != b.kind) return false;
  if (a.kind == json::Kind::kNumber) return CompareNumbers(a.text, b.text) == 0;
  return a.text == b.text;
}

}  // namespace callgate::policy
