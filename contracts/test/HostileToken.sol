// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @notice A token with a fee, an answer, and a call of its own in the middle of every transfer. It gives money to whoever asks.
contract HostileToken {
    mapping(address => uint256) public balanceOf;
    uint256 private _fee;
    bool private _answer = true;
    address private _target;
    bytes private _data;

    function setFee(uint256 fee) external {
        _fee = fee;
    }

    function setAnswer(bool answer) external {
        _answer = answer;
    }

    /// @dev What is called during a transfer, and whose failure is passed on.
    function setCall(address target, bytes calldata data) external {
        (_target, _data) = (target, data);
    }

    function transferFrom(address, address to, uint256 value) external returns (bool) {
        balanceOf[to] += value - _fee;
        return _interrupt();
    }

    function transfer(address to, uint256 value) external returns (bool) {
        balanceOf[msg.sender] -= value;
        balanceOf[to] += value - _fee;
        return _interrupt();
    }

    function _interrupt() private returns (bool) {
        if (_target != address(0)) {
            (bool success, bytes memory answer) = _target.call(_data);
            if (!success) {
                assembly ("memory-safe") {
                    revert(add(answer, 0x20), mload(answer))
                }
            }
        }
        return _answer;
    }
}
