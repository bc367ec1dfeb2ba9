// Reads the words of declared commands: those that stand literally, options, and their schemas.
#ifndef CALLGATE_CORE_POLICY_DOCUMENT_COMMAND_WORDS_READER_H_
#define CALLGATE_CORE_POLICY_DOCUMENT_COMMAND_WORDS_READER_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/policy/document/command_kind_reader.h"
#include "core/policy/document/form_reader.h"
#include "core/policy/model/schema.h"

namespace callgate::policy {

// A list of one word or more, each as a command may hold it. False with a fault of `rule`.
bool ReadWords(FormReader& forms, std::uint32_t node, std::string_view rule,
               std::vector<std::string>& words);
// The schema of an operand, or of the value of an option. False with a fault.
bool ReadWordSchema(FormReader& forms, std::uint32_t node, const ReadSchemaAt& read_schema,
                    SchemaPtr& schema);
// False with a fault where one is wrong, or two could read one word.
bool ReadOptions(FormReader& forms, std::uint32_t node, const ReadSchemaAt& read_schema,
                 std::vector<CommandOption>& options);

// As documents write it: `-n VALUE`.
std::string SpellingOf(const CommandOption& option);

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_DOCUMENT_COMMAND_WORDS_READER_H_
