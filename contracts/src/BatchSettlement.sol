// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ChannelTypes} from "./ChannelTypes.sol";
import {IDepositCollector} from "./DepositCollector.sol";
import {Exclusive} from "./Exclusive.sol";
import {Signatures} from "./Signatures.sol";
import {Tokens} from "./Tokens.sol";

/// @title Payment channels of x402's `batch-settlement` scheme.
/// @notice A payer deposits once and signs, off chain, one voucher per request; each says how much the receiver may have claimed in
/// all, so that a newer one supersedes the older ones and none can be paid twice. The receiver claims many channels in one call and
/// takes what it claimed from all of them in one transfer. What is not claimed goes back to the payer: at once if the receiver
/// agrees, else after the channel's delay. Nobody owns this contract, nothing in it can be stopped, and money leaves it only to a
/// channel's receiver and to its payer.
/// @dev ABI, events, errors and typed data are those of the specification and of its canonical deployment, so that x402's own clients
/// and facilitators work with it.
///
/// A channel's `balance` is what was deposited less what went back to the payer, and `totalClaimed`, which never falls, is the
/// receiver's part of it. For each token the contract holds exactly, for tokens whose balances move by transfers alone,
///     Σ channels (balance − totalClaimed) + Σ receivers (totalClaimed − totalSettled)
/// and whatever was sent to it by mistake, which nobody can take.
///
/// A voucher has no expiry and reserves nothing: what counts is what was claimed here when the payer's withdrawal is completed. A
/// withdrawal that was initiated stays pending until it is completed or refunded away, so a receiver counts on `balance` less a
/// pending withdrawal's amount. Emptied and funded again, a channel honours the vouchers that were signed before.
contract BatchSettlement is ChannelTypes, Exclusive {
    /// @notice A channel's money.
    /// @param balance Units deposited less units that went back to the payer.
    /// @param totalClaimed Units claimed in all; never more than `balance`, and never less than before.
    struct ChannelState {
        uint128 balance;
        uint128 totalClaimed;
    }

    /// @notice A withdrawal that waits for its delay.
    /// @param amount Units asked for, or what refunds left of them.
    /// @param initiatedAt When, in Unix seconds; zero if none is pending.
    struct WithdrawalState {
        uint128 amount;
        uint40 initiatedAt;
    }

    /// @notice A receiver's money in one token.
    /// @param totalClaimed Units claimed in all from all channels.
    /// @param totalSettled Units of these that were paid.
    struct ReceiverState {
        uint128 totalClaimed;
        uint128 totalSettled;
    }

    /// @notice Shortest delay of a withdrawal, in seconds.
    uint40 public constant MIN_WITHDRAW_DELAY = 15 minutes;
    /// @notice Longest delay of a withdrawal, in seconds.
    uint40 public constant MAX_WITHDRAW_DELAY = 30 days;

    /// @notice The money of each channel.
    mapping(bytes32 channelId => ChannelState) public channels;
    /// @notice Refunds that each channel has had: the nonce that the next signed one must bear.
    mapping(bytes32 channelId => uint256) public refundNonce;
    /// @notice The withdrawal that each channel waits for.
    mapping(bytes32 channelId => WithdrawalState) public pendingWithdrawals;
    /// @notice The money of each receiver in each token.
    mapping(address receiver => mapping(address token => ReceiverState)) public receivers;

    /// @notice A channel received its first money, or its first after it was closed.
    event ChannelCreated(bytes32 indexed channelId, ChannelConfig config);
    /// @notice A channel that nothing was ever claimed from is empty again.
    event ChannelClosed(bytes32 indexed channelId, ChannelConfig config);
    /// @notice Money came into a channel.
    event Deposited(bytes32 indexed channelId, address indexed sender, uint128 amount, uint128 newBalance);
    /// @notice A receiver's part of a channel grew by `claimAmount` to `newTotalClaimed`.
    event Claimed(bytes32 indexed channelId, address indexed sender, uint128 claimAmount, uint128 newTotalClaimed);
    /// @notice A receiver was paid what it had claimed.
    event Settled(address indexed receiver, address indexed token, address indexed sender, uint128 amount);
    /// @notice The receiver gave unclaimed money back to the payer.
    event Refunded(bytes32 indexed channelId, address indexed sender, uint128 amount);
    /// @notice The payer gave notice: it can take up to `amount` of what is unclaimed at `finalizeAfter`, in Unix seconds.
    event WithdrawInitiated(bytes32 indexed channelId, uint128 amount, uint40 finalizeAfter);
    /// @notice The payer took unclaimed money back.
    event WithdrawFinalized(bytes32 indexed channelId, address indexed sender, uint128 amount);

    /// @notice A party of the channel or its token is missing, or is this contract; or the caller is not the channel's payer side.
    error InvalidChannel();
    /// @notice A deposit of nothing.
    error ZeroDeposit();
    /// @notice The channel cannot hold this much.
    error DepositOverflow();
    /// @notice The signature is not that of who had to sign this, for this contract and chain, in its one valid form.
    error InvalidSignature();
    /// @notice The channels of a signed batch have different receiver authorizers.
    error NotReceiverAuthorizer();
    /// @notice Only the receiver and its authorizer may claim; anyone with the authorizer's signature.
    error NotAuthorizedToClaim();
    /// @notice Only the receiver and its authorizer may refund; anyone with the authorizer's signature.
    error NotAuthorizedToRefund();
    /// @notice The claim is for more than the voucher allows.
    error ClaimExceedsCeiling();
    /// @notice The claim is for more than the channel has.
    error ClaimExceedsBalance();
    /// @notice The channel waits for a withdrawal already.
    error WithdrawalAlreadyPending();
    /// @notice The channel waits for no withdrawal.
    error WithdrawalNotPending();
    /// @notice Only the payer and its authorizer may complete a withdrawal.
    error NotAuthorizedToFinalizeWithdraw();
    /// @notice The channel's delay is not over.
    error WithdrawDelayNotElapsed();
    /// @notice A withdrawal of nothing.
    error NothingToWithdraw();
    /// @notice More than what is unclaimed.
    error WithdrawAmountExceedsAvailable();
    /// @notice The channel's delay is shorter than 15 minutes or longer than 30 days.
    error WithdrawDelayOutOfRange();
    /// @notice No claim in the batch.
    error EmptyBatch();
    /// @notice Another amount arrived than was to be deposited: the collector did not collect, or the token charges on transfer.
    error DepositCollectionFailed();
    /// @notice There is no such collector.
    error InvalidCollector();
    /// @notice The refund was signed for another nonce: it was executed, or another was since.
    error InvalidRefundNonce();
    /// @notice A refund of nothing.
    error ZeroRefund();

    /// @notice Executes several calls of this contract as one, all or none; the caller is the caller of each.
    /// @param data Calldata of each call.
    /// @return results What each returned.
    function multicall(bytes[] calldata data) external returns (bytes[] memory results) {
        results = new bytes[](data.length);
        for (uint256 i = 0; i < data.length; i++) {
            (bool success, bytes memory answer) = address(this).delegatecall(data[i]);
            if (!success) {
                assembly ("memory-safe") {
                    revert(add(answer, 0x20), mload(answer))
                }
            }
            results[i] = answer;
        }
    }

    // Deposits

    /// @notice Puts money into a channel, which exists from its first deposit on. Anyone may, with what the collector needs.
    /// @param amount Token units: exactly what must arrive.
    /// @param collector Who fetches it: see IDepositCollector. It is trusted with nothing.
    /// @param collectorData What the collector needs: the payer's authorisation.
    function deposit(ChannelConfig calldata config, uint128 amount, address collector, bytes calldata collectorData)
        external
        exclusive
    {
        _requireWellFormed(config);
        if (amount == 0) revert ZeroDeposit();
        if (collector.code.length == 0) revert InvalidCollector();
        bytes32 channelId = getChannelId(config);
        ChannelState storage channel = channels[channelId];
        if (amount > type(uint128).max - channel.balance) revert DepositOverflow();

        // Credited after it arrived: whoever looks at the channel meanwhile sees less than there is, not more.
        uint256 held = Tokens.held(config.token);
        IDepositCollector(collector).collect(config.payer, config.token, amount, channelId, collectorData);
        if (Tokens.held(config.token) != held + amount) revert DepositCollectionFailed();

        uint128 balance = channel.balance + amount;
        if (balance == amount && channel.totalClaimed == 0) emit ChannelCreated(channelId, config);
        channel.balance = balance;
        emit Deposited(channelId, msg.sender, amount, balance);
    }

    // Claims and what they come to

    /// @notice Claims on vouchers. For the receiver of each channel, or its authorizer.
    /// A claim of no more than was claimed before changes nothing.
    function claim(VoucherClaim[] calldata voucherClaims) external exclusive {
        if (voucherClaims.length == 0) revert EmptyBatch();
        bytes32 domain = _domain();
        for (uint256 i = 0; i < voucherClaims.length; i++) {
            ChannelConfig calldata config = voucherClaims[i].voucher.channel;
            if (!_isReceiverSide(config)) revert NotAuthorizedToClaim();
            _claim(domain, _channelId(domain, config), voucherClaims[i]);
        }
    }

    /// @notice Claims on vouchers, for anyone who has the receiver authorizer's signature over all of them.
    /// @param voucherClaims Of channels that have one and the same receiver authorizer.
    /// @param authorizerSignature Over `getClaimBatchDigest(voucherClaims)`.
    function claimWithSignature(VoucherClaim[] calldata voucherClaims, bytes calldata authorizerSignature) external exclusive {
        if (voucherClaims.length == 0) revert EmptyBatch();
        bytes32 domain = _domain();
        (bytes32 digest, bytes32[] memory channelIds) = _claimBatch(domain, voucherClaims);
        address authorizer = voucherClaims[0].voucher.channel.receiverAuthorizer;
        if (!Signatures.isValid(authorizer, digest, authorizerSignature)) revert InvalidSignature();
        for (uint256 i = 0; i < voucherClaims.length; i++) {
            if (voucherClaims[i].voucher.channel.receiverAuthorizer != authorizer) revert NotReceiverAuthorizer();
            _claim(domain, channelIds[i], voucherClaims[i]);
        }
    }

    /// @notice Pays a receiver all it has claimed in a token. Anyone may; where there is nothing, nothing happens.
    function settle(address receiver, address token) external exclusive {
        ReceiverState storage state = receivers[receiver][token];
        uint128 claimed = state.totalClaimed;
        uint128 amount = claimed - state.totalSettled;
        if (amount == 0) return;
        state.totalSettled = claimed;
        emit Settled(receiver, token, msg.sender, amount);
        Tokens.send(token, receiver, amount);
    }

    // The ways back

    /// @notice Gives notice that the payer wants unclaimed money back. For the payer and its authorizer.
    /// @param amount Token units, not more than what is unclaimed now.
    function initiateWithdraw(ChannelConfig calldata config, uint128 amount) external exclusive {
        if (!_isPayerSide(config)) revert InvalidChannel();
        if (amount == 0) revert NothingToWithdraw();
        bytes32 channelId = getChannelId(config);
        WithdrawalState storage withdrawal = pendingWithdrawals[channelId];
        if (withdrawal.initiatedAt != 0) revert WithdrawalAlreadyPending();
        if (amount > _unclaimed(channels[channelId])) revert WithdrawAmountExceedsAvailable();
        withdrawal.amount = amount;
        withdrawal.initiatedAt = uint40(block.timestamp);
        emit WithdrawInitiated(channelId, amount, uint40(block.timestamp) + config.withdrawDelay);
    }

    /// @notice Completes a withdrawal once its delay is over: what was asked for, or what is unclaimed if that is less, goes to the
    /// payer. For the payer and its authorizer.
    function finalizeWithdraw(ChannelConfig calldata config) external exclusive {
        if (!_isPayerSide(config)) revert NotAuthorizedToFinalizeWithdraw();
        bytes32 channelId = getChannelId(config);
        WithdrawalState memory withdrawal = pendingWithdrawals[channelId];
        if (withdrawal.initiatedAt == 0) revert WithdrawalNotPending();
        if (block.timestamp < uint256(withdrawal.initiatedAt) + config.withdrawDelay) revert WithdrawDelayNotElapsed();
        delete pendingWithdrawals[channelId];
        ChannelState storage channel = channels[channelId];
        uint128 amount = _lesser(withdrawal.amount, _unclaimed(channel));
        channel.balance -= amount;
        emit WithdrawFinalized(channelId, msg.sender, amount);
        _giveBack(config, channelId, channel, amount);
    }

    /// @notice Gives unclaimed money back to the payer at once. For the receiver and its authorizer.
    /// @param amount Token units at most; no more than what is unclaimed is given.
    function refund(ChannelConfig calldata config, uint128 amount) external exclusive {
        if (!_isReceiverSide(config)) revert NotAuthorizedToRefund();
        _refund(config, getChannelId(config), amount);
    }

    /// @notice As above, for anyone who has the receiver authorizer's signature.
    /// @param nonce The channel's `refundNonce`. Every refund advances it, so a signature serves once.
    /// @param receiverAuthorizerSignature Over `getRefundDigest(channelId, nonce, amount)`.
    function refundWithSignature(
        ChannelConfig calldata config,
        uint128 amount,
        uint256 nonce,
        bytes calldata receiverAuthorizerSignature
    ) external exclusive {
        bytes32 domain = _domain();
        bytes32 channelId = _channelId(domain, config);
        if (nonce != refundNonce[channelId]) revert InvalidRefundNonce();
        bytes32 digest = _refundDigest(domain, channelId, nonce, amount);
        if (!Signatures.isValid(config.receiverAuthorizer, digest, receiverAuthorizerSignature)) revert InvalidSignature();
        _refund(config, channelId, amount);
    }

    /// @dev The money must have a way out: neither party may be nobody, or this contract, which would send to itself.
    function _requireWellFormed(ChannelConfig calldata config) private view {
        if (
            config.payer == address(0) || config.payer == address(this) || config.receiver == address(0)
                || config.receiver == address(this) || config.receiverAuthorizer == address(0) || config.token.code.length == 0
        ) revert InvalidChannel();
        if (config.withdrawDelay < MIN_WITHDRAW_DELAY || config.withdrawDelay > MAX_WITHDRAW_DELAY) {
            revert WithdrawDelayOutOfRange();
        }
    }

    function _claim(bytes32 domain, bytes32 channelId, VoucherClaim calldata c) private {
        ChannelState storage channel = channels[channelId];
        uint128 before = channel.totalClaimed;
        uint128 claimed = c.totalClaimed;
        if (claimed <= before) return;
        if (claimed > c.voucher.maxClaimableAmount) revert ClaimExceedsCeiling();
        if (claimed > channel.balance) revert ClaimExceedsBalance();
        ChannelConfig calldata config = c.voucher.channel;
        bytes32 digest = _voucherDigest(domain, channelId, c.voucher.maxClaimableAmount);
        // A key that is fixed in the channel cannot take its word back; a contract that answers for itself can.
        bool signed = config.payerAuthorizer != address(0)
            ? Signatures.isByKey(config.payerAuthorizer, digest, c.signature)
            : Signatures.isValid(config.payer, digest, c.signature);
        if (!signed) revert InvalidSignature();
        channel.totalClaimed = claimed;
        receivers[config.receiver][config.token].totalClaimed += claimed - before;
        emit Claimed(channelId, msg.sender, claimed - before, claimed);
    }

    function _refund(ChannelConfig calldata config, bytes32 channelId, uint128 wanted) private {
        if (wanted == 0) revert ZeroRefund();
        refundNonce[channelId]++; // also where there is nothing to give: a signature serves once
        ChannelState storage channel = channels[channelId];
        uint128 amount = _lesser(wanted, _unclaimed(channel));
        if (amount == 0) return;
        channel.balance -= amount;
        WithdrawalState memory withdrawal = pendingWithdrawals[channelId];
        if (withdrawal.initiatedAt != 0) {
            if (amount >= withdrawal.amount) delete pendingWithdrawals[channelId];
            else pendingWithdrawals[channelId].amount = withdrawal.amount - amount;
        }
        emit Refunded(channelId, msg.sender, amount);
        _giveBack(config, channelId, channel, amount);
    }

    function _giveBack(ChannelConfig calldata config, bytes32 channelId, ChannelState storage channel, uint128 amount) private {
        if (channel.balance == 0 && channel.totalClaimed == 0) emit ChannelClosed(channelId, config);
        if (amount != 0) Tokens.send(config.token, config.payer, amount);
    }

    function _unclaimed(ChannelState storage channel) private view returns (uint128) {
        return channel.balance - channel.totalClaimed;
    }

    function _isPayerSide(ChannelConfig calldata config) private view returns (bool) {
        return msg.sender == config.payer || msg.sender == config.payerAuthorizer;
    }

    function _isReceiverSide(ChannelConfig calldata config) private view returns (bool) {
        return msg.sender == config.receiver || msg.sender == config.receiverAuthorizer;
    }

    function _lesser(uint128 a, uint128 b) private pure returns (uint128) {
        return a < b ? a : b;
    }
}
