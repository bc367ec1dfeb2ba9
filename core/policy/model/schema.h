// What a declared argument may be: a subset of JSON Schema 2020-12, and the kinds of strings that
// tools act on.
#ifndef CALLGATE_CORE_POLICY_MODEL_SCHEMA_H_
#define CALLGATE_CORE_POLICY_MODEL_SCHEMA_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/policy/model/argument_pattern.h"
#include "core/policy/model/domain_entry.h"
#include "core/policy/model/path_entry.h"
#include "core/policy/values/number.h"

namespace callgate::policy {

enum class Exec : std::uint8_t { kShell, kArgv };

struct Schema;
// Immutable and shared: what several places take from one definition is one schema.
using SchemaPtr = std::shared_ptr<const Schema>;

// A set of the types of JSON that a schema names.
using JsonTypes = std::uint8_t;
inline constexpr JsonTypes kStringType = 1 << 0;
inline constexpr JsonTypes kNumberType = 1 << 1;
inline constexpr JsonTypes kIntegerType = 1 << 2;
inline constexpr JsonTypes kBooleanType = 1 << 3;
inline constexpr JsonTypes kArrayType = 1 << 4;
inline constexpr JsonTypes kObjectType = 1 << 5;

// A number of a schema, in its canonical spelling (CanonicalNumber): equal texts are equal values.
struct JsonNumber {
  explicit JsonNumber(std::string canonical)
      : text(std::move(canonical)), integer(IntegerOf(text)) {}

  std::string text;
  std::optional<std::int64_t> integer;  // as IntegerOf reads it
};
// Of enum and const.
using Constant = std::variant<std::string, JsonNumber, bool>;

struct DeclaredMember {
  std::string name;
  SchemaPtr schema;
  bool optional = false;
};

struct PathKind {
  std::vector<PathEntry> allow;
  std::vector<PathEntry> except;
  std::optional<PathEntry> base;  // a directory, or
  std::string base_argument;      // the top-level argument that holds one; empty without
};

// Where `url` is true, a URL with one of the schemes; else a bare host, and no schemes.
struct HostKind {
  bool url = true;
  std::vector<std::string> schemes;  // of http https ws wss, sorted
  std::vector<DomainEntry> allow;
  std::vector<DomainEntry> except;
};

struct UriKind {
  std::vector<std::string> schemes;  // lower-case, sorted
  std::vector<std::string> allow;    // as written; one that ends in `*` allows what begins like it
};

// An option that a command may hold.
struct CommandOption {
  enum class Shape : std::uint8_t {
    kFlag,      // `--oneline`: the word itself
    kAttached,  // `--since=VALUE`, `-nVALUE`: the word begins like `name`
    kNextWord,  // `-n VALUE`: the word after it is the value
  };
  Shape shape = Shape::kFlag;
  std::string name;  // of an attached one, all before VALUE
  SchemaPtr value;   // null where any value is accepted
};

struct CommandRule {
  std::vector<std::string> words;                // at least one
  std::optional<std::vector<std::string>> then;  // the word after them is one of these
  std::vector<CommandOption> options;
  // Either one schema for all operands, or one for each place; neither: no operand.
  SchemaPtr operand;
  std::vector<SchemaPtr> operands_by_place;
  std::uint32_t min_operands = 0;
  std::uint32_t max_operands = 0;  // 0xFFFFFFFF where unbounded
};

struct CommandKind {
  enum class Form : std::uint8_t { kText, kList, kEither };
  std::vector<CommandRule> allow;
  Form form = Form::kEither;
  Exec exec = Exec::kShell;
  std::string args;  // the sibling that continues it; empty without
};

// All that is said must hold. What is absent says nothing.
struct Schema {
  bool any = false;       // any: true; says that nothing else is judged
  bool nullable = false;  // null passes, whatever else is said
  JsonTypes types = 0;  // none: any that the rest accepts. A kind means kStringType; a command, by
                        // its form, kArrayType instead or too
  // Of enum or const, sorted, each value once. What each of them meets is not said besides: no
  // bounds, lengths or pattern, and types only where kIntegerType is one of them.
  std::optional<std::vector<Constant>> constants;

  std::optional<JsonNumber> minimum;
  std::optional<JsonNumber> maximum;
  std::optional<JsonNumber> exclusive_minimum;
  std::optional<JsonNumber> exclusive_maximum;
  std::optional<std::uint64_t> multiple_of;

  std::optional<std::uint64_t> min_length;  // in code points
  std::optional<std::uint64_t> max_length;
  std::optional<ArgumentPattern> pattern;
  std::variant<std::monostate, PathKind, HostKind, UriKind, CommandKind> kind;

  SchemaPtr items;
  std::optional<std::uint64_t> min_items;
  std::optional<std::uint64_t> max_items;
  bool unique_items = false;

  std::vector<DeclaredMember> properties;  // sorted by name
  SchemaPtr additional;                    // of members that are not listed
  SchemaPtr property_names;
  std::optional<std::uint64_t> max_properties;

  std::vector<SchemaPtr> any_of;

  std::string definition;  // the name that it was defined by; empty where it stands in place
};

// The arguments of a capability that declares them.
struct DeclaredArguments {
  std::vector<DeclaredMember> members;  // sorted by name
  SchemaPtr other;                      // of top-level members that are not listed
};

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_MODEL_SCHEMA_H_
