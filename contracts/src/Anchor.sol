// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Anchors of transparency-log checkpoints.
/// @notice A publisher writes the size and root hash of a log it publishes. Each publisher has its own entry for each log,
/// so nobody can write, or fork, in another's name. The rolling head commits to every checkpoint that was ever anchored:
/// whoever holds the head and the events knows that no event is missing.
/// @dev The chain does not see the log's leaves, so it cannot check that a larger tree extends the smaller one. It refuses
/// what it can see: a tree that shrinks, and two roots for one size. Consistency proofs between the sizes do the rest.
contract Anchor {
    /// @notice The last checkpoint that a publisher anchored for a log.
    /// @param size Number of leaves.
    /// @param root Root hash of the tree of that size (RFC 9162 §2.1.1).
    /// @param head Rolling head: keccak256(abi.encode(previous head, size, root)); zero before the first checkpoint.
    struct Latest {
        uint64 size;
        bytes32 root;
        bytes32 head;
    }

    /// @notice A checkpoint was anchored.
    event Anchored(address indexed publisher, bytes32 indexed logId, uint64 size, bytes32 root, bytes32 head);

    /// @notice The log had `anchored` leaves before; a log only grows.
    error SizeShrinks(uint64 anchored, uint64 size);

    /// @notice The tree of this size was anchored with another root: the publisher is showing two histories.
    error RootDiffers(uint64 size, bytes32 anchored, bytes32 root);

    mapping(address publisher => mapping(bytes32 logId => Latest)) private _latest;

    /// @notice Anchors a checkpoint in the caller's name.
    /// @param logId The log, by the identifier its publisher gave it.
    /// @param size Number of leaves; not less than what was anchored before.
    /// @param root Root hash; for an unchanged size, the root that was anchored before.
    /// @return head The new rolling head.
    function anchor(bytes32 logId, uint64 size, bytes32 root) external returns (bytes32 head) {
        Latest storage entry = _latest[msg.sender][logId];
        bytes32 previous = entry.head;
        if (previous != 0) {
            if (size < entry.size) revert SizeShrinks(entry.size, size);
            if (size == entry.size && root != entry.root) revert RootDiffers(size, entry.root, root);
        }
        head = keccak256(abi.encode(previous, size, root));
        entry.size = size;
        entry.root = root;
        entry.head = head;
        emit Anchored(msg.sender, logId, size, root, head);
    }

    /// @notice The last checkpoint that `publisher` anchored for `logId`; all zero if there is none.
    function latest(address publisher, bytes32 logId) external view returns (Latest memory) {
        return _latest[publisher][logId];
    }
}
