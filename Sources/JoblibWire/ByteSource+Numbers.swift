// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

extension ByteSource {
    /// The numbers of an array that is written as they are in memory, as if they had been written one by one.
    func rewrittenNumbers(at start: Int) throws(ReadingFault) -> ByteSource {
        var position = start + 1
        let code = try self.byte(at: &position)
        let range = try self.counted(at: &position)
        let numbers: [any (AnyBytes & Encodable).Type] = [
            Int8.self, Int16.self, Int32.self, Int64.self, UInt8.self, UInt16.self, UInt32.self, UInt64.self,
            Float.self,
            Double.self,
        ]
        guard let type = numbers.first(where: { $0.code == code }) else {
            throw .corrupted("an array is of numbers that are not known")
        }
        return try self.copy(try self.rewritten(range, of: type))
    }

    private func rewritten<N: AnyBytes & Encodable>(_ range: Range<Int>, of type: N.Type) throws(ReadingFault)
        -> [UInt8]
    {
        let size = MemoryLayout<N>.size
        guard range.count.isMultiple(of: size) else {
            throw .corrupted("\(range.count) bytes are no whole number of elements")
        }
        let sink = ByteSink(KeyWriter(), self.kinds, self.limits)
        sink.append(byte: Wire.version)
        sink.append(byte: Wire.unkeyed)
        for offset in stride(from: range.lowerBound, to: range.upperBound, by: size) {
            let number = unsafe self.bytes.loadUnaligned(fromByteOffset: offset, as: N.self)
            do {
                try sink.append(number, in: nil, at: nil, depth: 0)
            } catch {
                throw .corrupted("an array is too large to be made of other numbers")
            }
        }
        sink.append(byte: Wire.end)
        sink.finish()
        var bytes: [UInt8] = []
        sink.end(&bytes)
        return bytes
    }
}
