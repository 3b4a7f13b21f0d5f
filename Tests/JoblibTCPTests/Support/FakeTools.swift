// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import Foundation
import Glibc

/// Commands of schedulers that run everything on this machine, by the names of the real ones; before those in `PATH` while it is there.
final class FakeTools: Sendable {
    /// Of all of them: a log of what each was called with, its variables included.
    private static let head = """
        #!/bin/sh
        FAKE=$(dirname "$0")
        { echo "$(basename "$0") $*"; tr '\\0' '\\n' </proc/$$/environ | sed 's/^/  /'; } >>"$FAKE/log"
        count() { while [ $# -gt 0 ]; do case $1 in --ntasks=*) echo "${1#*=}"; return;; esac; shift; done; echo 1; }

        """

    private static let scripts = [
        // Hands its standard input on to each process, and its end.
        "srun": """
        count=$(count "$@")
        while case $1 in -*) true;; *) false;; esac; do shift; done
        IFS= read -r line
        pids=
        trap 'kill $pids 2>/dev/null; wait; exit 143' TERM
        while [ "$count" -gt 0 ]; do
            printf '%s\\n' "$line" | "$@" & pids="$pids $!"
            count=$((count - 1))
        done
        wait
        """,
        "sbatch": """
        last=0
        for word; do case $word in --array=0-*) last=${word#--array=0-};; esac; done
        job=$(($(cat "$FAKE/jobs" 2>/dev/null || echo 0) + 1))
        echo $job >"$FAKE/jobs"
        mkdir "$FAKE/job-$job"
        for word; do case $word in --job-name=*) echo "${word#*=}" >"$FAKE/job-$job/name";; esac; done
        cat >"$FAKE/job-$job/script"
        while [ "$last" -ge 0 ]; do
            SLURM_ARRAY_TASK_ID=$last setsid sh -c 'touch "$1"; exec sh "$2"' sh "$FAKE/job-$job/begun-$last" "$FAKE/job-$job/script" </dev/null >"$FAKE/job-$job/output-$last" 2>&1 &
            echo $! >"$FAKE/job-$job/pid-$last"
            # Before that it is of this command's group, and goes with it.
            while [ ! -e "$FAKE/job-$job/begun-$last" ]; do sleep 0.01; done
            last=$((last - 1))
        done
        echo $job
        """,
        "scancel": """
        for word; do
            case $word in
            --name=*) word=$(grep -lx -e "${word#*=}" "$FAKE"/job-*/name | sed 's|.*job-\\([0-9]*\\)/name|\\1|');;
            -*) word=;;
            esac
            case $word in
            "") ;;
            *_*) kill $(cat "$FAKE/job-${word%_*}/pid-${word#*_}") 2>/dev/null;;
            *) kill $(cat "$FAKE/job-$word"/pid-*) 2>/dev/null;;
            esac
        done
        true
        """,
        "squeue": """
        for word; do case $word in --jobs=*) job=${word#--jobs=};; esac; done
        for pid in $(cat "$FAKE/job-$job"/pid-*); do
            # Whoever adopts orphans may take its time.
            grep -qs '^State:.[^Z]' /proc/$pid/status && echo RUNNING
        done
        true
        """,
        // None has anything to read.
        "mpirun": """
        count=$2; shift 2
        while case $1 in -*) true;; *) false;; esac; do shift; done
        pids=
        trap 'kill $pids 2>/dev/null; exit 143' TERM
        while [ "$count" -gt 0 ]; do "$@" </dev/null & pids="$pids $!"; count=$((count - 1)); done
        wait
        """,
        // The words behind the machine's name go through its shell.
        "ssh": """
        while :; do case $1 in --) shift; break;; -[op]) shift 2;; -*) shift;; *) break;; esac; done
        shift
        exec sh -c "$*"
        """,
        "kubectl": "[ $1 = run ] || exit 0; while [ \"$1\" != -- ]; do shift; done; shift; exec \"$@\"",
    ]

    let folder = FileManager.default.temporaryDirectory.appending(path: "joblib-tools-\(UUID().uuidString)")
    private let path = ProcessInfo.processInfo.environment["PATH"] ?? ""

    /// Makes them.
    ///
    /// - Parameter more: Further ones, or others by the same names, without their first line.
    /// - Throws: What keeps them from being written.
    init(_ more: [String: String] = [:]) throws {
        try FileManager.default.createDirectory(at: self.folder, withIntermediateDirectories: true)
        for (name, script) in Self.scripts.merging(more, uniquingKeysWith: { $1 }) {
            let file = self.folder.appending(path: name).path
            try (Self.head + script + "\n").write(toFile: file, atomically: false, encoding: .utf8)
            chmod(file, 0o700)
        }
        setenv("PATH", "\(self.folder.path):\(self.path)", 1)
    }

    deinit {
        setenv("PATH", self.path, 1)
        try? FileManager.default.removeItem(at: self.folder)
    }

    /// What one of them does, without its first lines.
    static func script(_ name: String) -> String { self.scripts[name] ?? "" }

    func file(_ name: String) -> String { self.folder.appending(path: name).path }

    /// What they were called with, and in which environment.
    var log: String { (try? String(contentsOfFile: self.file("log"), encoding: .utf8)) ?? "" }

    /// The calls alone.
    var calls: [String] { self.log.split(separator: "\n").filter { !$0.hasPrefix("  ") }.map { String($0) } }

    /// What is left in the folder of jobs.
    func files(of job: Int) -> [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: self.file("job-\(job)"))) ?? []
    }
}

#endif
