// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {DepositCollector, IDepositCollector} from "./DepositCollector.sol";

/// @notice The part of Permit2 (SignatureTransfer) that the collector uses.
interface ISignatureTransfer {
    /// @notice What may be transferred.
    struct TokenPermissions {
        address token;
        uint256 amount;
    }

    /// @notice What the owner signs, beside the spender and the witness.
    struct PermitTransferFrom {
        TokenPermissions permitted;
        uint256 nonce;
        uint256 deadline;
    }

    /// @notice Where the spender sends it.
    struct SignatureTransferDetails {
        address to;
        uint256 requestedAmount;
    }

    /// @notice Transfers what `owner` signed for the caller, together with a witness of the caller's own type.
    function permitWitnessTransferFrom(
        PermitTransferFrom calldata permit,
        SignatureTransferDetails calldata transferDetails,
        address owner,
        bytes32 witness,
        string calldata witnessTypeString,
        bytes calldata signature
    ) external;
}

/// @notice The part of EIP-2612 that the collector uses.
interface IERC20Permit {
    function permit(address owner, address spender, uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s) external;
}

/// @title Deposits by Permit2: for any ERC-20 token whose payer has approved Permit2.
/// @notice The payer signs a transfer with this collector as spender and the channel as witness, so that the money can only go into
/// the channel it was signed for. Where the token has EIP-2612, the approval of Permit2 can be a signature too.
contract Permit2DepositCollector is DepositCollector {
    /// @notice Permit2; 0x000000000022D473030F116dDEE9F6B43aC78BA3 on public chains.
    ISignatureTransfer public immutable PERMIT2;

    /// @notice What Permit2 puts behind its own part of the EIP-712 type, structs in the order of their names.
    string public constant DEPOSIT_WITNESS_TYPE_STRING =
        "DepositWitness witness)DepositWitness(bytes32 channelId)TokenPermissions(address token,uint256 amount)";
    /// @notice EIP-712 type hash of the witness.
    bytes32 public constant DEPOSIT_WITNESS_TYPEHASH = keccak256("DepositWitness(bytes32 channelId)");

    /// @notice The token refused the EIP-2612 approval. The deposit goes on: where the approval was submitted by another before,
    /// it is there, and where it is not, Permit2 refuses.
    event EIP2612PermitFailedWithData(address indexed token, address indexed owner, bytes data);

    /// @notice Permit2 cannot be at the zero address.
    error InvalidPermit2Address();
    /// @notice The EIP-2612 approval is for another amount than the deposit.
    error Permit2612AmountMismatch();

    /// @param settlement The settlement contract that this collects for.
    /// @param permit2 Permit2's address on this chain.
    constructor(address settlement, address permit2) DepositCollector(settlement) {
        if (permit2 == address(0)) revert InvalidPermit2Address();
        PERMIT2 = ISignatureTransfer(permit2);
    }

    /// @inheritdoc IDepositCollector
    /// @param collectorData abi.encode(uint256 nonce, uint256 deadline, bytes signature, bytes approval), where approval is empty or
    /// EIP-2612's abi.encode(uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s) for Permit2 as spender.
    function collect(address payer, address token, uint256 amount, bytes32 channelId, bytes calldata collectorData)
        external
        onlySettlement
    {
        (uint256 nonce, uint256 deadline, bytes memory signature, bytes memory approval) =
            abi.decode(collectorData, (uint256, uint256, bytes, bytes));
        if (approval.length != 0) _approve(payer, token, amount, approval);
        PERMIT2.permitWitnessTransferFrom(
            ISignatureTransfer.PermitTransferFrom({
                permitted: ISignatureTransfer.TokenPermissions({token: token, amount: amount}),
                nonce: nonce,
                deadline: deadline
            }),
            ISignatureTransfer.SignatureTransferDetails({to: msg.sender, requestedAmount: amount}),
            payer,
            keccak256(abi.encode(DEPOSIT_WITNESS_TYPEHASH, channelId)),
            DEPOSIT_WITNESS_TYPE_STRING,
            signature
        );
    }

    function _approve(address payer, address token, uint256 amount, bytes memory approval) private {
        (uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s) =
            abi.decode(approval, (uint256, uint256, uint8, bytes32, bytes32));
        if (value != amount) revert Permit2612AmountMismatch();
        (bool success, bytes memory answer) =
            token.call(abi.encodeCall(IERC20Permit.permit, (payer, address(PERMIT2), value, deadline, v, r, s)));
        if (!success) emit EIP2612PermitFailedWithData(token, payer, answer);
    }
}
