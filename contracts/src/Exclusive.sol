// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title One call at a time.
/// @dev Transient storage (EIP-1153): costs 300 gas and is empty again at the end of the transaction, whatever happens.
abstract contract Exclusive {
    bool private transient _entered;

    /// @notice A token, a collector or an account called back in.
    error Reentered();

    /// @dev For everything that changes amounts: nothing else that does may run before it ends.
    modifier exclusive() {
        if (_entered) revert Reentered();
        _entered = true;
        _;
        _entered = false;
    }
}
