// What works in a running server: its threads, and what they do for the domain.
#pragma once

#include "app/config.hpp"
#include "app/domain.hpp"
#include "chat/housekeeper.hpp"
#include "chat/indexer.hpp"
#include "chat/message_writer.hpp"
#include "chat/search.hpp"
#include "live/hub.hpp"
#include "runtime/blocking_pool.hpp"
#include "runtime/cores.hpp"

namespace vestnik::app {

// Members are destroyed in reverse. The cores stand still until they are started.
struct Live {
  Live(Ground& ground, Domain& domain, const ServerConfig& config);

  // Begins what the cores do by themselves. Once they have started.
  void start(Domain& domain);

  runtime::Cores cores;
  runtime::BlockingPool pool;
  // Searches may take long; whatever else is read has threads and connections of the storage that they never get.
  runtime::BlockingPool search_pool;
  live::Hub hub;
  chat::Indexer indexer;
  chat::Search search;
  chat::MessageWriter writer;
  chat::Housekeeper housekeeper;
};

inline constexpr std::size_t kSearchThreads = 2;

}  // namespace vestnik::app
