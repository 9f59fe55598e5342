// What has happened, in the words in which triggers are written.
// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

#include "scenarios/engine/trigger.hpp"

namespace sim800 {

/// "command AT+CSQ", "http method=GET url=http://www.sim.com/".
std::string words_of(const Occurrence& occurrence);

/// The trigger's name in either: "http".
std::string_view noun_of(std::string_view words);

/// As scenarios name it: "registered".
std::string_view word_of(ModuleEvent event);

}  // namespace sim800
