// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Testing

@testable import JoblibCore

struct PreDispatchTests {
    /// Every value was computed by joblib 1.6's own `int(eval_expr(…))`.
    @Test(
        "An expression has the value that joblib gives it",
        arguments: [
            ("n_jobs", 4, 4),
            ("nJobs", 4, 4),
            ("2*n_jobs", 4, 8),
            ("2*nJobs", 4, 8),
            ("2 * n_jobs", 4, 8),
            ("1.5*n_jobs", 3, 4),
            ("1.5*n_jobs", 1, 1),
            ("n_jobs+1", 4, 5),
            ("n_jobs-1", 4, 3),
            ("n_jobs/2", 5, 2),
            ("n_jobs//2", 5, 2),
            ("n_jobs%3", 5, 2),
            ("n_jobs**2", 4, 16),
            ("(n_jobs+1)*2", 4, 10),
            ("((((((((((n_jobs))))))))))", 4, 4),
            ("n_jobs*n_jobs*n_jobs*n_jobs*1", 4, 256),
            ("6", 4, 6),
            ("6.999", 4, 6),
            ("1_000", 4, 1_000),
            ("0x1F", 4, 31),
            ("0b101", 4, 5),
            ("0o17", 4, 15),
            ("0X_ff", 4, 255),
            ("1e3", 4, 1_000),
            ("1E+2", 4, 100),
            ("2.5e1", 4, 25),
            ("500e-2", 4, 5),
            (".5*n_jobs", 4, 2),
            ("5.", 4, 5),
            ("00+1", 4, 1),
            ("08.5", 4, 8),
            ("1_0.0_1", 4, 10),
            ("10**6", 4, 1_000_000),
            ("1000000", 4, 1_000_000),
            ("2**3**2", 4, 512),
            ("2**-1*n_jobs", 4, 2),
            ("-2**2+9", 4, 5),
            ("(-2)**2", 4, 4),
            ("--3", 4, 3),
            ("3--2", 4, 5),
            ("3- -2", 4, 5),
            ("-n_jobs+9", 4, 5),
            ("7//2", 4, 3),
            ("-7//2+9", 4, 5),
            ("7//-2+9", 4, 5),
            ("-7//-2", 4, 3),
            ("7%3", 4, 1),
            ("-7%3", 4, 2),
            ("7%-3+9", 4, 7),
            ("-7%-3+9", 4, 8),
            ("7.5//2", 4, 3),
            ("7/2", 4, 3),
            ("0**0", 4, 1),
            ("4**.5", 4, 2),
            ("8**(1/3)", 4, 2),
            ("64**(1/3)", 4, 3),
            ("2+3*4", 4, 14),
            ("(2+3)*4", 4, 20),
            ("8/2/2", 4, 2),
            ("8-2-2", 4, 4),
            ("8//3*3", 4, 6),
            ("7%4*2", 4, 6),
            ("2*3%4", 4, 2),
            ("100*1.1", 4, 110),
            ("3*1.1*10", 4, 33),
            ("1-.9+1", 4, 1),
            ("n_jobs ", 4, 4),
            ("n_jobs# all of them", 4, 4),
            ("n_jobs * 2 # twice", 4, 8),
            ("n_jobs\n", 4, 4),
            ("n_jobs\n\n# twice\n", 4, 4),
            ("n_jobs", 1_000_000, 1_000_000),
        ]
    )
    func expression(text: String, nJobs: Int, value: Int) throws {
        #expect(try PreDispatch(text).resolve(nJobs: nJobs) == value)
    }

    @Test("All, numbers and factors mean what joblib's notation for them means")
    func otherForms() throws {
        let text: PreDispatch = "all"
        #expect(text == .all)
        #expect(try PreDispatch.all.resolve(nJobs: 3) == nil)

        let literal: PreDispatch = 6
        let count = 6
        #expect(literal == PreDispatch(count))
        #expect(try literal.resolve(nJobs: 3) == 6)
        #expect(try PreDispatch(5_000_000).resolve(nJobs: 3) == 5_000_000)

        #expect(try PreDispatch.perWorker(2).resolve(nJobs: 3) == 6)
        #expect(try PreDispatch.perWorker(1.5).resolve(nJobs: 3) == 4)
        #expect(try PreDispatch.perWorker(1).resolve(nJobs: .max >> 12) == .max >> 12)
    }

