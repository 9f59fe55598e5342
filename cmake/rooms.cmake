# The rooms of the source tree, bottom up: each folder is a library, and may include its own headers and those of the rooms it
# USES, directly or through one of them.  A room can name only rooms that stand above it in this file, so there is no
# circle.  tests/acceptance/test_rooms.py holds every #include against this list.
#   room(FOLDER [USES room...] [LINK library...])        LINK: libraries that its headers need
#   room_private_link(FOLDER library...)                 libraries that only its sources need
function(room folder)
  cmake_parse_arguments(PARSE_ARGV 1 room "" "" "USES;LINK")
  string(REPLACE / _ name sim800_${folder})
  file(GLOB sources CONFIGURE_DEPENDS ${folder}/*.cpp)
  list(TRANSFORM room_USES PREPEND sim800_)
  string(REPLACE / _ uses "${room_USES}")
  if(sources)
    add_library(${name} STATIC ${sources})
    target_include_directories(${name} PUBLIC ${PROJECT_SOURCE_DIR})
    target_link_libraries(${name} PUBLIC sim800_options ${uses} ${room_LINK})
  else()
    add_library(${name} INTERFACE)
    target_include_directories(${name} INTERFACE ${PROJECT_SOURCE_DIR})
    target_link_libraries(${name} INTERFACE sim800_options ${uses} ${room_LINK})
  endif()
endfunction()

function(room_private_link folder)
  string(REPLACE / _ name sim800_${folder})
  target_link_libraries(${name} PRIVATE ${ARGN})
endfunction()

# The language of the line and of what travels over it: no I/O, no state of a module.
room(protocol/text)
room(protocol/at USES protocol/text LINK fmt::fmt)
room(protocol/mms)
room(protocol/sms USES protocol/text protocol/mms)
room(protocol/sim USES protocol/text)
room(protocol/mail USES protocol/text)
room(protocol/tls)
room(protocol/ppp)
room(protocol USES protocol/text)

# What everything else stands on: time, coroutines, the world a module is in, its NVRAM, the trace.
room(emulator/core USES protocol/at protocol/text)

# The outside: interfaces that the services know, and what stands behind them.
room(backends/ports USES emulator/core)
room(backends/link USES emulator/core LINK sim800_asio)
room(backends/tls USES backends/ports protocol/tls)
room(backends/curl USES backends/link backends/ports backends/tls)
room(backends/http USES backends/curl)
room(backends/ftp USES backends/curl)
room(backends/mail USES backends/curl)
room(backends/sockets USES backends/link backends/ports backends/tls)
room(backends/ping USES backends/link backends/ports)
room(backends/packets USES backends/link backends/ports)
room(backends/endpoints USES protocol/at emulator/core LINK sim800_asio)

# The module: an AT front, services behind it, commands between them.
room(emulator/at USES emulator/core protocol protocol/at)
room(emulator/plmn USES emulator/core protocol/at protocol/sms)
room(emulator/sim USES emulator/core protocol/sim)
room(emulator/files USES emulator/core)
room(emulator/network USES emulator/at emulator/plmn)
room(emulator/calls USES emulator/network emulator/sim)
room(emulator/sms USES emulator/network emulator/sim protocol/sms)
room(emulator/tls USES emulator/network emulator/files backends/ports protocol/tls)
room(emulator/ip USES emulator/tls)
room(emulator/ppp USES emulator/network backends/ports protocol/ppp)
room(emulator/board USES emulator/at emulator/files)
room(emulator/internet USES emulator/tls emulator/sms protocol/mail)
room(emulator/module USES emulator/calls emulator/sms emulator/ip emulator/ppp emulator/board emulator/internet)
room(emulator/commands USES emulator/module)

# Scenario files and what they make happen.
room(scenarios/json USES emulator/core protocol)
room(scenarios/engine USES emulator/module backends/link)
room(scenarios/faults USES scenarios/engine scenarios/json)
room(scenarios/expectations USES scenarios/engine scenarios/json)
room(scenarios/loader USES scenarios/faults scenarios/expectations emulator/commands)

# Who reads what happens on the lines.
room(emulator/lint USES emulator/commands scenarios/json)

# The program around it.
room(emulator/program USES emulator/core protocol protocol/sms LINK sim800_asio)
room(backends/control USES backends/endpoints)
room(emulator/control USES emulator/program backends/control scenarios/loader)

# Nothing here is on the path of the bytes: what -O2 adds there is a third of the time it takes to compile, no more.
foreach(room protocol_mms emulator_plmn emulator_sim emulator_network emulator_calls emulator_sms emulator_board emulator_module emulator_commands
    scenarios_json scenarios_faults scenarios_loader)
  get_target_property(type sim800_${room} TYPE)
  if(NOT type STREQUAL INTERFACE_LIBRARY)
    target_compile_options(sim800_${room} PRIVATE $<$<CONFIG:Release>:-O1>)
  endif()
endforeach()
