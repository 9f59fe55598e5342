// The part of asio that needs OpenSSL, compiled once.
// SPDX-License-Identifier: MIT
#include <asio/ssl/impl/src.hpp>
