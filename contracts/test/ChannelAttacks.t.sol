// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {BatchSettlement} from "../src/BatchSettlement.sol";
import {ChannelTypes} from "../src/ChannelTypes.sol";
import {DepositCollector, IDepositCollector} from "../src/DepositCollector.sol";
import {Exclusive} from "../src/Exclusive.sol";
import {Permit2DepositCollector} from "../src/Permit2DepositCollector.sol";
import {TestDollar} from "../src/TestDollar.sol";
import {Tokens} from "../src/Tokens.sol";
import {Channels} from "./Channels.sol";
import {FeeToken, LooseToken, ReentrantToken, RefusingToken, SilentToken} from "./HostileTokens.sol";
import {Permit2ForTests} from "./Permit2ForTests.sol";

contract ChannelAttacksTest is Channels {
    address private constant THIEF = address(0x7417f);

    // Vouchers

    function test_a_replayed_voucher_pays_nothing() public {
        (ChannelTypes.ChannelConfig memory config, bytes32 id) = funded(1, 1000);
        ChannelTypes.VoucherClaim[] memory claims = only(claimOf(config, 1, 300, 300));
        bytes memory sig = signed(AUTHORIZER, settlement.getClaimBatchDigest(claims));
        for (uint256 i = 0; i < 3; i++) {
            settlement.claimWithSignature(claims, sig);
            settlement.settle(RECEIVER, address(dollar));
        }
        assertChannel(id, 1000, 300);
        assertDollars(RECEIVER, 300);
    }

    function test_one_voucher_twice_in_a_batch_pays_once() public {
        (ChannelTypes.ChannelConfig memory config, bytes32 id) = funded(1, 1000);
        ChannelTypes.VoucherClaim[] memory claims = new ChannelTypes.VoucherClaim[](2);
        claims[0] = claims[1] = claimOf(config, 1, 300, 300);
        vm.prank(RECEIVER);
        settlement.claim(claims);
        assertChannel(id, 1000, 300);
        (uint128 total,) = settlement.receivers(RECEIVER, address(dollar));
        vm.assertEq(total, 300, "receiver's total");
    }

    function test_a_stale_voucher_takes_nothing_back() public {
        (ChannelTypes.ChannelConfig memory config, bytes32 id) = funded(1, 1000);
        claimed(config, 1, 300);
        claimed(config, 1, 200);
        assertChannel(id, 1000, 300);
    }

    function test_a_claim_above_the_voucher_or_the_balance_is_refused() public {
        (ChannelTypes.ChannelConfig memory config,) = funded(1, 1000);
        _refused(claimOf(config, 1, 300, 301), BatchSettlement.ClaimExceedsCeiling.selector);
        _refused(claimOf(config, 1, 1001, 1001), BatchSettlement.ClaimExceedsBalance.selector);
    }

    function test_a_voucher_of_another_chain_is_refused() public {
        (ChannelTypes.ChannelConfig memory config, bytes32 id) = funded(1, 1000);
        uint256 here = block.chainid;
        vm.chainId(here + 1);
        ChannelTypes.VoucherClaim memory claim = claimOf(config, 1, 300, 300);
        vm.assertTrue(settlement.getChannelId(config) != id, "another chain's channel is another channel");
        vm.chainId(here);
        _refused(claim, BatchSettlement.InvalidSignature.selector);
    }

    function test_a_voucher_for_another_contract_is_refused() public {
        (ChannelTypes.ChannelConfig memory config,) = funded(1, 1000);
        BatchSettlement other = new BatchSettlement();
        ChannelTypes.VoucherClaim memory claim = claimOf(config, 1, 300, 300);
        claim.signature = signed(key(1), other.getVoucherDigest(other.getChannelId(config), 300));
        _refused(claim, BatchSettlement.InvalidSignature.selector);
        // Nor does this channel's identity help under the other's domain.
        claim.signature = signed(key(1), other.getVoucherDigest(settlement.getChannelId(config), 300));
        _refused(claim, BatchSettlement.InvalidSignature.selector);
    }

    function test_a_voucher_of_another_channel_of_the_same_parties_is_refused() public {
        (ChannelTypes.ChannelConfig memory config,) = funded(1, 1000);
        ChannelTypes.ChannelConfig memory twin = abi.decode(abi.encode(config), (ChannelTypes.ChannelConfig));
        twin.salt = "twin";
        deposit(twin, 1, 1000);
        ChannelTypes.VoucherClaim memory claim = claimOf(config, 1, 300, 300);
        claim.voucher.channel = twin;
        _refused(claim, BatchSettlement.InvalidSignature.selector);
    }

    function test_a_high_s_is_refused() public {
        (ChannelTypes.ChannelConfig memory config,) = funded(1, 1000);
        ChannelTypes.VoucherClaim memory claim = claimOf(config, 1, 300, 300);
        (bytes32 r, bytes32 s) = abi.decode(claim.signature, (bytes32, bytes32));
        claim.signature = abi.encodePacked(r, ORDER - uint256(s), claim.signature[64] == 0x1b ? uint8(28) : uint8(27));
        _refused(claim, BatchSettlement.InvalidSignature.selector);
    }

    function test_a_signature_of_zeroes_or_of_another_length_is_refused() public {
        (ChannelTypes.ChannelConfig memory config,) = funded(1, 1000);
        ChannelTypes.VoucherClaim memory claim = claimOf(config, 1, 300, 300);
        bytes memory whole = claim.signature;
        claim.signature = new bytes(65);
        _refused(claim, BatchSettlement.InvalidSignature.selector);
        claim.signature = "";
        _refused(claim, BatchSettlement.InvalidSignature.selector);
        claim.signature = abi.encodePacked(whole, uint8(0));
        _refused(claim, BatchSettlement.InvalidSignature.selector);
        // Where the payer signs for itself, too.
        config.payerAuthorizer = address(0);
        deposit(config, 1, 1000);
        claim = claimOf(config, 1, 300, 300);
        whole = claim.signature;
        claim.signature = new bytes(65);
        _refused(claim, BatchSettlement.InvalidSignature.selector);
        claim.signature = abi.encodePacked(whole, uint8(0));
        _refused(claim, BatchSettlement.InvalidSignature.selector);
    }

    function test_the_receivers_own_signature_is_no_voucher() public {
        (ChannelTypes.ChannelConfig memory config, bytes32 id) = funded(1, 1000);
        ChannelTypes.VoucherClaim memory claim = claimOf(config, 1, 300, 300);
        claim.signature = signed(AUTHORIZER, settlement.getVoucherDigest(id, 300));
        _refused(claim, BatchSettlement.InvalidSignature.selector);
    }

    function test_nobody_else_claims() public {
        (ChannelTypes.ChannelConfig memory config,) = funded(1, 1000);
        ChannelTypes.VoucherClaim[] memory claims = only(claimOf(config, 1, 300, 300));
        vm.expectRevert(BatchSettlement.NotAuthorizedToClaim.selector);
        vm.prank(THIEF);
        settlement.claim(claims);
        vm.expectRevert(BatchSettlement.NotAuthorizedToClaim.selector);
        vm.prank(payer(1));
        settlement.claim(claims);
        bytes memory sig = signed(key(1), settlement.getClaimBatchDigest(claims));
        vm.expectRevert(BatchSettlement.InvalidSignature.selector);
        settlement.claimWithSignature(claims, sig);
        claims = new ChannelTypes.VoucherClaim[](0);
        vm.expectRevert(BatchSettlement.EmptyBatch.selector);
        vm.prank(RECEIVER);
        settlement.claim(claims);
        vm.expectRevert(BatchSettlement.EmptyBatch.selector);
        settlement.claimWithSignature(claims, sig);
    }

    function test_a_batch_signature_covers_each_row_and_their_order() public {
        (ChannelTypes.ChannelConfig memory first,) = funded(1, 1000);
        (ChannelTypes.ChannelConfig memory second,) = funded(2, 1000);
        ChannelTypes.VoucherClaim[] memory claims = new ChannelTypes.VoucherClaim[](2);
        claims[0] = claimOf(first, 1, 300, 200);
        claims[1] = claimOf(second, 2, 300, 200);
        bytes memory sig = signed(AUTHORIZER, settlement.getClaimBatchDigest(claims));
        claims[1].totalClaimed = 300; // within the voucher, but not what the authorizer signed
        vm.expectRevert(BatchSettlement.InvalidSignature.selector);
        settlement.claimWithSignature(claims, sig);
        claims[1].totalClaimed = 200;
        (claims[0], claims[1]) = (claims[1], claims[0]);
        vm.expectRevert(BatchSettlement.InvalidSignature.selector);
        settlement.claimWithSignature(claims, sig);
        vm.expectRevert(BatchSettlement.InvalidSignature.selector);
        settlement.claimWithSignature(only(claims[0]), sig);
    }

    function test_an_authorizer_signs_for_no_other_authorizers_channel() public {
        (ChannelTypes.ChannelConfig memory own,) = funded(1, 1000);
        ChannelTypes.ChannelConfig memory foreign = configOf(2);
        foreign.receiverAuthorizer = address(0xf0e);
        deposit(foreign, 2, 1000);
        ChannelTypes.VoucherClaim[] memory claims = new ChannelTypes.VoucherClaim[](2);
        claims[0] = claimOf(own, 1, 300, 300);
        claims[1] = claimOf(foreign, 2, 300, 300);
        bytes memory sig = signed(AUTHORIZER, settlement.getClaimBatchDigest(claims));
        vm.expectRevert(BatchSettlement.NotReceiverAuthorizer.selector);
        settlement.claimWithSignature(claims, sig);
    }

    // Withdrawals and refunds

    function test_a_claim_after_the_withdrawal_is_refused_and_takes_no_other_channels_money() public {
        (ChannelTypes.ChannelConfig memory config,) = funded(1, 1000);
        funded(2, 1000);
        ChannelTypes.VoucherClaim memory claim = claimOf(config, 1, 300, 300);
        vm.prank(payer(1));
        settlement.initiateWithdraw(config, 1000);
        vm.warp(START + DELAY);
        vm.prank(payer(1));
        settlement.finalizeWithdraw(config);
        _refused(claim, BatchSettlement.ClaimExceedsBalance.selector);
        assertDollars(address(settlement), 1000);
    }

    function test_nobody_else_withdraws_or_refunds() public {
        (ChannelTypes.ChannelConfig memory config, bytes32 id) = funded(1, 1000);
        vm.expectRevert(BatchSettlement.InvalidChannel.selector);
        vm.prank(RECEIVER);
        settlement.initiateWithdraw(config, 1000);
        vm.prank(payer(1));
        settlement.initiateWithdraw(config, 1000);
        vm.warp(START + DELAY);
        vm.expectRevert(BatchSettlement.NotAuthorizedToFinalizeWithdraw.selector);
        vm.prank(THIEF);
        settlement.finalizeWithdraw(config);
        vm.expectRevert(BatchSettlement.NotAuthorizedToRefund.selector);
        vm.prank(payer(1));
        settlement.refund(config, 1);
        bytes memory sig = signed(key(1), settlement.getRefundDigest(id, 0, 1));
        vm.expectRevert(BatchSettlement.InvalidSignature.selector);
        settlement.refundWithSignature(config, 1, 0, sig);
    }

    function test_a_withdrawal_is_of_what_is_unclaimed() public {
        (ChannelTypes.ChannelConfig memory config,) = funded(1, 1000);
        claimed(config, 1, 400);
        vm.expectRevert(BatchSettlement.WithdrawAmountExceedsAvailable.selector);
        vm.prank(payer(1));
        settlement.initiateWithdraw(config, 601);
        vm.expectRevert(BatchSettlement.NothingToWithdraw.selector);
        vm.prank(payer(1));
        settlement.initiateWithdraw(config, 0);
    }

    function test_a_signed_refund_serves_once_and_not_after_another() public {
        (ChannelTypes.ChannelConfig memory config, bytes32 id) = funded(1, 1000);
        bytes memory sig = signed(AUTHORIZER, settlement.getRefundDigest(id, 0, 100));
        settlement.refundWithSignature(config, 100, 0, sig);
        vm.expectRevert(BatchSettlement.InvalidRefundNonce.selector);
        settlement.refundWithSignature(config, 100, 0, sig);
        sig = signed(AUTHORIZER, settlement.getRefundDigest(id, 1, 100));
        vm.expectRevert(BatchSettlement.InvalidSignature.selector);
        settlement.refundWithSignature(config, 200, 1, sig);
        vm.prank(RECEIVER);
        settlement.refund(config, 1);
        vm.expectRevert(BatchSettlement.InvalidRefundNonce.selector);
        settlement.refundWithSignature(config, 100, 1, sig);
    }

    // Deposits

    function test_a_deposit_authorization_is_good_for_its_channel_alone() public {
        ChannelTypes.ChannelConfig memory config = configOf(1);
        dollar.mint(payer(1), 1000);
        bytes memory data = authorization(config, 1, 1000, 1);
        // A thief who saw it in the queue would rather have it paid into a channel to himself.
        ChannelTypes.ChannelConfig memory his = configOf(1);
        his.receiver = his.receiverAuthorizer = THIEF;
        vm.expectPartialRevert(TestDollar.InvalidSignature.selector);
        vm.prank(THIEF);
        settlement.deposit(his, 1000, address(byAuthorization), data);
        // Or for another amount.
        vm.expectPartialRevert(TestDollar.InvalidSignature.selector);
        settlement.deposit(config, 999, address(byAuthorization), data);
        // Whoever submits it, it does what was signed, once.
        vm.prank(THIEF);
        settlement.deposit(config, 1000, address(byAuthorization), data);
        assertChannel(settlement.getChannelId(config), 1000, 0);
        vm.expectPartialRevert(TestDollar.AuthorizationSpent.selector);
        settlement.deposit(config, 1000, address(byAuthorization), data);
    }

    function test_a_deposit_authorization_is_worth_nothing_outside_of_the_settlement() public {
        ChannelTypes.ChannelConfig memory config = configOf(1);
        dollar.mint(payer(1), 1000);
        bytes memory data = authorization(config, 1, 1000, 1);
        bytes32 id = settlement.getChannelId(config);
        (,,, bytes memory sig) = abi.decode(data, (uint256, uint256, uint256, bytes));
        bytes32 nonce = keccak256(abi.encode(id, 1));
        address payee = address(byAuthorization);
        vm.expectPartialRevert(TestDollar.CallerNotPayee.selector);
        vm.prank(THIEF);
        dollar.receiveWithAuthorization(payer(1), payee, 1000, 0, NEVER, nonce, sig);
        vm.expectPartialRevert(TestDollar.InvalidSignature.selector);
        dollar.transferWithAuthorization(payer(1), payee, 1000, 0, NEVER, nonce, sig);
        vm.expectRevert(DepositCollector.OnlyX402BatchSettlement.selector);
        vm.prank(THIEF);
        byAuthorization.collect(payer(1), address(dollar), 1000, id, data);
        vm.expectRevert(DepositCollector.OnlyX402BatchSettlement.selector);
        vm.prank(THIEF);
        byPermit2.collect(payer(1), address(dollar), 1000, id, "");
    }

    function test_a_permit2_signature_is_good_for_its_channel_amount_and_time() public {
        ChannelTypes.ChannelConfig memory config = configOf(1);
        bytes32 id = settlement.getChannelId(config);
        dollar.mint(payer(1), 1000);
        vm.prank(payer(1));
        dollar.approve(address(permit2), 1000);
        bytes memory sig = permitted(id, 1, address(dollar), 600, 77, START);
        bytes memory data = abi.encode(77, START, sig, "");
        ChannelTypes.ChannelConfig memory his = configOf(1);
        his.receiver = his.receiverAuthorizer = THIEF;
        vm.expectRevert(Permit2ForTests.InvalidSigner.selector);
        vm.prank(THIEF);
        settlement.deposit(his, 600, address(byPermit2), data);
        vm.expectRevert(Permit2ForTests.InvalidSigner.selector);
        settlement.deposit(config, 601, address(byPermit2), data);
        vm.warp(START + 1);
        vm.expectPartialRevert(Permit2ForTests.SignatureExpired.selector);
        settlement.deposit(config, 600, address(byPermit2), data);
        vm.warp(START);
        settlement.deposit(config, 600, address(byPermit2), data);
        assertChannel(id, 600, 0);
        vm.expectRevert(Permit2ForTests.InvalidNonce.selector);
        settlement.deposit(config, 600, address(byPermit2), data);
    }

    function test_an_approval_of_permit2_by_signature_comes_with_the_deposit_and_may_be_submitted_before_it() public {
        ChannelTypes.ChannelConfig memory config = configOf(1);
        bytes32 id = settlement.getChannelId(config);
        dollar.mint(payer(1), 2000);
        (uint8 v, bytes32 r, bytes32 s) = _permit(1000);
        bytes memory data =
            abi.encode(1, NEVER, permitted(id, 1, address(dollar), 1000, 1, NEVER), abi.encode(1000, NEVER, v, r, s));
        settlement.deposit(config, 1000, address(byPermit2), data);
        assertChannel(id, 1000, 0);

        // Run ahead of: the approval is used up by the time of the deposit, which needs only that it was given.
        (v, r, s) = _permit(1000);
        dollar.permit(payer(1), address(permit2), 1000, NEVER, v, r, s);
        data = abi.encode(2, NEVER, permitted(id, 1, address(dollar), 1000, 2, NEVER), abi.encode(1000, NEVER, v, r, s));
        settlement.deposit(config, 1000, address(byPermit2), data);
        assertChannel(id, 2000, 0);

        data = abi.encode(3, NEVER, "", abi.encode(999, NEVER, v, r, s));
        vm.expectRevert(Permit2DepositCollector.Permit2612AmountMismatch.selector);
        settlement.deposit(config, 1000, address(byPermit2), data);
    }

    function test_a_collector_that_brings_nothing_or_too_much_is_refused() public {
        funded(2, 1000); // money that is there already
        ChannelTypes.ChannelConfig memory config = configOf(1);
        Bringing collector = new Bringing(dollar);
        for (uint256 brought = 0; brought < 3; brought++) {
            if (brought == 1) continue;
            vm.expectRevert(BatchSettlement.DepositCollectionFailed.selector);
            settlement.deposit(config, 1, address(collector), abi.encode(brought));
        }
        settlement.deposit(config, 1, address(collector), abi.encode(1));
        assertChannel(settlement.getChannelId(config), 1, 0);
    }

    function test_a_collector_that_claims_or_settles_meanwhile_is_refused() public {
        (ChannelTypes.ChannelConfig memory config,) = funded(2, 1000);
        claimed(config, 2, 500);
        // Settling inside of the deposit would make 500 that leave look like 500 less to bring.
        Calling collector = new Calling(address(settlement));
        bytes memory data = abi.encodeCall(BatchSettlement.settle, (RECEIVER, address(dollar)));
        vm.expectRevert(Exclusive.Reentered.selector);
        settlement.deposit(configOf(1), 1, address(collector), data);
        bytes[] memory calls = new bytes[](1);
        calls[0] = data;
        data = abi.encodeCall(BatchSettlement.multicall, (calls));
        vm.expectRevert(Exclusive.Reentered.selector);
        settlement.deposit(configOf(1), 1, address(collector), data);
    }

    function test_nothing_else_is_entered_during_a_deposit() public {
        (ChannelTypes.ChannelConfig memory config,) = funded(2, 1000);
        ChannelTypes.VoucherClaim[] memory claims = only(claimOf(config, 2, 1, 1));
        Calling collector = new Calling(address(settlement));
        bytes[8] memory calls = [
            abi.encodeCall(BatchSettlement.deposit, (config, 1, address(collector), "")),
            abi.encodeCall(BatchSettlement.claim, (claims)),
            abi.encodeCall(BatchSettlement.claimWithSignature, (claims, "")),
            abi.encodeCall(BatchSettlement.settle, (RECEIVER, address(dollar))),
            abi.encodeCall(BatchSettlement.initiateWithdraw, (config, 1)),
            abi.encodeCall(BatchSettlement.finalizeWithdraw, (config)),
            abi.encodeCall(BatchSettlement.refund, (config, 1)),
            abi.encodeCall(BatchSettlement.refundWithSignature, (config, 1, 0, ""))
        ];
        for (uint256 i = 0; i < 8; i++) {
            vm.expectRevert(Exclusive.Reentered.selector);
            settlement.deposit(configOf(1), 1, address(collector), calls[i]);
        }
    }

    // Tokens

    function test_a_token_that_charges_on_transfer_is_refused() public {
        FeeToken token = new FeeToken();
        ChannelTypes.ChannelConfig memory config = _in(token);
        token.mint(address(byAuthorization), 1000); // not even where the collector has the means to make it up
        vm.expectRevert(BatchSettlement.DepositCollectionFailed.selector);
        settlement.deposit(config, 1000, address(byAuthorization), abi.encode(0, NEVER, 1, ""));
    }

    function test_a_token_that_answers_nothing_is_paid_out_and_one_that_refuses_changes_nothing() public {
        ChannelTypes.ChannelConfig memory config = _in(new SilentToken());
        settlement.deposit(config, 1000, address(byAuthorization), abi.encode(0, NEVER, 1, ""));
        claimed(config, 1, 1000);
        settlement.settle(RECEIVER, config.token);
        vm.assertEq(LooseToken(config.token).balanceOf(RECEIVER), 1000, "paid");

        config = _in(new RefusingToken());
        vm.expectRevert(abi.encodeWithSelector(Tokens.TransferFailed.selector, config.token));
        settlement.deposit(config, 1000, address(byAuthorization), abi.encode(0, NEVER, 1, ""));
    }

    function test_a_token_that_calls_back_gets_nowhere() public {
        ReentrantToken token = new ReentrantToken();
        ChannelTypes.ChannelConfig memory config = _in(token);
        bytes32 id = settlement.getChannelId(config);
        bytes memory again = abi.encode(0, NEVER, 1, "");
        _armed(token, abi.encodeCall(BatchSettlement.deposit, (config, 1, address(byAuthorization), again)));
        settlement.deposit(config, 1000, address(byAuthorization), again);
        _reentered(token);
        assertChannel(id, 1000, 0);

        claimed(config, 1, 400);
        _armed(token, abi.encodeCall(BatchSettlement.settle, (RECEIVER, address(token))));
        settlement.settle(RECEIVER, address(token));
        _reentered(token);
        vm.assertEq(token.balanceOf(RECEIVER), 400, "paid once");

        bytes memory sig = signed(AUTHORIZER, settlement.getRefundDigest(id, 1, 100));
        _armed(token, abi.encodeCall(BatchSettlement.refundWithSignature, (config, 100, 1, sig)));
        vm.prank(RECEIVER);
        settlement.refund(config, 100);
        _reentered(token);
        assertChannel(id, 900, 400);
        vm.assertEq(token.balanceOf(address(settlement)), 500, "what is unclaimed");
    }

    // Griefing

    function test_a_stranger_can_neither_spend_a_refund_nonce_nor_start_a_withdrawal_nor_fund_to_close() public {
        (ChannelTypes.ChannelConfig memory config, bytes32 id) = funded(1, 1000);
        // Money sent to the contract is nobody's, and disturbs no deposit.
        dollar.mint(address(settlement), 5);
        deposit(config, 1, 10);
        assertChannel(id, 1010, 0);
        vm.expectRevert(BatchSettlement.NotAuthorizedToRefund.selector);
        vm.prank(THIEF);
        settlement.refund(config, 1);
        // A channel with nothing in it has no withdrawal that could wait for its first deposit.
        ChannelTypes.ChannelConfig memory empty = configOf(2);
        vm.expectRevert(BatchSettlement.WithdrawAmountExceedsAvailable.selector);
        vm.prank(payer(2));
        settlement.initiateWithdraw(empty, 1);
    }

    /// @dev For a collector that has money.
    function bring(address to, uint256 value) external {
        dollar.mint(to, value);
    }

    function _refused(ChannelTypes.VoucherClaim memory claim, bytes4 reason) private {
        vm.expectRevert(reason);
        vm.prank(RECEIVER);
        settlement.claim(only(claim));
    }

    /// @dev Payer 1's channel in another token, with 1000 in his hands.
    function _in(LooseToken token) private returns (ChannelTypes.ChannelConfig memory config) {
        config = configOf(1);
        config.token = address(token);
        token.mint(payer(1), 1000);
    }

    function _armed(ReentrantToken token, bytes memory data) private {
        token.arm(address(settlement), data);
    }

    function _reentered(ReentrantToken token) private view {
        vm.assertTrue(token.attempted() && !token.succeeded(), "called back, in vain");
        vm.assertEq(bytes32(token.answer()), bytes32(Exclusive.Reentered.selector), "because of the lock");
    }

    function _permit(uint256 value) private view returns (uint8 v, bytes32 r, bytes32 s) {
        bytes32 structHash = keccak256(
            abi.encode(dollar.PERMIT_TYPEHASH(), payer(1), address(permit2), value, dollar.nonces(payer(1)), NEVER)
        );
        return vm.sign(key(1), digest(dollar.DOMAIN_SEPARATOR(), structHash));
    }
}

/// @notice Brings as many new dollars as it is told, whatever was asked.
contract Bringing is IDepositCollector {
    TestDollar private immutable _dollar;

    constructor(TestDollar dollar) {
        _dollar = dollar;
    }

    function collect(address, address, uint256, bytes32, bytes calldata data) external {
        ChannelAttacksTest(_dollar.faucet()).bring(msg.sender, abi.decode(data, (uint256)));
    }
}

/// @notice Calls what it is told instead of collecting.
contract Calling is IDepositCollector {
    address private immutable _target;

    constructor(address target) {
        _target = target;
    }

    function collect(address, address, uint256, bytes32, bytes calldata data) external {
        (bool success, bytes memory answer) = _target.call(data);
        if (success) return;
        assembly ("memory-safe") {
            revert(add(answer, 0x20), mload(answer))
        }
    }
}
