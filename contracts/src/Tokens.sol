// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @notice The part of ERC-20 that contracts here use.
interface IERC20 {
    function balanceOf(address account) external view returns (uint256);
    function transfer(address to, uint256 value) external returns (bool);
    function transferFrom(address from, address to, uint256 value) external returns (bool);
}

/// @notice The part of EIP-3009 that contracts here use: a transfer that `from` signed, submitted by its payee.
interface IERC3009 {
    function receiveWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        bytes calldata signature
    ) external;
}

/// @title Moves of ERC-20 tokens that succeed or revert.
/// @dev Some tokens answer nothing where ERC-20 says true; both are taken for success. What a token reverts with is passed on.
library Tokens {
    /// @notice The token refused the transfer, or there is no token at this address.
    error TransferFailed(address token);

    /// @notice Moves `value` units of this contract's to `to`.
    function send(address token, address to, uint256 value) internal {
        _call(token, abi.encodeCall(IERC20.transfer, (to, value)));
    }

    /// @notice Moves `value` units of `from` to this contract, out of its allowance.
    function pull(address token, address from, uint256 value) internal {
        _call(token, abi.encodeCall(IERC20.transferFrom, (from, address(this), value)));
    }

    /// @notice Units of the token that this contract holds.
    function held(address token) internal view returns (uint256) {
        return IERC20(token).balanceOf(address(this));
    }

    function _call(address token, bytes memory data) private {
        (bool success, bytes memory answer) = token.call(data);
        if (!success) {
            assembly ("memory-safe") {
                revert(add(answer, 0x20), mload(answer))
            }
        }
        if (answer.length == 0 ? token.code.length == 0 : !abi.decode(answer, (bool))) revert TransferFailed(token);
    }
}
