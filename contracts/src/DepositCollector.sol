// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @notice Fetches the money of a deposit. Which one does is for the caller of `deposit` to say, so that a way to pay can be
/// added without a new settlement contract, which believes only what has arrived.
interface IDepositCollector {
    /// @notice Moves `amount` units of `token` from `payer` to the caller, as the payer authorised it for this channel.
    /// @param channelId What the payer's authorisation must be bound to.
    /// @param collectorData The authorisation, in the form this collector takes.
    function collect(address payer, address token, uint256 amount, bytes32 channelId, bytes calldata collectorData) external;
}

/// @title A collector for one settlement contract.
/// @dev Nobody else can make it fetch: who could, would have the money credited to a channel of their own.
abstract contract DepositCollector is IDepositCollector {
    /// @notice The settlement contract that this collects for.
    address public immutable x402BatchSettlement;

    /// @notice Only the settlement contract may have money fetched.
    error OnlyX402BatchSettlement();
    /// @notice The zero address cannot be collected for.
    error InvalidX402BatchSettlementAddress();

    /// @dev Refuses everybody but the settlement contract.
    modifier onlySettlement() {
        if (msg.sender != x402BatchSettlement) revert OnlyX402BatchSettlement();
        _;
    }

    /// @param settlement The settlement contract that this collects for.
    constructor(address settlement) {
        if (settlement == address(0)) revert InvalidX402BatchSettlementAddress();
        x402BatchSettlement = settlement;
    }
}
