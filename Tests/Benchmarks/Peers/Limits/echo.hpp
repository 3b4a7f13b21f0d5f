// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#ifndef ECHO_HPP
#define ECHO_HPP

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <thread>
#include <vector>

#include "protocol.hpp"

/// Connections to a server of this process that sends back what comes, without any encryption.
class PlainEcho {
    static constexpr size_t block_size = 1 << 20;

    std::vector<int> connections;

    static int connected_pair(int &server) {
        int listener = socket(AF_INET, SOCK_STREAM, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        protocol::require(
            !bind(listener, (sockaddr *)&address, size) && !listen(listener, 1) &&
                !getsockname(listener, (sockaddr *)&address, &size),
            "nowhere to listen"
        );
        int client = socket(AF_INET, SOCK_STREAM, 0);
        protocol::require(!connect(client, (sockaddr *)&address, size), "no connection");
        server = accept(listener, nullptr, nullptr);
        close(listener);
        int one = 1;
        for (int end : {client, server}) setsockopt(end, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        return client;
    }

    static bool write_all(int connection, const char *bytes, size_t count) {
        while (count > 0) {
            ssize_t written = send(connection, bytes, count, MSG_NOSIGNAL);
            if (written <= 0) return false;
            bytes += written;
            count -= written;
        }
        return true;
    }

    static void serve(int connection) {
        std::vector<char> block(block_size);
        ssize_t count;
        while ((count = recv(connection, block.data(), block.size(), 0)) > 0)
            if (!write_all(connection, block.data(), count)) return;
    }

public:
    explicit PlainEcho(int count) {
        for (int index = 0; index < count; index++) {
            int server;
            connections.push_back(connected_pair(server));
            std::thread(serve, server).detach();
        }
    }

    /// Sends so many bytes on each connection, and waits until all of them have come back.
    void exchange(size_t byte_count) {
        std::vector<std::thread> threads;
        for (int connection : connections) {
            threads.emplace_back([=] {
                std::vector<char> block(block_size, 1);
                for (size_t left = byte_count; left > 0;) {
                    size_t count = std::min(left, block.size());
                    if (!write_all(connection, block.data(), count)) return;
                    left -= count;
                }
            });
            threads.emplace_back([=] {
                std::vector<char> block(block_size);
                for (size_t left = byte_count; left > 0;) {
                    ssize_t count = recv(connection, block.data(), std::min(left, block.size()), 0);
                    if (count <= 0) return;
                    left -= count;
                }
            });
        }
        for (auto &thread : threads) thread.join();
    }
};

#endif
