// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {BatchSettlement} from "../src/BatchSettlement.sol";
import {ChannelTypes} from "../src/ChannelTypes.sol";
import {DepositCollector} from "../src/DepositCollector.sol";
import {ERC3009DepositCollector} from "../src/ERC3009DepositCollector.sol";
import {Permit2DepositCollector} from "../src/Permit2DepositCollector.sol";
import {Channels} from "./Channels.sol";
import {ContractAccount} from "./Test.sol";

contract BatchSettlementTest is Channels {
    function test_a_channel_is_paid_claimed_settled_and_given_back() public {
        (ChannelTypes.ChannelConfig memory config, bytes32 id) = funded(1, 1000);
        assertChannel(id, 1000, 0);
        claimed(config, 1, 300);
        assertChannel(id, 1000, 300);
        assertDollars(RECEIVER, 0);
        vm.prank(RELAY);
        settlement.settle(RECEIVER, address(dollar));
        assertDollars(RECEIVER, 300);
        vm.prank(RECEIVER);
        settlement.refund(config, 1000);
        assertDollars(payer(1), 700);
        assertDollars(address(settlement), 0);
        assertChannel(id, 300, 300);
    }

    function test_every_change_has_its_event() public {
        ChannelTypes.ChannelConfig memory config = configOf(1);
        bytes32 id = settlement.getChannelId(config);
        dollar.mint(payer(1), 1000);
        bytes memory data = authorization(config, 1, 1000, 7);
        vm.expectEmit();
        emit BatchSettlement.ChannelCreated(id, config);
        vm.expectEmit();
        emit BatchSettlement.Deposited(id, RELAY, 1000, 1000);
        vm.prank(RELAY);
        settlement.deposit(config, 1000, address(byAuthorization), data);
        ChannelTypes.VoucherClaim[] memory claims = only(claimOf(config, 1, 500, 300));
        vm.expectEmit();
        emit BatchSettlement.Claimed(id, RECEIVER, 300, 300);
        vm.prank(RECEIVER);
        settlement.claim(claims);
        vm.expectEmit();
        emit BatchSettlement.Settled(RECEIVER, address(dollar), RELAY, 300);
        vm.prank(RELAY);
        settlement.settle(RECEIVER, address(dollar));
        vm.expectEmit();
        emit BatchSettlement.Refunded(id, RECEIVER, 100);
        vm.prank(RECEIVER);
        settlement.refund(config, 100);
        vm.expectEmit();
        emit BatchSettlement.WithdrawInitiated(id, 600, uint40(START) + DELAY);
        vm.prank(payer(1));
        settlement.initiateWithdraw(config, 600);
        vm.warp(START + DELAY);
        vm.expectEmit();
        emit BatchSettlement.WithdrawFinalized(id, payer(1), 600);
        vm.prank(payer(1));
        settlement.finalizeWithdraw(config);
    }

    function test_an_emptied_channel_that_was_never_claimed_from_is_closed_and_can_be_opened_again() public {
        (ChannelTypes.ChannelConfig memory config, bytes32 id) = funded(1, 1000);
        vm.expectEmit();
        emit BatchSettlement.ChannelClosed(id, config);
        vm.prank(RECEIVER);
        settlement.refund(config, 1000);
        dollar.mint(payer(1), 5);
        bytes memory data = authorization(config, 1, 5, 99);
        vm.expectEmit();
        emit BatchSettlement.ChannelCreated(id, config);
        settlement.deposit(config, 5, address(byAuthorization), data);
    }

    function test_one_call_claims_many_channels_with_one_signature() public {
        ChannelTypes.VoucherClaim[] memory claims = new ChannelTypes.VoucherClaim[](5);
        for (uint256 i = 0; i < 5; i++) {
            (ChannelTypes.ChannelConfig memory config,) = funded(i, 1000);
            claims[i] = claimOf(config, i, 500, uint128(100 + i));
        }
        bytes memory sig = signed(AUTHORIZER, settlement.getClaimBatchDigest(claims));
        vm.prank(RELAY);
        settlement.claimWithSignature(claims, sig);
        settlement.settle(RECEIVER, address(dollar));
        assertDollars(RECEIVER, 510);
    }

    function test_claiming_and_refunding_are_one_call_by_multicall() public {
        (ChannelTypes.ChannelConfig memory config, bytes32 id) = funded(1, 1000);
        ChannelTypes.VoucherClaim[] memory claims = only(claimOf(config, 1, 400, 400));
        bytes[] memory calls = new bytes[](2);
        bytes memory sig = signed(AUTHORIZER, settlement.getClaimBatchDigest(claims));
        calls[0] = abi.encodeCall(BatchSettlement.claimWithSignature, (claims, sig));
        sig = signed(AUTHORIZER, settlement.getRefundDigest(id, 0, 600));
        calls[1] = abi.encodeCall(BatchSettlement.refundWithSignature, (config, 600, 0, sig));
        vm.prank(RELAY);
        settlement.multicall(calls);
        assertChannel(id, 400, 400);
        assertDollars(payer(1), 600);
        // All or none, with the error of the one that failed.
        vm.expectRevert(BatchSettlement.InvalidRefundNonce.selector);
        settlement.multicall(calls);
    }

    function test_a_withdrawal_waits_and_takes_what_claims_left() public {
        (ChannelTypes.ChannelConfig memory config, bytes32 id) = funded(1, 1000);
        vm.prank(payer(1));
        settlement.initiateWithdraw(config, 1000);
        vm.warp(START + DELAY - 1);
        vm.expectRevert(BatchSettlement.WithdrawDelayNotElapsed.selector);
        vm.prank(payer(1));
        settlement.finalizeWithdraw(config);
        claimed(config, 1, 250);
        vm.warp(START + DELAY);
        vm.prank(payer(1));
        settlement.finalizeWithdraw(config);
        assertDollars(payer(1), 750);
        assertChannel(id, 250, 250);
        vm.expectRevert(BatchSettlement.WithdrawalNotPending.selector);
        vm.prank(payer(1));
        settlement.finalizeWithdraw(config);
    }

    function test_a_refund_reduces_the_pending_withdrawal_and_the_whole_of_it_ends_it() public {
        (ChannelTypes.ChannelConfig memory config, bytes32 id) = funded(1, 1000);
        vm.prank(payer(1));
        settlement.initiateWithdraw(config, 600);
        vm.expectRevert(BatchSettlement.WithdrawalAlreadyPending.selector);
        vm.prank(payer(1));
        settlement.initiateWithdraw(config, 1);
        vm.prank(RECEIVER);
        settlement.refund(config, 200);
        (uint128 amount, uint40 initiatedAt) = settlement.pendingWithdrawals(id);
        vm.assertEq(amount, 400, "what is left of the withdrawal");
        vm.assertEq(initiatedAt, START, "since when");
        vm.prank(RECEIVER);
        settlement.refund(config, 400);
        (amount, initiatedAt) = settlement.pendingWithdrawals(id);
        vm.assertEq(uint256(amount) + initiatedAt, 0, "nothing pending");
    }

    function test_a_refund_is_capped_and_advances_the_nonce_even_where_nothing_is_left() public {
        (ChannelTypes.ChannelConfig memory config, bytes32 id) = funded(1, 1000);
        claimed(config, 1, 1000);
        vm.recordLogs();
        vm.prank(RECEIVER);
        settlement.refund(config, 5);
        vm.assertEq(vm.getRecordedLogs().length, 0, "no event, no transfer");
        vm.assertEq(settlement.refundNonce(id), 1, "nonce");
        vm.expectRevert(BatchSettlement.ZeroRefund.selector);
        vm.prank(RECEIVER);
        settlement.refund(config, 0);
    }

    function test_a_contract_signs_vouchers_for_itself_where_no_authorizer_is_fixed() public {
        ContractAccount wallet = new ContractAccount(payer(1));
        ChannelTypes.ChannelConfig memory config = configOf(1);
        config.payer = address(wallet);
        config.payerAuthorizer = address(0);
        dollar.mint(address(wallet), 1000);
        bytes32 nonce = keccak256(abi.encode(settlement.getChannelId(config), 1));
        bytes32 structHash = keccak256(
            abi.encode(
                dollar.RECEIVE_WITH_AUTHORIZATION_TYPEHASH(), wallet, address(byAuthorization), 1000, 0, NEVER, nonce
            )
        );
        bytes memory sig = _asContract(signed(key(1), digest(dollar.DOMAIN_SEPARATOR(), structHash)));
        settlement.deposit(config, 1000, address(byAuthorization), abi.encode(0, NEVER, 1, sig));
        ChannelTypes.VoucherClaim memory claim = claimOf(config, 1, 400, 400);
        claim.signature = _asContract(claim.signature);
        vm.prank(RECEIVER);
        settlement.claim(only(claim));
        assertChannel(settlement.getChannelId(config), 1000, 400);
        // Another's key is not the wallet's.
        claim = claimOf(config, 2, 500, 500);
        claim.signature = _asContract(claim.signature);
        vm.expectRevert(BatchSettlement.InvalidSignature.selector);
        vm.prank(RECEIVER);
        settlement.claim(only(claim));
    }

    function test_a_fixed_authorizer_is_a_key_and_no_contract_is_asked() public {
        ContractAccount wallet = new ContractAccount(payer(1));
        ChannelTypes.ChannelConfig memory config = configOf(1);
        config.payerAuthorizer = address(wallet);
        deposit(config, 1, 1000);
        ChannelTypes.VoucherClaim memory claim = claimOf(config, 1, 400, 400);
        claim.signature = _asContract(claim.signature);
        vm.expectRevert(BatchSettlement.InvalidSignature.selector);
        vm.prank(RECEIVER);
        settlement.claim(only(claim));
    }

    function test_a_contract_authorizes_claims_and_refunds_of_the_receiver() public {
        ContractAccount authorizer = new ContractAccount(vm.addr(AUTHORIZER));
        ChannelTypes.ChannelConfig memory config = configOf(1);
        config.receiverAuthorizer = address(authorizer);
        bytes32 id = settlement.getChannelId(config);
        deposit(config, 1, 1000);
        ChannelTypes.VoucherClaim[] memory claims = only(claimOf(config, 1, 400, 400));
        bytes memory sig = _asContract(signed(AUTHORIZER, settlement.getClaimBatchDigest(claims)));
        settlement.claimWithSignature(claims, sig);
        sig = _asContract(signed(AUTHORIZER, settlement.getRefundDigest(id, 0, 600)));
        settlement.refundWithSignature(config, 600, 0, sig);
        assertChannel(id, 400, 400);
    }

    function test_the_domain_is_told_as_erc_5267_asks() public view {
        (bytes1 fields, string memory name, string memory version, uint256 chainId, address verifier,,) = settlement.eip712Domain();
        vm.assertEq(bytes32(fields), bytes32(hex"0f"), "fields");
        vm.assertEq(keccak256(bytes(name)), keccak256("x402 Batch Settlement"), "name");
        vm.assertEq(keccak256(bytes(version)), keccak256("1"), "version");
        vm.assertEq(chainId, block.chainid, "chain");
        vm.assertEq(verifier, address(settlement), "contract");
    }

    function test_a_deposit_needs_a_channel_whose_money_has_a_way_out() public {
        ChannelTypes.ChannelConfig memory good = configOf(1);
        ChannelTypes.ChannelConfig memory bad;
        for (uint256 i = 0; i < 9; i++) {
            bad = abi.decode(abi.encode(good), (ChannelTypes.ChannelConfig));
            if (i == 0) bad.payer = address(0);
            if (i == 1) bad.payer = address(settlement);
            if (i == 2) bad.receiver = address(0);
            if (i == 3) bad.receiver = address(settlement);
            if (i == 4) bad.receiverAuthorizer = address(0);
            if (i == 5) bad.token = address(0);
            if (i == 6) bad.token = address(0xdead);
            if (i == 7) bad.withdrawDelay = 15 minutes - 1;
            if (i == 8) bad.withdrawDelay = 30 days + 1;
            vm.expectRevert(i < 7 ? BatchSettlement.InvalidChannel.selector : BatchSettlement.WithdrawDelayOutOfRange.selector);
            settlement.deposit(bad, 1, address(byAuthorization), "");
        }
        vm.expectRevert(BatchSettlement.ZeroDeposit.selector);
        settlement.deposit(good, 0, address(byAuthorization), "");
        vm.expectRevert(BatchSettlement.InvalidCollector.selector);
        settlement.deposit(good, 1, address(0), "");
        vm.expectRevert(BatchSettlement.InvalidCollector.selector);
        settlement.deposit(good, 1, address(0xdead), "");
        good.withdrawDelay = 30 days;
        deposit(good, 1, 1);
        assertChannel(settlement.getChannelId(good), 1, 0);
    }

    function test_each_party_and_its_authorizer_act_for_their_side() public {
        ChannelTypes.ChannelConfig memory config = configOf(1);
        config.payerAuthorizer = payer(2);
        deposit(config, 1, 1000);
        bytes32 id = settlement.getChannelId(config);
        ChannelTypes.VoucherClaim[] memory claims = only(claimOf(config, 2, 100, 100));
        vm.prank(vm.addr(AUTHORIZER));
        settlement.claim(claims);
        claims = only(claimOf(config, 2, 200, 200));
        vm.prank(RECEIVER);
        settlement.claim(claims);
        for (uint256 i = 1; i <= 2; i++) {
            vm.prank(payer(i));
            settlement.initiateWithdraw(config, 50);
            vm.warp(block.timestamp + DELAY);
            vm.prank(payer(i));
            settlement.finalizeWithdraw(config);
        }
        assertChannel(id, 900, 200);
        assertDollars(payer(1), 100);
    }

    function test_a_collector_needs_to_know_where_to() public {
        vm.expectRevert(DepositCollector.InvalidX402BatchSettlementAddress.selector);
        new ERC3009DepositCollector(address(0));
        vm.expectRevert(Permit2DepositCollector.InvalidPermit2Address.selector);
        new Permit2DepositCollector(address(settlement), address(0));
    }

    function test_a_channel_holds_no_more_than_a_number_does() public {
        (ChannelTypes.ChannelConfig memory config,) = funded(1, type(uint128).max);
        vm.expectRevert(BatchSettlement.DepositOverflow.selector);
        settlement.deposit(config, 1, address(byAuthorization), "");
    }

    function test_settling_nothing_does_nothing() public {
        vm.recordLogs();
        settlement.settle(RECEIVER, address(dollar));
        vm.assertEq(vm.getRecordedLogs().length, 0, "events");
    }

    function testFuzz_what_is_claimed_depends_on_the_highest_voucher_alone(uint128[6] calldata totals) public {
        (ChannelTypes.ChannelConfig memory config, bytes32 id) = funded(1, 1000);
        uint128 highest = 0;
        for (uint256 i = 0; i < totals.length; i++) {
            uint128 total = uint128(bound(totals[i], 1, 1000));
            if (total > highest) highest = total;
            claimed(config, 1, total);
            assertChannel(id, 1000, highest);
            if (i % 2 == 0) settlement.settle(RECEIVER, address(dollar));
        }
        settlement.settle(RECEIVER, address(dollar));
        assertDollars(RECEIVER, highest);
        assertDollars(address(settlement), 1000 - highest);
    }

    /// @dev A withdrawal, a refund and a claim in any order: claims come first where they come in time, and the sum is the deposit.
    function testFuzz_no_order_of_exits_changes_the_total(uint128 balance, uint128 claim, uint128 refund, uint128 withdrawal, uint8 order)
        public
    {
        balance = uint128(bound(balance, 1, type(uint128).max));
        claim = uint128(bound(claim, 1, balance));
        refund = uint128(bound(refund, 1, balance));
        withdrawal = uint128(bound(withdrawal, 1, balance));
        (ChannelTypes.ChannelConfig memory config, bytes32 id) = funded(1, balance);
        vm.prank(payer(1));
        settlement.initiateWithdraw(config, withdrawal);
        vm.warp(START + DELAY);
        for (uint256 i = 0; i < 3; i++) {
            uint256 step = (uint256(order) + i) % 3;
            (uint128 left, uint128 total) = settlement.channels(id);
            (uint128 pending,) = settlement.pendingWithdrawals(id);
            if (step == 0 && claim <= left && claim > total) claimed(config, 1, claim);
            if (step == 1) {
                vm.prank(RECEIVER);
                settlement.refund(config, refund);
            }
            if (step == 2 && pending != 0) {
                vm.prank(payer(1));
                settlement.finalizeWithdraw(config);
            }
        }
        settlement.settle(RECEIVER, address(dollar));
        (uint128 rest, uint128 taken) = settlement.channels(id);
        assertDollars(RECEIVER, taken);
        assertDollars(address(settlement), rest - taken);
        assertDollars(payer(1), balance - rest);
    }

    /// @dev As ContractAccount takes it.
    function _asContract(bytes memory signature) private pure returns (bytes memory) {
        (bytes32 r, bytes32 s) = abi.decode(signature, (bytes32, bytes32));
        return abi.encode(r, s, uint8(signature[64]));
    }
}
