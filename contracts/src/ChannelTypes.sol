// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title What the parties to x402 payment channels sign: EIP-712 types, domain and digests.
/// @dev x402, scheme `batch-settlement` on EVM, version 1.0 (specs/schemes/batch-settlement/scheme_batch_settlement_evm.md).
/// The domain is made anew in each call from the chain's id and this contract's address, so that a fork of the chain is
/// another domain at once, and the code holds nothing of where it was deployed.
abstract contract ChannelTypes {
    /// @notice A channel: who pays whom, in what, and who signs for them. Its hash is its identity; nothing of it can change.
    /// @param payer Whose money it is, and who gets it back.
    /// @param payerAuthorizer The key that signs vouchers; zero if the payer itself does (a key or, by ERC-1271, a contract).
    /// @param receiver Who is paid.
    /// @param receiverAuthorizer Who signs claims and refunds for the receiver: a key or a contract (ERC-1271).
    /// @param token ERC-20 token that it is paid in.
    /// @param withdrawDelay Seconds from the payer's notice of withdrawal until it can take its money, 15 minutes to 30 days.
    /// @param salt Tells channels of the same terms apart.
    struct ChannelConfig {
        address payer;
        address payerAuthorizer;
        address receiver;
        address receiverAuthorizer;
        address token;
        uint40 withdrawDelay;
        bytes32 salt;
    }

    /// @notice What a payer signs: the receiver may claim up to this much of the channel, in all since it exists.
    /// @param maxClaimableAmount Token units, cumulative.
    struct Voucher {
        ChannelConfig channel;
        uint128 maxClaimableAmount;
    }

    /// @notice A voucher, the payer's signature over it, and how much of it the receiver takes.
    /// @param signature Of the payer authorizer's key, or as the payer understands it where there is no payer authorizer.
    /// @param totalClaimed Token units claimed in all after this, not more than the voucher's maximum.
    struct VoucherClaim {
        Voucher voucher;
        bytes signature;
        uint128 totalClaimed;
    }

    /// @notice EIP-712 type hash of a channel.
    bytes32 public constant CHANNEL_CONFIG_TYPEHASH = keccak256(
        "ChannelConfig(address payer,address payerAuthorizer,address receiver,address receiverAuthorizer,address token,uint40 withdrawDelay,bytes32 salt)"
    );
    /// @notice EIP-712 type hash of a voucher.
    bytes32 public constant VOUCHER_TYPEHASH = keccak256("Voucher(bytes32 channelId,uint128 maxClaimableAmount)");
    /// @notice EIP-712 type hash of a refund.
    bytes32 public constant REFUND_TYPEHASH = keccak256("Refund(bytes32 channelId,uint256 nonce,uint128 amount)");
    /// @notice EIP-712 type hash of one claim of a batch.
    bytes32 public constant CLAIM_ENTRY_TYPEHASH =
        keccak256("ClaimEntry(bytes32 channelId,uint128 maxClaimableAmount,uint128 totalClaimed)");
    /// @notice EIP-712 type hash of a batch of claims.
    bytes32 public constant CLAIM_BATCH_TYPEHASH = keccak256(
        "ClaimBatch(ClaimEntry[] claims)ClaimEntry(bytes32 channelId,uint128 maxClaimableAmount,uint128 totalClaimed)"
    );

    bytes32 private constant DOMAIN_TYPEHASH =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
    string private constant NAME = "x402 Batch Settlement";
    string private constant VERSION = "1";

    /// @notice The EIP-712 domain of everything that is signed for this contract (EIP-5267).
    /// @return fields Which of the following count: name, version, chainId, verifyingContract.
    function eip712Domain()
        external
        view
        returns (
            bytes1 fields,
            string memory name,
            string memory version,
            uint256 chainId,
            address verifyingContract,
            bytes32 salt,
            uint256[] memory extensions
        )
    {
        return (0x0f, NAME, VERSION, block.chainid, address(this), 0, new uint256[](0));
    }

    /// @notice The channel's identity: its EIP-712 hash, so that the same terms on another chain or contract are another channel.
    function getChannelId(ChannelConfig calldata config) public view returns (bytes32) {
        return _channelId(_domain(), config);
    }

    /// @notice What is signed for a voucher.
    /// @param maxClaimableAmount Token units, cumulative.
    function getVoucherDigest(bytes32 channelId, uint128 maxClaimableAmount) external view returns (bytes32) {
        return _voucherDigest(_domain(), channelId, maxClaimableAmount);
    }

    /// @notice What the receiver authorizer signs for a refund.
    /// @param nonce The channel's `refundNonce` when the refund is executed.
    /// @param amount Token units at most.
    function getRefundDigest(bytes32 channelId, uint256 nonce, uint128 amount) external view returns (bytes32) {
        return _refundDigest(_domain(), channelId, nonce, amount);
    }

    /// @notice What the receiver authorizer signs for a batch of claims: all of them, in this order.
    function getClaimBatchDigest(VoucherClaim[] calldata voucherClaims) external view returns (bytes32 digest) {
        (digest,) = _claimBatch(_domain(), voucherClaims);
    }

    function _domain() internal view returns (bytes32) {
        return keccak256(
            abi.encode(DOMAIN_TYPEHASH, keccak256(bytes(NAME)), keccak256(bytes(VERSION)), block.chainid, address(this))
        );
    }

    function _channelId(bytes32 domain, ChannelConfig calldata config) internal pure returns (bytes32) {
        return _digest(domain, keccak256(abi.encode(CHANNEL_CONFIG_TYPEHASH, config)));
    }

    function _voucherDigest(bytes32 domain, bytes32 channelId, uint128 maxClaimableAmount) internal pure returns (bytes32) {
        return _digest(domain, keccak256(abi.encode(VOUCHER_TYPEHASH, channelId, maxClaimableAmount)));
    }

    function _refundDigest(bytes32 domain, bytes32 channelId, uint256 nonce, uint128 amount) internal pure returns (bytes32) {
        return _digest(domain, keccak256(abi.encode(REFUND_TYPEHASH, channelId, nonce, amount)));
    }

    /// @dev The digest of the batch, and the channels that were hashed for it.
    function _claimBatch(bytes32 domain, VoucherClaim[] calldata claims)
        internal
        pure
        returns (bytes32 digest, bytes32[] memory channelIds)
    {
        channelIds = new bytes32[](claims.length);
        bytes32[] memory entries = new bytes32[](claims.length);
        for (uint256 i = 0; i < claims.length; i++) {
            VoucherClaim calldata c = claims[i];
            channelIds[i] = _channelId(domain, c.voucher.channel);
            entries[i] = keccak256(
                abi.encode(CLAIM_ENTRY_TYPEHASH, channelIds[i], c.voucher.maxClaimableAmount, c.totalClaimed)
            );
        }
        digest = _digest(domain, keccak256(abi.encode(CLAIM_BATCH_TYPEHASH, keccak256(abi.encodePacked(entries)))));
    }

    function _digest(bytes32 domain, bytes32 structHash) private pure returns (bytes32) {
        return keccak256(abi.encodePacked(hex"1901", domain, structHash));
    }
}
