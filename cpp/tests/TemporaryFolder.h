// A folder for the database files of a test program, gone when the program is done with it.
#pragma once

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <system_error>

namespace mailboat::tests {

class TemporaryFolder {
 public:
  /// Throws std::runtime_error when none can be made.
  TemporaryFolder() {
    std::string pattern = std::filesystem::temp_directory_path() / "mailboat-test-XXXXXX";
    if (mkdtemp(pattern.data()) == nullptr) {
      throw std::runtime_error("cannot make a folder for the files");
    }
    path_ = pattern;
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  /// The path of a database file in it, whether it is there or not.
  std::string file(const std::string& name) const { return path_ / (name + ".db"); }

 private:
  std::filesystem::path path_;
};

} // namespace mailboat::tests
