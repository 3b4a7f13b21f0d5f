// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import JoblibCluster
public import JoblibCore

/// What a call asks of workers on other hosts.
struct TCPSettings: Sendable {
    static let workersName = "workers"
    static let listenName = "listen"
    static let waitName = "waitForWorkers"
    static let tokenName = BackendParameter.tokenName
    static let plaintextName = "plaintextOnLoopback"
    static let heartbeatName = "heartbeatInterval"
    static let speculativeName = "speculative"
    static let patienceName = "hostTimeout"
    static let launchName = "launch"
    static let dialAddressName = "dialAddress"

    static let names = HostParameters.names.union([
        workersName, listenName, waitName, tokenName, plaintextName, heartbeatName, speculativeName, patienceName,
        launchName, dialAddressName, BackendParameter.certificatesName,
    ])

    /// What the connections of a call depend on: calls that agree in it share them.
    struct Meeting: Hashable, Sendable {
        /// The hosts that are dialled, and the address where others dial in.
        var hosts: [HostAddress] = []
        var listen: HostAddress?

        /// Which launch it is whose hosts these are, and where those are told to dial; `nil`: where this process listens.
        var launch: UInt64?
        var dialAddress: HostAddress?

        /// What tells the token, or the authority, from others; `nil`: nothing is encrypted, and nobody proves anything.
        var tokenFingerprint: String?

        /// How often each side says that it is there, and for how long a session waits for a host, in nanoseconds.
        var heartbeatInterval: UInt64
        var patience: UInt64
    }

    let meeting: Meeting
    let credentials: ClusterCredentials?

    /// What is to be launched, and how many hosts; whoever has it keeps these from being stopped.
    let launch: LaunchRequest?
    let launchedCount: Int

    let host: HostParameters
    let isIdempotent: Bool
    let isSpeculative: Bool

    /// How many bytes an array has at most that is sent with each task; `nil`: any number.
    let maxNBytes: Int?

    /// How workers are to have shared arrays; `nil`: as these were made.
    let mmapMode: MmapMode?

    /// How many workers have to come, and within which time.
    let wantedCount: Int
    let waitLimit: Duration

    init(_ request: BackendRequest) throws {
        self.host = try HostParameters(request)
        self.maxNBytes = request.maxNBytes
        self.mmapMode = request.mmapMode
        self.isIdempotent = try request.parameter("idempotent") ?? true
        self.isSpeculative = try request.parameter(Self.speculativeName) ?? false
        let launch: LaunchRequest? = try request.parameter(Self.launchName)
        self.launch = launch
        let launchedCount = try launch?.hostCount() ?? 0
        self.launchedCount = launchedCount
        let usualLimit: Duration = launch == nil ? .seconds(10) : .seconds(60)
        let wait: WorkerWait = try request.parameter(Self.waitName) ?? WorkerWait(count: nil, limit: usualLimit)
        // Where each begins by itself the last of them may come in a week.
        let whole = launch.flatMap { $0.launcher.beginsTogether ? launchedCount * ($0.workersPerHost ?? 1) : nil }
        let wantedCount = wait.count ?? whole ?? 1
        guard wantedCount >= 1, wait.limit > .zero else {
            throw ParallelError(
                .invalidArgument,
                "waitForWorkers: at least \(wantedCount) within \(wait.limit); write 1 or more, and some time"
            )
        }
        (self.wantedCount, self.waitLimit) = (wantedCount, wait.limit)
        let addresses: [String] = try request.parameter(Self.workersName) ?? []
        let isPlain: Bool = try request.parameter(Self.plaintextName) ?? false
        // All addresses, and a port of the system's choice.
        let usualListen = launch.map { _ in isPlain ? "127.0.0.1:0" : "0.0.0.0:0" }
        let listen: String? = try request.parameter(Self.listenName) ?? usualListen
        guard !addresses.isEmpty || listen != nil else {
            throw ParallelError(
                .invalidArgument,
                "tcp: no host; say where workers listen, backendParams: [.workers([\"10.0.0.5:7077\"])], "
                    + "or where they are to dial in, [.listen(\"0.0.0.0:7077\")], or what is to start them, [.launch(.ssh([\"hosta\"]))]"
            )
        }
        var meeting = Meeting(
            heartbeatInterval: try Self.nanoseconds(request, Self.heartbeatName, .seconds(2), least: .milliseconds(10)),
            patience: try Self.nanoseconds(request, Self.patienceName, .seconds(60), least: .zero)
        )
        for address in try addresses.map({ try HostAddress($0) }) {
            // A host that has two connections has them end each other.
            guard !meeting.hosts.contains(address) else {
                throw ParallelError(.invalidArgument, "workers: '\(address)' is named twice; name each host once")
            }
            meeting.hosts.append(address)
        }
        meeting.listen = try listen.map { try HostAddress($0) }
        meeting.launch = launch?.number
        let dialAddress: String? = try request.parameter(Self.dialAddressName)
        meeting.dialAddress = try dialAddress.map { try HostAddress($0) }
        for address in meeting.hosts where address.port == 0 {
            throw ParallelError(.invalidArgument, "workers: '\(address)' has no port to dial; a host prints its own")
        }
        if isPlain {
            self.credentials = nil
            for address in meeting.hosts + (meeting.listen.map { [$0] } ?? []) where !address.isLoopback {
                throw ParallelError(
                    .insecureTransport,
                    "plaintextOnLoopback: '\(address)' is not on this machine; leave the parameter out, and give both ends a token"
                )
            }
        } else {
            let token: ClusterToken? = try request.parameter(Self.tokenName)
            let certificates: ClusterCertificates? = try request.parameter(BackendParameter.certificatesName)
            if let certificates {
                self.credentials = .certificates(certificates)
            } else if let token {
                self.credentials = .token(token)
            } else {
                self.credentials = try ClusterCredentials.fromEnvironment() ?? launch.map { .token($0.token) }
            }
            if launch != nil, case .certificates = self.credentials {
                throw ParallelError(
                    .invalidArgument,
                    "launch: hosts are handed a token, and these have certificates; give backendParams: [.token(token)], or have "
                        + "joblib-worker started there, and name where it listens in .workers"
                )
            }
            guard let credentials = self.credentials else {
                throw ParallelError(
                    .insecureTransport,
                    "tcp: no token; make one, by umask 077; joblib-worker token new >token or ClusterToken.generate(), and name the "
                        + "file in JOBLIB_TOKEN_FILE on all hosts, or give backendParams: [.token(token)]"
                )
            }
            meeting.tokenFingerprint = credentials.fingerprint
        }
        self.meeting = meeting
    }

