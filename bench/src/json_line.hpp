// The one line of JSON a scenario prints.
#pragma once

#include <fmt/format.h>

#include <concepts>
#include <string>
#include <string_view>
#include <vector>

#include "histogram.hpp"

namespace vestnik::bench {

class JsonLine {
 public:
  template <std::integral Number>
  void add(std::string_view name, Number value) {
    raw(name, fmt::to_string(value));
  }
  void add(std::string_view name, bool value) { raw(name, value ? "true" : "false"); }
  void add(std::string_view name, double value) { raw(name, fmt::format("{:.3f}", value)); }
  void add(std::string_view name, const std::vector<double>& values) {
    raw(name, fmt::format("[{:.0f}]", fmt::join(values, ",")));
  }
  // `value` must not need escaping.
  void add(std::string_view name, std::string_view value) { raw(name, fmt::format("\"{}\"", value)); }
  void add(std::string_view name, const char* value) { add(name, std::string_view(value)); }

  // Percentiles in milliseconds.
  void add(std::string_view name, const Histogram& histogram) {
    const auto ms = [](std::uint64_t ns) { return static_cast<double>(ns) / 1e6; };
    raw(name,
        fmt::format(
            R"({{"samples":{},"p50_ms":{:.3f},"p90_ms":{:.3f},"p99_ms":{:.3f},"p999_ms":{:.3f},"max_ms":{:.3f}}})",
            histogram.count(), ms(histogram.percentile_ns(50)), ms(histogram.percentile_ns(90)),
            ms(histogram.percentile_ns(99)), ms(histogram.percentile_ns(99.9)), ms(histogram.max_ns())));
  }

  void print() const { fmt::print("{{{}}}\n", text_); }

 private:
  void raw(std::string_view name, std::string_view value) {
    text_ += fmt::format("{}\"{}\":{}", text_.empty() ? "" : ",", name, value);
  }

  std::string text_;
};

}  // namespace vestnik::bench
