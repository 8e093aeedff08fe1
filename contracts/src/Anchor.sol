// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Anchors of transparency-log checkpoints.
/// @notice A publisher writes the size and root hash of a log it publishes. Each publisher has its own entry for each log,
/// so nobody can write, or fork, in another's name. The rolling head commits to every checkpoint that was ever anchored:
/// whoever holds the head and the events knows that no event is missing.
/// @dev The chain does not see the log's leaves, so it cannot check that a larger tree extends the smaller one. It refuses
/// what it can see: sizes only grow, so that a size has one root. Consistency proofs between the sizes do the rest.
///
/// A log's whole state is one word, which is why a checkpoint costs under 30,000 gas. The head's last 48 bits are the
/// size; the 208 bits before are those of a Keccak-256 digest, and two histories with one head take 2^104 digests to find.
contract Anchor {
    /// @notice A checkpoint was anchored.
    /// @param root Root hash of the log (RFC 9162 §2.1.1) at the size that the head ends with.
    /// @param head The new rolling head: keccak256(abi.encode(previous head, size, root)) with its last 48 bits replaced by
    /// the size. The head before the first checkpoint is zero.
    event Anchored(address indexed publisher, bytes32 indexed logId, bytes32 root, bytes32 head);

    /// @notice The log had `anchored` leaves before; a log only grows, and each size has one root.
    error SizeDoesNotGrow(uint64 anchored, uint64 size);
    /// @notice Sizes are below 2^48.
    error SizeTooLarge(uint64 size);

    uint256 private constant SIZE_MASK = (1 << 48) - 1;
    bytes32 private constant ANCHORED = keccak256("Anchored(address,bytes32,bytes32,bytes32)");

    /// @notice Anchors a checkpoint in the caller's name.
    /// @param logId The log, by the identifier its publisher gave it.
    /// @param size Number of leaves, below 2^48; more than were anchored before. The first may be that of an empty log.
    /// @param root Root hash of the tree of that size (RFC 9162 §2.1.1).
    function anchor(bytes32 logId, uint64 size, bytes32 root) external {
        bytes32 slot = _slot(msg.sender, logId);
        bytes32 previous;
        bool refused;
        assembly ("memory-safe") {
            previous := sload(slot)
            // After no checkpoint any size may come, after one only a larger one.
            let least := add(and(previous, SIZE_MASK), iszero(iszero(previous)))
            refused := or(lt(size, least), gt(size, SIZE_MASK))
        }
        if (refused) {
            if (size > SIZE_MASK) revert SizeTooLarge(size);
            revert SizeDoesNotGrow(_size(previous), size);
        }
        bytes32 topic = ANCHORED;
        assembly ("memory-safe") {
            let data := mload(0x40)
            mstore(data, previous)
            mstore(add(data, 0x20), size)
            mstore(add(data, 0x40), root)
            let head := or(and(keccak256(data, 0x60), not(SIZE_MASK)), size)
            sstore(slot, head)
            mstore(add(data, 0x60), head)
            log3(add(data, 0x40), 0x40, topic, caller(), logId) // root, head
        }
    }

    /// @notice What `publisher` last anchored for `logId`.
    /// @return size Number of leaves; zero also where there is no checkpoint.
    /// @return head The rolling head; zero where there is no checkpoint.
    function latest(address publisher, bytes32 logId) external view returns (uint64 size, bytes32 head) {
        bytes32 slot = _slot(publisher, logId);
        assembly ("memory-safe") {
            head := sload(slot)
        }
        size = _size(head);
    }

    /// @dev Where the head is kept; one digest, where a mapping of mappings takes two.
    function _slot(address publisher, bytes32 logId) private pure returns (bytes32 slot) {
        assembly ("memory-safe") {
            mstore(0x00, publisher)
            mstore(0x20, logId)
            slot := keccak256(0x00, 0x40)
        }
    }

    function _size(bytes32 head) private pure returns (uint64) {
        return uint64(uint256(head) & SIZE_MASK);
    }
}
