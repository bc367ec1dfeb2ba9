// What deny entries see of arguments as a context declares them.
#ifndef CALLGATE_CORE_POLICY_INCLUSION_SIGHTS_H_
#define CALLGATE_CORE_POLICY_INCLUSION_SIGHTS_H_

#include <string_view>
#include <vector>

#include "core/policy/inclusion/context_reach.h"
#include "core/policy/model/schema.h"

namespace callgate::policy {

// A schema by which a value is seen.
struct View {
  const Schema* schema;
  bool lenient;  // of paths an entry fires on what it covers alone, never on what is malformed
};

// How the deny list of a context sees a value, or the members of an object, on one tool.
struct Sight {
  // The arguments of a call.
  Sight(const ContextReach& context, std::string_view tool);
  Sight() = default;

  // Of a member of the object; `certain`: only by schemas that are certain to see it.
  Sight OfMember(std::string_view name, bool certain) const;
  Sight OfAnyMember() const;
  Sight OfElement() const;

  bool is_alone = true;      // one capability matches the tool: all views are lenient
  bool guesses = false;      // entries guess, as in the short form
  bool guesses_any = false;  // within `any: true`: a relative path has no base
  std::vector<View> views;   // branches in place of an anyOf
  // At the top level, in place of views.
  std::vector<const DeclaredArguments*> arguments;

 private:
  void Add(const Schema& schema, bool lenient);
};

// The arguments of a call as one object.
Schema AsObject(const DeclaredArguments& arguments);

// Entries see every value alike by both.
bool SeeAlike(const Schema& a, const Schema& b);
// Entries see something by the schema in some value.
bool SeesAnything(const Schema& schema);

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_INCLUSION_SIGHTS_H_
