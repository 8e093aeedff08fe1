// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title The product of two int8 matrices that a seed spells out, cell by cell, and the tree that commits to it.
/// @notice C = A·B, all of them n × n; A and B have int8 elements, C exact int32 cells. docs/market.md ("Hardware challenges") says
/// it for a second implementation.
/// @dev
/// A line (a row of A or a column of B) has a key, keccak256(domain ‖ seed ‖ device ‖ index), all in words of 32 bytes, and is read from the
/// blocks keccak256(key ‖ t), t = 0, 1, …, 32 elements each. Element 32t + k is byte k of a row's block and byte 31 − k of a column's,
/// as two's complement. The two directions are what lets one multiplication do eight products: every fourth byte of
/// a block is a digit of a number to the base 2^32, and digit 7 of the product of two such numbers is the sum of the products
/// of opposite digits.
///
/// Cells are four bytes, two's complement, big-endian. 32 cells of a row are a chunk; leaf row · n/32 + chunk of a binary tree is
/// keccak256(0x00 ‖ chunk), a node keccak256(0x01 ‖ left ‖ right). All numbers are powers of two, so the tree is full, and a row's root is one of its nodes.
library IntegerProduct {
    /// @notice Cells of a chunk.
    uint256 internal constant CHUNK = 32;
    /// @notice The largest n. 65,536 · 255² is below 2^32, which the sums below need.
    uint256 internal constant MAX_SIZE = 1 << 16;

    bytes32 internal constant ROW = "counterfoil/challenge-row/v1";
    bytes32 internal constant COLUMN = "counterfoil/challenge-column/v1";

    /// @notice C[row][column] as it must be.
    /// @param n A power of two from 32 to 65,536.
    function cell(bytes32 seed, uint256 device, uint256 row, uint256 column, uint256 n)
        internal
        pure
        returns (int256 value)
    {
        bytes32 rowKey = keccak256(abi.encode(ROW, seed, device, row));
        bytes32 columnKey = keccak256(abi.encode(COLUMN, seed, device, column));
        assembly ("memory-safe") {
            let p := mload(0x40) // rowKey ‖ t ‖ columnKey ‖ t
            let q := add(p, 0x40)
            mstore(p, rowKey)
            mstore(q, columnKey)
            let digits := 0x000000ff000000ff000000ff000000ff000000ff000000ff000000ff000000ff
            // Flips every sign bit: a byte then is the element plus 128.
            let signs := 0x8080808080808080808080808080808080808080808080808080808080808080
            let products := 0 // digit 7: Σ (a + 128)(b + 128)
            let sums := 0 // all digits: Σ (a + 128) + Σ (b + 128)
            for { let t := 0 } lt(t, div(n, 32)) { t := add(t, 1) } {
                mstore(add(p, 0x20), t)
                mstore(add(q, 0x20), t)
                let x := xor(keccak256(p, 0x40), signs)
                let y := xor(keccak256(q, 0x40), signs)
                let a := and(shr(24, x), digits)
                let b := and(y, digits)
                products := add(products, mul(a, b))
                sums := add(sums, add(a, b))
                a := and(shr(16, x), digits)
                b := and(shr(8, y), digits)
                products := add(products, mul(a, b))
                sums := add(sums, add(a, b))
                a := and(shr(8, x), digits)
                b := and(shr(16, y), digits)
                products := add(products, mul(a, b))
                sums := add(sums, add(a, b))
                a := and(x, digits)
                b := and(shr(24, y), digits)
                products := add(products, mul(a, b))
                sums := add(sums, add(a, b))
            }
            // Digit 7 of sums · (1, …, 1) is the sum of the digits.
            sums := shr(224, mul(sums, 0x0000000100000001000000010000000100000001000000010000000100000001))
            // Σ ab = Σ (a + 128)(b + 128) − 128 (Σ (a + 128) + Σ (b + 128)) + 128² n
            value := sub(add(shr(224, products), mul(16384, n)), mul(128, sums))
        }
    }

    /// @notice Whether `chunk` is the row's chunk of that number under `root`.
    /// @param chunk 32 cells in four words.
    /// @param path The siblings, lowest first: 2·log2(n) − 5 of them.
    function opens(bytes32 root, uint256 n, uint256 row, uint256 chunkIndex, bytes32[4] calldata chunk, bytes32[] calldata path)
        internal
        pure
        returns (bool)
    {
        uint256 leaves = n * n / CHUNK;
        uint256 index = row * (n / CHUNK) + chunkIndex;
        if (1 << path.length != leaves || row >= n || chunkIndex >= n / CHUNK) return false;
        bytes32 node = keccak256(abi.encodePacked(bytes1(0x00), chunk));
        for (uint256 i = 0; i < path.length; i++) {
            (bytes32 left, bytes32 right) = index & 1 == 0 ? (node, path[i]) : (path[i], node);
            node = keccak256(abi.encodePacked(bytes1(0x01), left, right));
            index >>= 1;
        }
        return node == root;
    }

    /// @notice A cell of a chunk.
    /// @param i 0 to 31.
    function cellAt(bytes32[4] calldata chunk, uint256 i) internal pure returns (int256) {
        return int32(uint32(uint256(chunk[i / 8]) >> (224 - 32 * (i % 8))));
    }
}
