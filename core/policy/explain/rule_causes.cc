#include "core/policy/explain/rule_causes.h"

#include <algorithm>
#include <iterator>

namespace callgate::policy {
namespace {

struct RuleCause {
  std::string_view rule;
  std::string_view cause;
};

// Sorted by rule.
constexpr RuleCause kCauses[] = {
    {"args.missing", "an argument that must be there is missing"},
    {"args.null", "null is no value of this argument"},
    {"args.prototype", "a key of JavaScript's prototypes is no argument"},
    {"args.undeclared", "the argument is not declared"},
    {"command.absent", "the call holds no command"},
    {"command.args-alone", "arguments of a command stand without their command"},
    {"command.args-form", "the arguments of a command are neither text nor a list of texts"},
    {"command.args-one", "the command has two keys of arguments"},
    {"command.assignment", "the command begins with an assignment instead of a program"},
    {"command.control", "the command holds a control character"},
    {"command.double-quote", "a part in double quotes holds what is read even there"},
    {"command.empty", "the command holds no word"},
    {"command.entry-prefix", "no entry of the command allowlist allows the command"},
    {"command.env", "the call sets environment variables"},
    {"command.exec-argv", "a word of the command holds a line break"},
    {"command.list-word", "an element of the command's list is not one word"},
    {"command.metacharacter", "the command holds a character that a shell acts on"},
    {"command.one", "the call holds more than one command"},
    {"command.quote-elsewhere", "a quote stands where none may"},
    {"command.several", "no single entry allows all commands of the list"},
    {"command.several-args", "arguments come with a list of several commands"},
    {"command.shell", "the call chooses a shell"},
    {"command.single-quote", "a part in single quotes holds what shells disagree about"},
    {"command.tilde", "a word of the command begins with ~"},
    {"command.value", "the command is neither text nor a list of texts"},
    {"deny.command", "an entry of the deny list covers the command"},
    {"deny.domain", "an entry of the deny list covers the host"},
    {"deny.glob", "an entry of the deny list covers what the glob may match"},
    {"deny.glob-anywhere", "the glob may match anything, and so what a deny entry covers"},
    {"deny.malformed", "an argument that an entry of the deny list looks at is malformed"},
    {"deny.path", "an entry of the deny list covers the path"},
    {"deny.pattern", "an entry of the deny list matches"},
    {"deny.relative", "an entry of the deny list may cover the relative path"},
    {"deny.word-host", "an entry of the deny list covers a host in the command"},
    {"deny.word-path", "an entry of the deny list covers a path in the command"},
    {"domain.absent", "the call holds no host"},
    {"domain.anywhere", "the URL holds a character that clients read differently"},
    {"domain.authority", "the host holds a character that clients read differently"},
    {"domain.empty-host", "the host is empty"},
    {"domain.every", "no entry of the domain allowlist allows the host"},
    {"domain.host-label", "a label of the host is malformed"},
    {"domain.host-length", "the host is longer than 253 characters"},
    {"domain.host-numeric", "the host is a number that is no dotted quad"},
    {"domain.integer", "a number stands where a host does, and is read as an address"},
    {"domain.ipv6", "the address of IPv6 is not in brackets as RFC 5952 writes it"},
    {"domain.port", "the port is malformed"},
    {"domain.port-key", "the port that goes with the host is neither 80 nor 443"},
    {"domain.url-scheme", "the scheme of the URL is not one that is allowed"},
    {"domain.userinfo", "the URL holds user-info before its host"},
    {"key.list", "a list holds what is neither text nor an object"},
    {"key.null-in-list", "null stands in a list"},
    {"key.object-needs-key", "an object holds no key that says what it is"},
    {"key.twins", "two keys of one object differ in spelling alone"},
    {"kind.except", "an entry of except covers the value"},
    {"kind.host", "no entry allows the host"},
    {"kind.host-bare", "a URL stands where a host must"},
    {"kind.path", "no entry allows the path"},
    {"kind.path-base", "the path is relative, and has no base"},
    {"kind.type", "the value is of another type than its kind"},
    {"kind.uri", "no entry allows the URI"},
    {"kind.uri-form", "the URI holds what clients read differently"},
    {"kind.uri-scheme", "the scheme of the URI is not listed"},
    {"kind.url", "no entry allows the URL"},
    {"kind.url-absolute", "the URL has no scheme"},
    {"kind.url-scheme", "the scheme of the URL is not listed"},
    {"only.other", "only_arguments does not list the argument"},
    {"operand.args", "arguments of a command stand without their command"},
    {"operand.dashes", "a word behind -- begins with -"},
    {"operand.form", "the command has another form than its kind allows"},
    {"operand.operands", "the command has another number of operands than its entry allows"},
    {"operand.option", "an option of the command is not listed"},
    {"operand.option-value", "an option lacks the word that is its value"},
    {"operand.then", "the word behind the command's first words is not listed"},
    {"operand.value-dash", "the word that is the value of an option begins with -"},
    {"operand.words", "no entry begins with the words of the command"},
    {"order.arguments-object", "the arguments are no JSON object"},
    {"order.default-deny", "no capability matches the tool: default deny"},
    {"order.tool-name", "the name of the tool is malformed"},
    {"path.absent", "the call holds no path"},
    {"path.braces", "the path holds braces that a shell expands"},
    {"path.control", "the path holds a control character"},
    {"path.dotdot", "the path has a .. segment"},
    {"path.dots", "a segment of the path is dots and spaces alone"},
    {"path.empty", "the path is empty"},
    {"path.every", "no entry of the path allowlist allows the path"},
    {"path.glob", "a segment of the path holds a glob that may match .."},
    {"path.leading", "the path begins with a character that tools expand"},
    {"path.lookalike", "the path holds a look-alike of . and /"},
    {"path.percent", "the path holds an escape of a URL"},
    {"path.relative", "the path is relative, and there is no base_directory"},
    {"path.scheme", "the path begins with a name and a colon"},
    {"path.special", "the path holds a character that tools expand"},
    {"pattern.absent", "an argument that has a pattern is missing"},
    {"pattern.not-string", "an argument that has a pattern is no text"},
    {"pattern.whole", "the argument does not match its pattern"},
    {"rate.chain", "a limit of an ancestor's context is used up"},
    {"rate.sliding", "every limit the call could be charged to is used up"},
    {"response.limit", "the response is larger than max_response_size"},
    {"schema.additional", "the object has more members than maxProperties"},
    {"schema.bounds", "the number is out of bounds"},
    {"schema.const", "the value is not the one that is accepted"},
    {"schema.enum", "the value is none of those that are accepted"},
    {"schema.integer", "the number is not written as an integer within ±(2^53 - 1)"},
    {"schema.items", "the list has another number of elements than is accepted"},
    {"schema.length", "the text has another length than is accepted"},
    {"schema.multiple-of", "the number is no multiple of multipleOf"},
    {"schema.number", "the exponent of the number is too large"},
    {"schema.pattern", "the text does not match the pattern"},
    {"schema.type", "the value is of another type"},
    {"schema.unique", "two elements of the list are equal"},
    {"subcommand.listed", "the subcommand is not listed"},
    {"subcommand.missing", "the command lacks the subcommand that it needs"},
};

static_assert(std::ranges::is_sorted(kCauses, {}, &RuleCause::rule));

}  // namespace

std::string_view CauseOf(std::string_view rule) noexcept {
  const auto* const found = std::ranges::lower_bound(kCauses, rule, {}, &RuleCause::rule);
  return found != std::end(kCauses) && found->rule == rule ? found->cause : std::string_view();
}

}  // namespace callgate::policy
