# How everything is compiled: one interface library, so that no target has flags of its own.
option(SIM800_BENCH "Build the programs of ./dev bench" OFF)
option(SIM800_FUZZ "Build the programs of ./dev fuzz that need libFuzzer (clang)" OFF)
set(SIM800_SANITIZE "" CACHE STRING "Sanitizers to build with, as -fsanitize= takes them")

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

add_library(sim800_options INTERFACE)
target_compile_options(sim800_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Wold-style-cast -Woverloaded-virtual -Wimplicit-fallthrough -Werror
  # GCC 12 takes a designated initializer that leaves members out for a mistake; rows of the command table do just that.
  -Wno-missing-field-initializers)
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  # GCC bug 105651: "-Wrestrict" inside its own std::string; bug 105616: "maybe uninitialized" in its std::regex and
  # std::function under sanitizers.
  target_compile_options(sim800_options INTERFACE -Wno-restrict)
  if(SIM800_SANITIZE)
    target_compile_options(sim800_options INTERFACE -Wno-maybe-uninitialized)
  endif()
endif()
if(SIM800_SANITIZE)
  target_compile_options(sim800_options INTERFACE -fsanitize=${SIM800_SANITIZE} -fno-omit-frame-pointer)
  target_link_options(sim800_options INTERFACE -fsanitize=${SIM800_SANITIZE})
  if(SIM800_SANITIZE MATCHES thread AND CMAKE_CXX_COMPILER_ID STREQUAL GNU)
    # asio uses atomic_thread_fence, which GCC's TSan says it cannot follow.
    target_compile_options(sim800_options INTERFACE -Wno-tsan)
  endif()
endif()

# Against what could be made of a mistake in handling bytes (docs/security.md). In release builds only: sanitizers have checks
# of their own, and _FORTIFY_SOURCE needs an optimizer. tests/acceptance/test_hardening.py looks whether it came through.
if(NOT SIM800_SANITIZE)
  add_library(sim800_hardening INTERFACE)
  target_compile_options(sim800_hardening INTERFACE $<$<CONFIG:Release>:-fPIE>
    $<$<CONFIG:Release>:-fstack-protector-strong> $<$<CONFIG:Release>:-U_FORTIFY_SOURCE> $<$<CONFIG:Release>:-D_FORTIFY_SOURCE=2>)
  target_link_options(sim800_hardening INTERFACE $<$<CONFIG:Release>:-pie> $<$<CONFIG:Release>:-Wl,-z,relro,-z,now>)
  target_link_libraries(sim800_options INTERFACE sim800_hardening)
endif()

# asio is compiled once, not in every file that includes it.
add_library(sim800_asio STATIC ${CMAKE_CURRENT_LIST_DIR}/asio.cpp)
# ASIO_DISABLE_STD_ALIGNED_ALLOC: asio decides for it by what was included before it, and so differently in each file.
target_compile_definitions(sim800_asio PUBLIC
  ASIO_STANDALONE ASIO_SEPARATE_COMPILATION ASIO_NO_DEPRECATED ASIO_DISABLE_STD_ALIGNED_ALLOC)
target_link_libraries(sim800_asio PUBLIC Threads::Threads $<TARGET_NAME_IF_EXISTS:sim800_hardening>)
if(SIM800_SANITIZE)
  target_compile_options(sim800_asio PRIVATE -fsanitize=${SIM800_SANITIZE})
endif()
