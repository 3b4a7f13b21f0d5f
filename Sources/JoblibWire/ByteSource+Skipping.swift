// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

extension ByteSource {
    /// Moves behind a value, without recursion: how deep it is nobody has looked at yet.
    func skip(at position: inout Int) throws(ReadingFault) {
        // For each container around the position, whether it is keyed.
        var open: [Bool] = []
        // Whether a value follows that belongs to what was read.
        var isPrefixed = false
        repeat {
            if !isPrefixed, let isKeyed = open.last {
                if isKeyed {
                    if try self.varint(at: &position) == 0 {
                        open.removeLast()
                        continue
                    }
                } else if position < self.end, self.first(at: position) == Wire.end {
                    position += 1
                    open.removeLast()
                    continue
                }
            }
            isPrefixed = false
            switch try self.byte(at: &position) {
            case Wire.small..., Wire.null, Wire.no, Wire.yes: break
            case Wire.integer, Wire.unsigned: _ = try self.varint(at: &position)
            case Wire.float: _ = try self.word(UInt32.self, at: &position)
            case Wire.double: _ = try self.word(UInt64.self, at: &position)
            case Wire.wide:
                _ = try self.word(UInt64.self, at: &position)
                _ = try self.word(UInt64.self, at: &position)
            case Wire.string: _ = try self.counted(at: &position)
            case Wire.numbers:
                _ = try self.byte(at: &position)
                _ = try self.counted(at: &position)
            case Wire.reference: _ = try self.reference(at: &position)
            case Wire.some: isPrefixed = true
            case Wire.keyed: open.append(true)
            case Wire.unkeyed: open.append(false)
            default: throw .corrupted("a value begins with a byte that means nothing")
            }
            guard open.count <= self.limits.depth else {
                throw .corrupted("more than \(self.limits.depth) values are inside of each other")
            }
        } while !open.isEmpty || isPrefixed
    }
}
