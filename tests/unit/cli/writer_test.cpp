#include "cli/writer.hpp"

#include <gmock/gmock.h>

#include <csignal>
#include <deque>
#include <set>

#include "cli/interrupt.hpp"
#include "unit/cli/loopback_server.hpp"

namespace vestnik::cli {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class Texts final : public MessageSource {
 public:
  explicit Texts(std::deque<SourceText> texts) : texts_(std::move(texts)) {}

  std::optional<SourceText> next() override {
    if (texts_.empty()) return std::nullopt;
    SourceText text = std::move(texts_.front());
    texts_.pop_front();
    return text;
  }
  std::string failure() const override { return {}; }
  bool ended() const override { return texts_.empty(); }
  int fd() const override { return -1; }
  void read() override {}

 private:
  std::deque<SourceText> texts_;
};

std::string nonce_of(const std::string& body) {
  return body.substr(body.find("\"nonce\""));
}

class WriterTest : public testing::Test {
 protected:
  std::string write(const LoopbackServer& server, std::deque<SourceText> texts) {
    options_.server.url = server.url();
    Texts source(std::move(texts));
    Writer writer(
        options_, source,
        {.accepted = [this](const std::string& answer) { accepted_.push_back(answer); },
         .failed = [this](const SourceText& text, std::int64_t,
                          const std::string& reason) { failed_.push_back(std::to_string(text.line) + ": " + reason); },
         .progress = [](const WriteReport&) {}});
    std::string stopped = writer.run();
    report_ = writer.report();
    return stopped;
  }

  InterruptGuard guard_;
  WriteOptions options_;
  std::vector<std::string> accepted_;
  std::vector<std::string> failed_;
  WriteReport report_;
};

TEST_F(WriterTest, SendsEachTextOnceAndInOrder) {
  options_.first_seq = 10;
  options_.username = "A\"nn";
  const LoopbackServer server([](const std::string& body) { return http_answer(201, body); });
  EXPECT_EQ(write(server, {{.line = 1, .text = "one"}, {.line = 2, .text = "two\t\""}}), "");
  EXPECT_THAT(accepted_, ElementsAre(HasSubstr(R"({"content":"one","client_seq":10,"nonce":")"),
                                     HasSubstr(R"({"content":"two\t\"","client_seq":11,"nonce":")")));
  EXPECT_THAT(accepted_[0], HasSubstr(R"("username":"A\"nn"})"));
  EXPECT_NE(nonce_of(accepted_[0]), nonce_of(accepted_[1]));
  EXPECT_THAT(failed_, IsEmpty());
  EXPECT_EQ(report_.accepted, 2u);
  EXPECT_EQ(report_.latency.count(), 2u);
}

TEST_F(WriterTest, WritesWithItsSession) {
  options_.server.session = "0b0e5b1c-1f2a-4c3d-8e4f-5a6b7c8d9e0f";
  const LoopbackServer server([](const std::string& body) { return http_answer(201, body); });
  EXPECT_EQ(write(server, {{.line = 1, .text = "one"}}), "");
  EXPECT_THAT(server.heads(),
              ElementsAre(HasSubstr("\r\nAuthorization: Bearer 0b0e5b1c-1f2a-4c3d-8e4f-5a6b7c8d9e0f\r\n")));
}

TEST_F(WriterTest, TriesAgainWithTheSameNonceBeforeAnythingElse) {
  int calls = 0;
  const LoopbackServer server([&calls](const std::string& body) -> std::string {
    switch (++calls) {
      case 1:
        return http_answer(503, R"({"detail":"storage is away"})");
      case 2:
        return "";  // the answer is lost
      case 3:
        return http_answer(429, "{}");
      default:
        return http_answer(201, body);
    }
  });
  EXPECT_EQ(write(server, {{.line = 1, .text = "one"}, {.line = 2, .text = "two"}}), "");
  const std::vector<std::string> bodies = server.bodies();
  ASSERT_EQ(bodies.size(), 5u);
  EXPECT_EQ(std::set<std::string>(bodies.begin(), bodies.begin() + 4).size(), 1u);
  EXPECT_THAT(bodies[4], HasSubstr("two"));
  EXPECT_EQ(report_.accepted, 2u);
  EXPECT_EQ(report_.failed, 0u);
}

TEST_F(WriterTest, HonoursRetryAfter) {
  bool first = true;
  const LoopbackServer server([&first](const std::string& body) {
    return std::exchange(first, false) ? http_answer(503, "{}", "Retry-After: 1\r\n") : http_answer(201, body);
  });
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(write(server, {{.line = 1, .text = "one"}}), "");
  EXPECT_GE(std::chrono::steady_clock::now() - start, 1s);
  EXPECT_EQ(report_.accepted, 1u);
}

TEST_F(WriterTest, ReportsWhatWasRefusedAndGoesOn) {
  const LoopbackServer server([](const std::string& body) {
    const bool empty = body.starts_with(R"({"content":"")");
    return empty ? http_answer(400, R"({"detail":"content: is empty"})") : http_answer(201, body);
  });
  EXPECT_EQ(write(server, {{.line = 1, .text = ""},
                           {.line = 2, .text = "", .problem = "not valid UTF-8"},
                           {.line = 3, .text = "fine"}}),
            "");
  EXPECT_THAT(failed_, ElementsAre("1: content: is empty (status 400)", "2: not valid UTF-8"));
  EXPECT_THAT(accepted_, ElementsAre(HasSubstr(R"("client_seq":3)")));  // each line has its own number, sent or not
  EXPECT_EQ(server.bodies().size(), 2u);
}

TEST_F(WriterTest, StopsWhenEverythingWouldBeRefused) {
  const LoopbackServer server([](const std::string&) { return http_answer(404, R"({"detail":"no such room"})"); });
  EXPECT_THAT(write(server, {{.line = 1, .text = "one"}, {.line = 2, .text = "two"}}), HasSubstr("refuse every other"));
  EXPECT_THAT(failed_, ElementsAre("1: no such room (status 404)"));
  EXPECT_EQ(server.bodies().size(), 1u);
}

TEST_F(WriterTest, StopsWhenTheServerStaysAway) {
  options_.retry_for = 300ms;
  const LoopbackServer server([](const std::string&) { return http_answer(503, R"({"detail":"away"})"); });
  EXPECT_THAT(write(server, {{.line = 1, .text = "one"}, {.line = 2, .text = "two"}}), HasSubstr("too long"));
  EXPECT_THAT(failed_, ElementsAre("1: away (status 503)"));
}

TEST_F(WriterTest, StopsAfterCountAndKeepsTheRate) {
  options_.count = 5;
  options_.rate = 20;
  const LoopbackServer server([](const std::string& body) { return http_answer(201, body); });
  const auto start = std::chrono::steady_clock::now();
  const std::deque<SourceText> texts(10, SourceText{.line = 1, .text = "x"});
  EXPECT_EQ(write(server, texts), "");
  EXPECT_GE(std::chrono::steady_clock::now() - start, 180ms);  // four pauses of 50 ms
  EXPECT_EQ(report_.accepted, 5u);
}

TEST_F(WriterTest, CtrlCSettlesWhatIsUnderWay) {
  const LoopbackServer server([](const std::string& body) {
    raise(SIGINT);
    return http_answer(201, body);
  });
  EXPECT_EQ(write(server, {{.line = 1, .text = "one"}, {.line = 2, .text = "two"}}), "interrupted");
  EXPECT_EQ(report_.accepted, 1u);
  EXPECT_THAT(failed_, IsEmpty());
}

}  // namespace
}  // namespace vestnik::cli