    @Test("The description is joblib's notation")
    func description() {
        #expect("\(PreDispatch.all)" == "all")
        #expect("\(PreDispatch(6))" == "6")
        #expect("\(PreDispatch.perWorker(1.5))" == "1.5*n_jobs")
        #expect("\(PreDispatch("2*nJobs"))" == "2*nJobs")
    }

    @Test(
        "What is no arithmetic is refused",
        arguments: [
            "", " ", "\n", "#", " 6", "\t6", "+6", "~6", "n", "jobs", "N_JOBS", "n_Jobs", "njobs", "xn_jobs", "n_jobsx",
            "2n_jobs", "n_jobs2", "n_jobs.5", ".n_jobs", "n_jobs n_jobs", "n_jobs(2)", "(2)(3)", "2 3", "2*", "*2",
            "2***3", "2* *3", "2/ /3", "2///3", "2,3", "(2", "2)", "()", "((", "2 if 1 else 3", "True", "None", "nan",
            "inf", "1e", "1e+", "e5", "1j", "1_", "_1", "1__0", "007", "0x", "0xg", "0b2", "0o8", "1.2.3", "1..2", ".",
            "..", "1._5", "0x1p4", "0x1.8", "2^3", "2<3", "2==2", "2=2", "a:=2", "[2]", "{2}", "'2'", "\"2\"", "2;3",
            "2\n3", "2\\", "lambda:2", "n_jobs!", "$2", "Infinity", "All", "ALL", "all ",
            "__import__('os')", "().__class__", "exit()", "open('/etc/passwd')", "f'{1}'",
            "(-8)**.5", "(-8)**(1/3)", "((-8)**.5)**0",
            "٣", "３", "２*n_jobs", "n＿jobs", "ñ_jobs", "2×3", "2−1", "2\u{A0}*3", "2\u{301}", "\u{FEFF}2", "2\u{2028}",
            "\0", "2\0", "2\0*3", "n_jobs\0", "\u{1B}[31m2",
        ]
    )
    func noArithmetic(text: String) throws {
        let error = try #require(throws: ParallelError.self) { try PreDispatch(text).resolve(nJobs: 4) }
        #expect(error.code == .invalidPreDispatch)
        #expect(
            error.detail == """
                \(text.debugDescription) is not a valid or supported arithmetic expression; \
                write an expression such as "2*n_jobs", .all, or a number from 1 up
                """
        )
    }

    @Test(
        "A number above a million is refused wherever it occurs, before anything is made of it",
        arguments: [
            ("9**9**9", "387420489"), ("0*9**9", "387420489"), ("1000001", "1000001"), ("1000001-1", "1000001"),
            ("-1000001+1000003", "1000001"), ("1e400", "inf"), ("1e7/1e7", "10000000"), ("1000*1001", "1001000"),
            ("1e-300*1/1e300", "1e+300"), ("1/1e-290", "9.99"), ("1//1e-7", "10000000"),
            ("0xFFFFFFFFFFFFFFFFFFFF", ""),
            ("10**6+1", "1000001"), ("99999999999999999999999999999", "1e+29"), ("1e6*-2", "-2000000"),
            ("1/(1e-200*1e-120)", "inf"),
        ]
    )
    func tooLarge(text: String, part: String) throws {
        let error = try #require(throws: ParallelError.self) { try PreDispatch(text).resolve(nJobs: 4) }
        #expect(error.code == .invalidPreDispatch)
        #expect(error.detail.hasPrefix("\"\(text)\" is too large: its part \(part)"))
    }

    @Test("The number of workers obeys the same limit")
    func tooManyWorkers() {
        #expect(throws: ParallelError.self) { try PreDispatch("n_jobs/2").resolve(nJobs: 1_000_001) }
    }

    @Test(
        "A division by zero is refused",
        arguments: ["1/0", "1//0", "1%0", "1/(n_jobs-4)", "0**-1", "0/0", "(0*-1)**-.5", "1/0.0", "1%-0"]
    )
    func divisionByZero(text: String) throws {
        let error = try #require(throws: ParallelError.self) { try PreDispatch(text).resolve(nJobs: 4) }
        #expect(error.code == .invalidPreDispatch)
        #expect(error.detail.hasPrefix("\"\(text)\" divides by zero; write "))
    }

    /// joblib returns an empty list for these, as if every task had been run.
    @Test(
        "A value below 1 is refused instead of dispatching nothing",
        arguments: [
            (0, "0 is 0"), (-1, "-1 is -1"), (PreDispatch(Int.min), "\(Int.min) is \(Int.min)"),
            ("0", "\"0\" is 0"), ("n_jobs/4", "\"n_jobs/4\" is 0"), ("-n_jobs", "\"-n_jobs\" is -2"),
            ("0.999", "\"0.999\" is 0"), ("-0.5", "\"-0.5\" is 0"), ("-7.5%2", "\"-7.5%2\" is 0"),
            (.perWorker(0.25), "0.25*n_jobs is 0"), (.perWorker(-2), "-2.0*n_jobs is -4"),
        ] as [(PreDispatch, String)]
    )
    func belowOne(preDispatch: PreDispatch, beginning: String) throws {
        let error = try #require(throws: ParallelError.self) { try preDispatch.resolve(nJobs: 2) }
        #expect(error.code == .invalidPreDispatch)
        #expect(
            error.detail == """
                \(beginning) with nJobs = 2, which dispatches nothing; \
                write an expression such as "2*n_jobs", .all, or a number from 1 up
                """
        )
    }

    @Test("A factor that gives no integer is refused", arguments: [.nan, .infinity, -.infinity, 1e300])
    func unusableFactor(factor: Double) throws {
        let error = try #require(throws: ParallelError.self) { try PreDispatch.perWorker(factor).resolve(nJobs: 2) }
        #expect(error.code == .invalidPreDispatch)
        #expect(error.detail.hasPrefix("\(factor)*n_jobs is not a number of batches"))
    }
}

