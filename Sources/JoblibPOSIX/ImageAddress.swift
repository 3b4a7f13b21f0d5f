// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import CJoblibPOSIX

/// Addresses in the program and the libraries that it has loaded; dladdr(3).
public enum ImageAddress {
    /// Whether an address is in the program or one of its libraries.
    public static func isInImage(_ address: UInt) -> Bool {
        unsafe joblib_address_lookup(address).image != nil
    }
}
