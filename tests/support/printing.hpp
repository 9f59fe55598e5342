// What a failed check prints of values that doctest shows as {?}, or as an address.
// SPDX-License-Identifier: MIT
#pragma once

#include <doctest/doctest.h>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace doctest {

template <>
struct StringMaker<const char*> {
  static String convert(const char* text) { return text != nullptr ? text : "null"; }
};
template <>
struct StringMaker<char*> : StringMaker<const char*> {};

template <class T>
struct StringMaker<std::optional<T>> {
  static String convert(const std::optional<T>& value) { return value ? toString(*value) : String("nothing"); }
};
template <>
struct StringMaker<std::nullopt_t> {
  static String convert(std::nullopt_t) { return "nothing"; }
};

template <class A, class B>
struct StringMaker<std::pair<A, B>> {
  static String convert(const std::pair<A, B>& value) { return toString(value.first) + ": " + toString(value.second); }
};

/// {a, b, c}
template <class List>
String list_text(const List& list) {
  String text = "{";
  const char* between = "";
  for (const auto& each : list) {
    text += String(between) + toString(each);
    between = ", ";
  }
  return text + "}";
}
template <class T>
struct StringMaker<std::vector<T>> {
  static String convert(const std::vector<T>& list) { return list_text(list); }
};
template <class K, class V, class Less>
struct StringMaker<std::map<K, V, Less>> {
  static String convert(const std::map<K, V, Less>& list) { return list_text(list); }
};

}  // namespace doctest