// MARK: - Length

extension PreDispatchTests {
    @Test("Length counts after n_jobs is replaced")
    func length() throws {
        let seven = Array(repeating: "n_jobs", count: 7).joined(separator: "+")
        #expect(try PreDispatch(seven).resolve(nJobs: 100) == 700)
        let error = try #require(throws: ParallelError.self) { try PreDispatch(seven).resolve(nJobs: 10_000) }
        #expect(error.code == .invalidPreDispatch)
        #expect(
            error.detail == """
                Expression "n_jobs+n_jobs+n_jobs+n_jobs+n_"... is too long. Max length is 30, got 41; \
                write an expression such as "2*n_jobs", .all, or a number from 1 up
                """
        )
    }

    @Test("30 characters pass and 31 do not", arguments: ["#", " ", "é"])
    func boundary(filler: String) throws {
        let text = filler == " " ? "6" : "6#"
        let passing = text + String(repeating: filler, count: 30 - text.count)
        #expect(try PreDispatch(passing).resolve(nJobs: 4) == 6)
        #expect(throws: ParallelError.self) { try PreDispatch(passing + filler).resolve(nJobs: 4) }
    }

    @Test(
        "Long text is refused without being read",
        arguments: ["(", "-", "2**", "n_jobs*", "9", " ", "é"]
    )
    func longText(pattern: String) throws {
        let text = String(repeating: pattern, count: 1_000_000)
        let error = try #require(throws: ParallelError.self) { try PreDispatch(text).resolve(nJobs: 4) }
        #expect(error.code == .invalidPreDispatch)
        #expect(error.detail.count < 200)
    }

    @Test("The deepest text that is read ends", arguments: ["(", "-", "2**", "2*-", "-("])
    func deepText(opening: String) {
        let text = String(repeating: opening, count: 30 / opening.count)
        #expect(throws: ParallelError.self) { try PreDispatch(text).resolve(nJobs: 4) }
    }
}
