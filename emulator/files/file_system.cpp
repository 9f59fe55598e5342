// The drive as a tree. With a folder, each operation is done there first, and the folder holds the contents.
// SPDX-License-Identifier: MIT
#include "emulator/files/file_system.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "emulator/core/nvram.hpp"
#include "emulator/files/fs_folder.hpp"
#include "emulator/files/fs_path.hpp"
#include "protocol/text/characters.hpp"

namespace sim800 {
namespace {

constexpr std::size_t root_length = 2;  // "C:"; each name adds its length and a backslash

struct Node {
  std::string name;
  bool directory = false;
  std::uint64_t size = 0;
  std::string bytes;  ///< contents of a file in memory
  std::vector<std::unique_ptr<Node>> children;

  Node* child(std::string_view wanted) const {
    const auto found = std::ranges::find_if(children, [&](const auto& node) { return same_word(node->name, wanted); });
    return found == children.end() ? nullptr : found->get();
  }
  std::unique_ptr<Node> take(const Node* node) {
    const auto found = std::ranges::find(children, node, &std::unique_ptr<Node>::get);
    std::unique_ptr<Node> taken = std::move(*found);
    children.erase(found);
    return taken;
  }
  Node& add(std::string_view new_name, bool is_directory) {
    children.push_back(std::make_unique<Node>());
    children.back()->name = new_name;
    children.back()->directory = is_directory;
    return *children.back();
  }
  std::size_t entries() const {
    std::size_t count = children.size();
    for (const auto& node : children) count += node->entries();
    return count;
  }
  /// Length of the longest path below this node, from its own backslash on.
  std::size_t length() const {
    std::size_t longest = 0;
    for (const auto& node : children) longest = std::max(longest, node->length());
    return name.size() + 1 + longest;
  }
};

/// `free` minus the sizes of all files. Files placed in the folder may be more than fit.
std::uint64_t without_files(const Node& node, std::uint64_t free) {
  free -= std::min(free, node.size);
  for (const auto& child : node.children) free = without_files(*child, free);
  return free;
}

/// Where a path leads: the directory of its last name, and the node of that name.
struct Place {
  Node* parent = nullptr;  ///< null: the root
  Node* node = nullptr;    ///< null: nothing has this name yet
  std::string name;        ///< as typed
  Folder::Names above;     ///< the names above it, as created
  bool directory = false;  ///< the path ends with a backslash

  /// The path in the folder.
  Folder::Names path() const { return named(node != nullptr ? node->name : name); }
  Folder::Names named(const std::string& last) const {
    Folder::Names all = above;
    all.push_back(last);
    return all;
  }
  std::size_t length() const {
    std::size_t total = root_length;
    for (const std::string& each : above) total += each.size() + 1;
    return total;
  }
};

}  // namespace

struct FileSystem::Impl {
  Node root{.name = {}, .directory = true, .size = 0, .bytes = {}, .children = {}};
  std::optional<Folder> folder;
  std::uint64_t changes = 0;
  std::uint64_t limit = capacity;

