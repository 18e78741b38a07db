// Parses command lines written as in a shell, with an environment and a settings file of the test's own.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "app/command_line.hpp"

namespace vestnik::app {

class Settings : public testing::Test {
 protected:
  void TearDown() override {
    for (const std::string& path : files_) std::filesystem::remove(path);
  }

  auto parse(const std::vector<std::string>& arguments) {
    std::vector<const char*> argv = {"vestnik"};
    for (const std::string& argument : arguments) argv.push_back(argument.c_str());
    return parse_command_line(static_cast<int>(argv.size()), argv.data(), environment_);
  }

  ServerConfig serve(std::vector<std::string> options) {
    options.insert(options.begin(), "serve");
    const auto line = parse(options);
    if (!line) {
      ADD_FAILURE() << line.error().message;
      return {};
    }
    const auto& serve = std::get<ServeCommand>(*line);
    warnings_ = serve.warnings;
    return serve.config;
  }

  template <typename Options>
  Options client(const std::vector<std::string>& arguments) {
    const auto line = parse(arguments);
    if (!line) {
      ADD_FAILURE() << line.error().message;
      return {};
    }
    return std::get<Options>(*line);
  }

  // The sentence with which the start is refused.
  std::string refusal(const std::vector<std::string>& arguments) {
    const auto line = parse(arguments);
    if (line) return "accepted";
    EXPECT_EQ(line.error().code, 2);
    EXPECT_FALSE(line.error().to_stdout);
    EXPECT_EQ(line.error().message.find('\n'), std::string::npos) << line.error().message;
    return line.error().message;
  }

  // A settings file; it lives as long as the test.
  std::string file(std::string_view content) {
    const auto path = std::filesystem::temp_directory_path() /
                      ("vestnik-settings-" + std::to_string(getpid()) + "-" + std::to_string(files_.size()) + ".toml");
    std::ofstream(path) << content;
    return files_.emplace_back(path.string());
  }

  Environment environment_;
  std::vector<std::string> warnings_;

 private:
  std::vector<std::string> files_;
};

}  // namespace vestnik::app
