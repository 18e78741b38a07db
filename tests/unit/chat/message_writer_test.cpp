#include "chat/message_writer.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <thread>

#include "unit/chat/writer_fixture.hpp"

namespace vestnik::chat {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

const Error kDiskFull{.code = ErrorCode::kUnavailable, .detail = "the disk is full", .retry_after = 5s};

class MessageWriterTest : public WriterTest {};

TEST_F(MessageWriterTest, AnswersWithTheCommittedMessage) {
  start();
  const auto answer = must(send({.room_id = room_->id, .content = "hi", .client_seq = 7, .nonce = "n"}));
  ASSERT_TRUE(answer.has_value());
  EXPECT_FALSE(answer->duplicate);
  EXPECT_EQ(message_of(answer).n, 1);
  EXPECT_EQ(message_of(answer).content, "hi");
  EXPECT_EQ(message_of(answer).client_seq, 7);
  EXPECT_EQ(message_of(answer).nonce, "n");
  EXPECT_EQ(message_of(answer).created_at, kNow);
}

TEST_F(MessageWriterTest, WhatArrivesDuringACommitIsTheNextBatch) {
  start();
  auto first = send_and_hold("a");
  auto second = send("b");
  auto [message_c, third] = asked(draft("c"));
  auto [message_d, fourth] = asked(draft("d"));
  Pending both[] = {std::move(message_c), std::move(message_d)};
  writer_->submit(both);
  store_.let_appends_go();
  must(std::move(first));
  EXPECT_EQ(message_of(must(std::move(fourth))).n, 4);
  const auto batches = store_.batches();
  ASSERT_THAT(batches, SizeIs(2));
  EXPECT_THAT(contents_of(batches[0]), ElementsAre("a"));
  EXPECT_THAT(contents_of(batches[1]), ElementsAre("b", "c", "d"));
  must(std::move(second));
  must(std::move(third));
}

TEST_F(MessageWriterTest, ABatchHasAtMostAsManyMessagesAsItMay) {
  start({.batch_items_max = 3});
  auto last = send_and_hold("0");
  for (int i = 1; i <= 7; ++i) last = send(std::to_string(i));
  store_.let_appends_go();
  must(std::move(last));
  const auto batches = store_.batches();
  ASSERT_THAT(batches, SizeIs(4));
  EXPECT_THAT(contents_of(batches[1]), ElementsAre("1", "2", "3"));
  EXPECT_THAT(contents_of(batches[2]), ElementsAre("4", "5", "6"));
  EXPECT_THAT(contents_of(batches[3]), ElementsAre("7"));
}

TEST_F(MessageWriterTest, NothingIsAnsweredOrPublishedBeforeItsCommit) {
  start();
  auto answer = send_and_hold("a");
  round_trip(cores_[0]);
  EXPECT_EQ(answer.wait_for(0s), std::future_status::timeout);
  EXPECT_THAT(published(), IsEmpty());
  store_.let_appends_go();
  EXPECT_TRUE(must(std::move(answer)).has_value());
  EXPECT_THAT(published_contents(), ElementsAre("a"));
}

TEST_F(MessageWriterTest, PublishesBeforeItAnswers) {
  std::atomic<int> answered = 0;
  std::vector<int> answered_at_publish;
  start({}, [&] {
    round_trip(cores_[0]);  // an answer that was given already has arrived after this
    answered_at_publish.push_back(answered);
  });
  for (int i = 0; i < 3; ++i) {
    std::promise<void> done;
    auto message = pending(draft("x"), [&](Answer) {
      ++answered;
      done.set_value();
    });
    writer_->submit({&message, 1});
    must(done.get_future());
  }
  EXPECT_THAT(answered_at_publish, ElementsAre(0, 1, 2));
}

TEST_F(MessageWriterTest, PublishesInTheOrderOfTheCommits) {
  const auto other = add_room("stream");
  start({.batch_items_max = 2});
  auto last = send_and_hold("a");
  std::vector<std::pair<Pending, std::future<Answer>>> more;
  for (const auto* content : {"b", "c", "d", "e"}) {
    auto [message, answer] = asked(draft(content));
    if (*content == 'c' || *content == 'd') {
      message.room = other;
      std::get<Draft>(message.change).room_id = other->id;
    }
    message.request_id = std::string("request ") + content;
    writer_->submit({&message, 1});
    last = std::move(answer);
  }
  store_.let_appends_go();
  must(std::move(last));
  EXPECT_THAT(published_contents(), ElementsAre("a", "b", "c", "d", "e"));
  const auto seen = published();
  EXPECT_EQ(seen[2].room, "stream");
  EXPECT_EQ(seen[2].request_id, "request c");
  EXPECT_EQ(seen[2].event.n, 1);
  EXPECT_EQ(seen[3].event.n, 2);
  EXPECT_EQ(seen[4].room, "lobby");
  EXPECT_EQ(seen[4].event.n, 3);
}

TEST_F(MessageWriterTest, WaitsForAPublisherThatIsSlow) {
  std::promise<void> publishing;
  std::promise<void> let_go;
  start({}, [&, first = true]() mutable {
    if (!std::exchange(first, false)) return;
    publishing.set_value();
    let_go.get_future().wait();
  });
  auto first = send("a");
  must(publishing.get_future());
  auto second = send("b");
  auto third = send("c");
  EXPECT_THAT(store_.batches(), SizeIs(1));
  EXPECT_EQ(writer_->queued(), 2u);
  let_go.set_value();
  must(std::move(third));
  const auto batches = store_.batches();
  ASSERT_THAT(batches, SizeIs(2));
  EXPECT_THAT(contents_of(batches[1]), ElementsAre("b", "c"));
}

TEST_F(MessageWriterTest, AFailedCommitFailsItsBatchAndNothingElse) {
  store_.script(Call::kAppend, {std::nullopt, kDiskFull, std::nullopt});
  start({.batch_items_max = 2});
  auto before = send_and_hold("a");
  auto failed_1 = send("b");
  auto failed_2 = send("c");
  auto after = send("d");
  store_.let_appends_go();
  EXPECT_TRUE(must(std::move(before)).has_value());
  for (auto* failed : {&failed_1, &failed_2}) {
    const auto answer = must(std::move(*failed));
    ASSERT_FALSE(answer.has_value());
    EXPECT_EQ(answer.error().code, ErrorCode::kUnavailable);
    EXPECT_EQ(answer.error().detail, "the disk is full");
    EXPECT_EQ(answer.error().retry_after, 5s);
  }
  EXPECT_EQ(message_of(must(std::move(after))).n, 2);
  EXPECT_THAT(published_contents(), ElementsAre("a", "d"));
  EXPECT_EQ(metrics_.counter("commit_batches_total", "").value(), 2);
  EXPECT_EQ(writer_->committed(), 2);
}

TEST_F(MessageWriterTest, ADraftThatIsRefusedDoesNotSpoilItsBatch) {
  start();
  auto first = send_and_hold("a");
  auto lost = send({.room_id = "no such room", .content = "b"});
  auto last = send("c");
  store_.let_appends_go();
  EXPECT_EQ(must(std::move(lost)).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(message_of(must(std::move(last))).n, 2);
  EXPECT_THAT(published_contents(), ElementsAre("a", "c"));
  EXPECT_EQ(writer_->committed(), 2);
}

TEST_F(MessageWriterTest, ARepeatedNonceGivesTheFirstMessageAndIsNotPublishedAgain) {
  start();
  const Draft draft{.room_id = room_->id, .content = "once", .client_seq = 1, .nonce = "n"};
  const auto first = must(send(draft));
  auto repeated = draft;
  repeated.client_seq = 2;
  const auto again = must(send(repeated));
  ASSERT_TRUE(again.has_value());
  EXPECT_TRUE(again->duplicate);
  EXPECT_EQ(message_of(again).id, message_of(first).id);
  EXPECT_EQ(message_of(again).client_seq, 1);
  auto other = draft;
  other.content = "twice";
  EXPECT_EQ(must(send(other)).error().code, ErrorCode::kAlreadyExists);
  EXPECT_THAT(published_contents(), ElementsAre("once"));
  EXPECT_EQ(writer_->committed(), 1);
}

TEST_F(MessageWriterTest, ConcurrentRepeatsOfOneNonceGiveOneMessage) {
  start();
  auto hold = send_and_hold("hold");
  std::vector<std::future<Answer>> answers;
  for (int i = 0; i < 10; ++i) answers.push_back(send({.room_id = room_->id, .content = "once", .nonce = "n"}));
  store_.let_appends_go();
  int firsts = 0;
  for (auto& answer : answers) {
    const auto given = must(std::move(answer));
    ASSERT_TRUE(given.has_value());
    EXPECT_EQ(message_of(given).n, 2);
    firsts += given->duplicate ? 0 : 1;
  }
  EXPECT_EQ(firsts, 1);
  EXPECT_THAT(published_contents(), ElementsAre("hold", "once"));
}

TEST_F(MessageWriterTest, AnswersOnTheCoreThatWasAskedFor) {
  start();
  for (std::size_t core = 0; core < cores_.size(); ++core) {
    std::promise<bool> there;
    auto message =
        pending(draft("x"), [&](Answer) { there.set_value(cores_[core].executor().running_in_this_thread()); }, core);
    writer_->submit({&message, 1});
    EXPECT_TRUE(must(there.get_future())) << core;
  }
}

TEST_F(MessageWriterTest, AnswersAllOfOneCommitInOneTask) {
  runtime::Cores still(1);  // not started: the test runs one task itself
  Metrics metrics;
  MessageWriter writer(store_, still, {}, [](std::span<const Committed>) {}, [] { return kNow; }, metrics);
  std::vector<std::string> seen;
  std::vector<Pending> batch;
  for (const std::string content : {"a", "b", "c"}) {
    batch.push_back(pending(draft(content), [&seen, content](Answer) { seen.push_back(content); }));
    batch.back().core = &still[0];
  }
  writer.submit(batch);
  EXPECT_EQ(still[0].context().run_one(), 1u);
  EXPECT_THAT(seen, ElementsAre("a", "b", "c"));
}

TEST_F(MessageWriterTest, MeasuresFromTheArrivalToTheCommit) {
  start();
  auto [message, answer] = asked(draft("slow"));
  message.arrived -= 3s;
  writer_->submit({&message, 1});
  must(std::move(answer));
  const auto latency = writer_->commit_latency().snapshot();
  EXPECT_EQ(latency.count(), 1u);
  EXPECT_GE(latency.sum(), 3s);
}

class CongestionTest : public WriterTest {};

TEST_F(CongestionTest, BeginsAtTheBoundOfMessagesAndEndsBelowIt) {
  start({.queue_items_max = 3});
  EXPECT_FALSE(writer_->congested());
  auto last = send_and_hold("being committed");  // counts no more
  EXPECT_EQ(writer_->queued(), 0u);
  send("1");
  send("2");
  EXPECT_FALSE(writer_->congested());
  send("3");
  EXPECT_TRUE(writer_->congested());
  last = send("4");  // taken all the same
  EXPECT_EQ(writer_->queued(), 4u);
  store_.let_appends_go();
  EXPECT_EQ(message_of(must(std::move(last))).n, 5);
  EXPECT_FALSE(writer_->congested());
  EXPECT_EQ(writer_->queued(), 0u);
}

TEST_F(CongestionTest, BeginsAtTheBoundOfBytes) {
  start({.queue_bytes_max = 100'000});
  for (int round = 0; round < 3; ++round) {
    auto last = send_and_hold("being committed");
    send(std::string(50'000, 'x'));
    EXPECT_FALSE(writer_->congested());
    last = send(std::string(50'000, 'x'));
    EXPECT_TRUE(writer_->congested());
    store_.let_appends_go();
    must(std::move(last));
    EXPECT_FALSE(writer_->congested());
  }
}

TEST_F(CongestionTest, IsAGaugeOfTheMetrics) {
  start();
  auto last = send_and_hold("being committed");
  last = send("waits");
  EXPECT_THAT(metrics_.render(), testing::HasSubstr("\nmessage_queue_depth 1\n"));
  store_.let_appends_go();
  must(std::move(last));
}

class StopTest : public WriterTest {};

TEST_F(StopTest, CommitsAndAnswersWhatIsQueued) {
  start({.batch_items_max = 10});
  std::vector<std::future<Answer>> answers;
  answers.push_back(send_and_hold("0"));
  for (int i = 1; i < 100; ++i) answers.push_back(send(std::to_string(i)));
  std::jthread stopping([this] { writer_->stop(); });
  store_.let_appends_go();
  stopping.join();
  EXPECT_THAT(store_.messages_of(room_->id), SizeIs(100));
  EXPECT_THAT(published(), SizeIs(100));
  for (int i = 0; i < 100; ++i) EXPECT_EQ(message_of(must(std::move(answers[static_cast<std::size_t>(i)]))).n, i + 1);
}

TEST_F(StopTest, RefusesWhatComesAfterwards) {
  start();
  writer_->stop();
  const auto answer = must(send("late"));
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().code, ErrorCode::kUnavailable);
  EXPECT_GT(answer.error().retry_after, 0s);
  EXPECT_THAT(store_.batches(), IsEmpty());
  EXPECT_THAT(published(), IsEmpty());
  EXPECT_EQ(writer_->queued(), 0u);
}

TEST_F(StopTest, RefusesOnTheCoreThatWasAskedFor) {
  start();
  writer_->stop();
  std::promise<bool> there;
  auto message =
      pending(draft("late"), [&](Answer) { there.set_value(cores_[1].executor().running_in_this_thread()); }, 1);
  writer_->submit({&message, 1});
  EXPECT_TRUE(must(there.get_future()));
}

TEST_F(StopTest, MayBeCalledAgainAndIsPartOfTheEnd) {
  start();
  auto answer = send("a");
  writer_->stop();
  writer_->stop();
  writer_.reset();
  EXPECT_TRUE(must(std::move(answer)).has_value());
}

TEST_F(StopTest, LeavesNoMessageWithoutAnAnswerWhileOthersWrite) {
  constexpr int kWriters = 3;
  constexpr int kEach = 100;
  start({.batch_items_max = 16});
  std::atomic<int> committed = 0;
  std::atomic<int> refused = 0;
  {
    std::vector<std::jthread> writers;
    for (int t = 0; t < kWriters; ++t) {
      writers.emplace_back([&] {
        for (int i = 0; i < kEach; ++i) {
          auto message = pending(draft("x"), [&](const Answer& answer) { ++(answer ? committed : refused); });
          writer_->submit({&message, 1});
        }
      });
    }
    ASSERT_TRUE(store_.wait_for_appends(2));
    writer_->stop();
  }
  round_trip(cores_[0]);
  EXPECT_EQ(committed + refused, kWriters * kEach);
  EXPECT_THAT(store_.messages_of(room_->id), SizeIs(committed.load()));
  EXPECT_THAT(published(), SizeIs(committed.load()));
}

}  // namespace
}  // namespace vestnik::chat