  void load(Node& directory, const Folder::Names& path, std::size_t length);
  std::optional<Place> locate(std::string_view path);
  /// Where something new can be created.
  std::optional<Place> vacant(std::string_view path);
  std::optional<Place> file(std::string_view path);
  std::uint64_t free() const { return without_files(root, limit); }
  std::optional<std::string> read(const Place& place, std::uint64_t offset, std::size_t count) const;
  bool fill(const Place& place, std::string bytes);
};

/// `length` is that of the directory's own path.
void FileSystem::Impl::load(Node& directory, const Folder::Names& path, std::size_t length) {
  for (const Folder::Found& found : folder->list(path)) {
    const bool fits = length + 1 + found.name.size() <= FilePath::max_length && root.entries() < max_entries;
    if (!fits || directory.child(found.name) != nullptr) {
      spdlog::warn("file system: {} ignored: too deep, too many entries, or a duplicate name", found.name);
      continue;
    }
    Node& node = directory.add(found.name, found.directory);
    node.size = found.size;
    if (!node.directory) continue;
    Folder::Names below = path;
    below.push_back(found.name);
    load(node, below, length + 1 + found.name.size());
  }
}

std::optional<Place> FileSystem::Impl::locate(std::string_view text) {
  const std::optional<FilePath> path = FilePath::parse(text);
  if (!path || path->drive != 'C') return std::nullopt;
  Place place{.parent = nullptr, .node = &root, .name = {}, .above = {}, .directory = path->directory};
  for (const std::string_view name : path->names) {
    if (place.node == nullptr || !place.node->directory) return std::nullopt;
    if (place.parent != nullptr) place.above.push_back(place.node->name);
    place.parent = place.node;
    place.node = place.parent->child(name);
    place.name = name;
  }
  return place;
}

std::optional<Place> FileSystem::Impl::vacant(std::string_view path) {
  std::optional<Place> place = locate(path);
  return place && place->node == nullptr && root.entries() < max_entries ? place : std::nullopt;
}

std::optional<Place> FileSystem::Impl::file(std::string_view path) {
  std::optional<Place> place = locate(path);
  return place && place->node != nullptr && !place->node->directory && !place->directory ? place : std::nullopt;
}

std::optional<std::string> FileSystem::Impl::read(const Place& place, std::uint64_t offset, std::size_t count) const {
  const std::uint64_t size = place.node->size;
  if (offset >= size) return std::string();
  if (!folder) return place.node->bytes.substr(static_cast<std::size_t>(offset), count);
  return folder->read(place.path(), offset, static_cast<std::size_t>(std::min<std::uint64_t>(count, size - offset)));
}

/// Sets a file's contents; creates the file if necessary.
bool FileSystem::Impl::fill(const Place& place, std::string bytes) {
  const std::uint64_t before = place.node != nullptr ? place.node->size : 0;
  if (bytes.size() > before && bytes.size() - before > free()) return false;
  const auto target = place.node != nullptr ? Folder::Target::replaced : Folder::Target::made;
  if (folder && !folder->write(place.path(), bytes, target)) return false;
  Node& node = place.node != nullptr ? *place.node : place.parent->add(place.name, false);
  node.size = bytes.size();
  if (!folder) node.bytes = std::move(bytes);
  ++changes;
  return true;
}

// --- what the module sees

FileSystem::FileSystem() : impl_(std::make_unique<Impl>()) { make_directory(user_folder); }

FileSystem::FileSystem(const std::filesystem::path& folder) : impl_(std::make_unique<Impl>()) {
  impl_->folder.emplace(folder);
  impl_->load(impl_->root, {}, root_length);
  if (!list(user_folder) && !make_directory(user_folder)) {
    throw StateError(fmt::format("{}: cannot create the directory \"User\" there", folder.string()));
  }
}

FileSystem::~FileSystem() = default;

void FileSystem::limit(std::uint64_t bytes) { impl_->limit = std::min(bytes, capacity); }
std::uint64_t FileSystem::free_bytes() const { return impl_->free(); }
std::uint64_t FileSystem::changes() const { return impl_->changes; }

std::optional<std::vector<FileSystem::Entry>> FileSystem::list(std::string_view directory) const {
  const std::optional<Place> place = impl_->locate(directory);
  if (!place || place->node == nullptr || !place->node->directory) return std::nullopt;
  std::vector<Entry> entries;
  for (const auto& node : place->node->children) entries.push_back({node->name, node->directory});
  return entries;
}

bool FileSystem::make_directory(std::string_view path) {
  const std::optional<Place> place = impl_->vacant(path);
  if (!place || (impl_->folder && !impl_->folder->make_directory(place->path()))) return false;
  place->parent->add(place->name, true);
  return true;
}

bool FileSystem::remove_directory(std::string_view path) {
  const std::optional<Place> place = impl_->locate(path);
  if (!place || place->parent == nullptr || place->node == nullptr) return false;
  if (!place->node->directory || !place->node->children.empty()) return false;
  if (impl_->folder && !impl_->folder->remove(place->path(), true)) return false;
  place->parent->take(place->node);
  return true;
}

bool FileSystem::create(std::string_view file) {
  const std::optional<Place> place = impl_->vacant(file);
  return place && !place->directory && impl_->fill(*place, {});
}

bool FileSystem::remove(std::string_view file) {
  const std::optional<Place> place = impl_->file(file);
  if (!place || (impl_->folder && !impl_->folder->remove(place->path(), false))) return false;
  place->parent->take(place->node);
  ++impl_->changes;
  return true;
}

bool FileSystem::rename(std::string_view from, std::string_view to) {
  const std::optional<Place> source = impl_->locate(from), target = impl_->locate(to);
  if (!source || !target || source->parent == nullptr || source->node == nullptr || target->parent == nullptr)
    return false;
  Node& node = *source->node;
  if (target->node != nullptr && target->node != &node) return false;  // the same file: only its case changes
  if (!node.directory && (source->directory || target->directory)) return false;
  const Folder::Names old_path = source->path(), new_path = target->named(target->name);
  const bool into_itself =
      target->above.size() >= old_path.size() && std::equal(old_path.begin(), old_path.end(), target->above.begin());
  const std::size_t length = target->length() + node.length() - node.name.size() + target->name.size();
  if (into_itself || length > FilePath::max_length) return false;
  if (impl_->folder && !impl_->folder->rename(old_path, new_path)) return false;
  node.name = target->name;
  ++impl_->changes;
  if (source->parent != target->parent) target->parent->children.push_back(source->parent->take(&node));
  return true;
}

std::optional<std::uint64_t> FileSystem::size(std::string_view file) const {
  const std::optional<Place> place = impl_->file(file);
  return place ? std::optional(place->node->size) : std::nullopt;
}

std::optional<std::string> FileSystem::read(std::string_view file, std::uint64_t offset, std::size_t count) const {
  const std::optional<Place> place = impl_->file(file);
  return place ? impl_->read(*place, offset, count) : std::nullopt;
}

bool FileSystem::write(std::string_view file, std::uint64_t offset, std::string_view bytes) {
  const std::optional<Place> place = impl_->file(file);
  // Larger than the drive: somebody placed it in the folder; it is not read into memory for this.
  if (!place || place->node->size > capacity || offset > place->node->size || bytes.size() > capacity) return false;
  std::optional<std::string> whole = impl_->read(*place, 0, capacity);
  if (!whole || offset > whole->size()) return false;
  return impl_->fill(*place, whole->replace(static_cast<std::size_t>(offset), bytes.size(), bytes));
}

bool FileSystem::put(std::string_view file, std::string_view bytes) {
  const std::optional<Place> place = impl_->locate(file);
  if (!place || place->parent == nullptr || place->directory) return false;
  if (place->node != nullptr ? place->node->directory : !impl_->vacant(file)) return false;
  return impl_->fill(*place, std::string(bytes));
}

}  // namespace sim800