    private static func nanoseconds(
        _ request: BackendRequest,
        _ name: String,
        _ usual: Duration,
        least: Duration
    ) throws -> UInt64 {
        let duration: Duration = try request.parameter(name) ?? usual
        guard duration >= least, duration < .seconds(1 << 31) else {
            throw ParallelError(.invalidArgument, "\(name): \(duration) makes no sense; write at least \(least)")
        }
        return UInt64(duration.components.seconds) * 1_000_000_000
            + UInt64(duration.components.attoseconds / 1_000_000_000)
    }
}

/// How many workers have to come before a call begins.
struct WorkerWait: Sendable {
    /// `nil`: one, or all that are launched together.
    let count: Int?
    let limit: Duration
}

extension BackendParameter {
    /// The hosts that a call dials: where programs listen that were started with `JOBLIB_WORKER_LISTEN`.
    ///
    /// - Parameter addresses: Each `host:port`, `[::1]:7077` for numbers of IPv6; 1 or more.
    /// - Returns: The parameter.
    public static func workers(_ addresses: [String]) -> BackendParameter {
        BackendParameter(name: TCPSettings.workersName, value: addresses)
    }

    /// The address at which hosts dial in, programs that were started with `JOBLIB_WORKER_DIAL`; they come and go as they like.
    ///
    /// It is listened at from the first call on until no call has used it for five minutes.
    ///
    /// - Parameter address: `host:port`; the host `0.0.0.0` is every address of this machine.
    /// - Returns: The parameter.
    public static func listen(_ address: String) -> BackendParameter {
        BackendParameter(name: TCPSettings.listenName, value: address)
    }

    /// How many workers have to be there before a call begins, and how long it waits for them.
    ///
    /// - Parameters:
    ///   - count: From 1; by default 1, or where hosts are launched that begin together one for each.
    ///   - limit: More than zero; 10 s by default. Then the call throws, and says how many came.
    /// - Returns: The parameter.
    public static func waitForWorkers(
        atLeast count: Int? = nil,
        within limit: Duration = .seconds(10)
    ) -> BackendParameter {
        BackendParameter(name: TCPSettings.waitName, value: WorkerWait(count: count, limit: limit))
    }

    /// Whether connections within this machine go without encryption, and without a token; they do not by default.
    ///
    /// For measurements, and on machines that nobody else uses: any program on this machine could take part. Addresses of other machines
    /// are refused then.
    public static func plaintextOnLoopback(_ isOn: Bool) -> BackendParameter {
        BackendParameter(name: TCPSettings.plaintextName, value: isOn)
    }

    /// How often each side of a connection says that it is there, from 10 ms; 2 s by default.
    ///
    /// After three times of silence it is lost.
    public static func heartbeatInterval(_ interval: Duration) -> BackendParameter {
        BackendParameter(name: TCPSettings.heartbeatName, value: interval)
    }

    /// How long a call whose hosts are all gone waits for one to come back, from 0; 60 s by default.
    public static func hostTimeout(_ limit: Duration) -> BackendParameter {
        BackendParameter(name: TCPSettings.patienceName, value: limit)
    }

    /// Whether the last batches of a call are run a second time, on hosts that have nothing to do, when they take much longer than others.
    ///
    /// Of tasks that may run twice at once; Spark's `spark.speculation`. Off by default.
    public static func speculative(_ isOn: Bool) -> BackendParameter {
        BackendParameter(name: TCPSettings.speculativeName, value: isOn)
    }
}

#endif
