// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {DepositCollector, IDepositCollector} from "./DepositCollector.sol";
import {IERC3009, Tokens} from "./Tokens.sol";

/// @title Deposits by EIP-3009: the payer signs, anyone submits, and the payer needs no gas.
/// @notice The authorisation is `ReceiveWithAuthorization` to this collector, so that nobody can submit it to the token on its own,
/// and its nonce is keccak256(abi.encode(channelId, salt)), so that the money can only go into the channel it was signed for.
contract ERC3009DepositCollector is DepositCollector {
    /// @param settlement The settlement contract that this collects for.
    constructor(address settlement) DepositCollector(settlement) {}

    /// @inheritdoc IDepositCollector
    /// @param collectorData abi.encode(uint256 validAfter, uint256 validBefore, uint256 salt, bytes signature).
    function collect(address payer, address token, uint256 amount, bytes32 channelId, bytes calldata collectorData)
        external
        onlySettlement
    {
        (uint256 validAfter, uint256 validBefore, uint256 salt, bytes memory signature) =
            abi.decode(collectorData, (uint256, uint256, uint256, bytes));
        bytes32 nonce = keccak256(abi.encode(channelId, salt));
        IERC3009(token).receiveWithAuthorization(payer, address(this), amount, validAfter, validBefore, nonce, signature);
        Tokens.send(token, msg.sender, amount);
    }
}
