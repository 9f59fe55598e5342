// The page that GET / answers with: a panel for people, which asks what programs ask too.
// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

#include "backends/control/http_server.hpp"

namespace sim800 {

/// emulator/control/panel.html
std::string_view panel_text();
/// The page with what this program knows filled in, and a Content-Security-Policy that lets nothing but itself run.
ServerAnswer panel();

}  // namespace sim800
