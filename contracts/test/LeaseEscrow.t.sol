// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Exclusive} from "../src/Exclusive.sol";
import {LeaseEscrow} from "../src/LeaseEscrow.sol";
import {Tokens} from "../src/Tokens.sol";
import {HostileToken} from "./HostileToken.sol";
import {Market} from "./Market.sol";
import {ContractAccount} from "./Test.sol";

contract LeaseEscrowTest is Market {
    function test_a_lease_pays_by_the_second_until_it_is_closed() public {
        uint256 accountId = opened(1000);
        uint256 leaseId = leased(accountId, 1, 3 * ONE);
        vm.warp(START + 100);
        vm.assertEq(escrow.owed(leaseId), 300, "owed");
        vm.assertEq(withdrawn(leaseId), 300, "withdrawn");
        vm.assertEq(escrow.owed(leaseId), 0, "owed after withdrawal");
        vm.warp(START + 150);
        vm.expectEmit();
        emit LeaseEscrow.LeaseClosed(leaseId, 1, 450, START + 150);
        closed(leaseId, 1);
        vm.warp(START + 900);
        vm.assertEq(withdrawn(leaseId), 150, "withdrawn after closing");
        vm.assertEq(refunded(accountId), 550, "refund");
        vm.assertEq(dollar.balanceOf(provider(1)), 450, "the provider has it");
        vm.assertEq(dollar.balanceOf(address(escrow)), 0, "nothing stays");
    }

    function test_fractions_of_a_unit_are_not_lost_between_withdrawals() public {
        uint256 leaseId = leased(opened(1000), 1, ONE / 3); // a third, rounded down: 2^64 is not a multiple of 3
        uint256 sum = 0;
        for (uint64 t = 1; t <= 301; t++) {
            vm.warp(START + t);
            sum += withdrawn(leaseId);
        }
        vm.assertEq(sum, 100, "301 seconds at just under a third of a unit");
    }

    function test_events_tell_the_story() public {
        vm.expectEmit();
        emit LeaseEscrow.OrderPlaced(1, TENANT, "manifest", 9 * ONE);
        uint256 orderId = placed(9 * ONE);
        vm.expectEmit();
        emit LeaseEscrow.AccountOpened(1, TENANT);
        vm.expectEmit();
        emit LeaseEscrow.Deposited(1, TENANT, 100);
        uint256 accountId = opened(100);
        LeaseEscrow.Bid memory bid = bidOf(orderId, 1, 7 * ONE);
        bytes memory sig = signature(bid, 1);
        vm.expectEmit();
        emit LeaseEscrow.LeaseOpened(1, orderId, provider(1), TENANT, accountId, 7 * ONE, escrow.bidDigest(bid));
        vm.expectEmit();
        emit LeaseEscrow.ExhaustionMoved(accountId, START + 14);
        accepted(bid, sig, accountId);
        dollar.mint(address(this), 7);
        dollar.approve(address(escrow), 7);
        vm.warp(START + 10);
        vm.expectEmit();
        emit LeaseEscrow.Deposited(accountId, address(this), 7);
        vm.expectEmit();
        emit LeaseEscrow.ExhaustionMoved(accountId, START + 15);
        escrow.deposit(accountId, 7);
        vm.warp(START + 11);
        vm.expectEmit();
        emit LeaseEscrow.Withdrawn(1, provider(1), 77);
        withdrawn(1);
        vm.expectEmit();
        emit LeaseEscrow.LeaseClosed(1, 2, 77, START + 11);
        vm.expectEmit();
        emit LeaseEscrow.ExhaustionMoved(accountId, NEVER);
        closed(1, 2);
        vm.expectEmit();
        emit LeaseEscrow.Refunded(accountId, TENANT, 30);
        refunded(accountId);
        vm.expectEmit();
        emit LeaseEscrow.OrderClosed(orderId);
        vm.prank(TENANT);
        escrow.closeOrder(orderId);
    }

    function test_the_bid_type_and_domain_are_as_documented() public {
        vm.assertEq(
            escrow.DOMAIN_SEPARATOR(),
            keccak256(
                abi.encode(
                    keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                    keccak256("Counterfoil Market"),
                    keccak256("1"),
                    block.chainid,
                    address(escrow)
                )
            ),
            "domain separator"
        );
        LeaseEscrow.Bid memory bid = bidOf(1, 1, ONE);
        bytes32 structHash = keccak256(
            abi.encode(
                keccak256("Bid(uint256 orderId,address provider,uint256 rate,uint64 expiry,bytes32 salt)"),
                bid.orderId,
                bid.provider,
                bid.rate,
                bid.expiry,
                bid.salt
            )
        );
        vm.assertEq(
            escrow.bidDigest(bid),
            keccak256(abi.encodePacked(hex"1901", escrow.DOMAIN_SEPARATOR(), structHash)),
            "bid digest"
        );
    }

    // Exhaustion

    function test_when_the_money_ends_the_leases_end_and_the_residue_is_shared() public {
        // 100 units at 3 + 4 units a second: 14 seconds cost 98, and 2 are left: 2·3/7 = 0 rest 6, 2·4/7 = 1 rest 1.
        uint256 accountId = opened(100);
        uint256 three = leased(accountId, 1, 3 * ONE);
        uint256 four = leased(accountId, 2, 4 * ONE);
        vm.assertEq(escrow.account(accountId).exhaustAt, START + 14, "exhaustAt");
        vm.warp(START + 13);
        vm.assertEq(escrow.owed(three), 39, "three, before");
        vm.assertEq(escrow.account(accountId).unspent, 9, "unspent, before");
        vm.warp(START + 5000);
        vm.assertEq(escrow.owed(three), 43, "three: 42 and the last unit");
        vm.assertEq(escrow.owed(four), 57, "four: 56 and its share");
        LeaseEscrow.Lease memory l = escrow.lease(three);
        vm.assertEq(l.reason, escrow.EXHAUSTED(), "reason");
        vm.assertEq(l.closedAt, START + 14, "closed when the money ended, not when somebody looked");
        vm.expectEmit();
        emit LeaseEscrow.LeaseClosed(three, 6, 43, START + 14);
        vm.expectEmit();
        emit LeaseEscrow.LeaseClosed(four, 6, 57, START + 14);
        escrow.settle(accountId);
        vm.assertEq(withdrawn(three) + withdrawn(four), 100, "all of it");
        vm.assertEq(refunded(accountId), 0, "nothing to refund");
    }

    function test_equal_remainders_go_to_the_lower_lease_id() public {
        uint256 accountId = opened(302);
        uint256 first = leased(accountId, 1, 100 * ONE);
        uint256 second = leased(accountId, 2, 100 * ONE);
        uint256 third = leased(accountId, 3, 100 * ONE);
        vm.warp(START + 1);
        vm.assertEq(escrow.owed(first), 101, "first");
        vm.assertEq(escrow.owed(second), 101, "second");
        vm.assertEq(escrow.owed(third), 100, "third");
    }

    function test_ties_go_by_id_even_after_closing_has_reordered_the_list() public {
        uint256 accountId = opened(1000);
        uint256 first = leased(accountId, 1, 100 * ONE);
        uint256 second = leased(accountId, 2, 100 * ONE);
        uint256 third = leased(accountId, 3, 100 * ONE);
        closed(first, 1); // the last lease now stands in its place
        vm.warp(START + 4);
        vm.prank(TENANT);
        escrow.deposit(accountId, 1);
        vm.warp(START + 5);
        vm.assertEq(escrow.owed(second), 501, "second");
        vm.assertEq(escrow.owed(third), 500, "third");
    }

    function test_a_later_deposit_revives_nothing_but_pays_for_new_leases() public {
        uint256 accountId = opened(10);
        uint256 leaseId = leased(accountId, 1, ONE);
        vm.warp(START + 10);
        vm.prank(TENANT);
        escrow.deposit(accountId, 50);
        vm.warp(START + 20);
        vm.assertEq(escrow.owed(leaseId), 10, "the old lease");
        vm.assertEq(escrow.lease(leaseId).reason, escrow.EXHAUSTED(), "reason");
        uint256 next = leased(accountId, 2, ONE);
        vm.warp(START + 30);
        vm.assertEq(escrow.owed(next), 10, "the new lease");
        vm.assertEq(escrow.account(accountId).unspent, 40, "unspent");
    }

    function test_a_deposit_in_the_last_second_carries_on() public {
        uint256 accountId = opened(10);
        uint256 leaseId = leased(accountId, 1, ONE);
        vm.warp(START + 9);
        vm.prank(TENANT);
        escrow.deposit(accountId, 5);
        vm.warp(START + 14);
        vm.assertEq(escrow.owed(leaseId), 14, "owed");
        vm.assertEq(escrow.account(accountId).exhaustAt, START + 15, "exhaustAt");
    }

    function test_closing_after_the_money_ended_writes_down_that_it_ended() public {
        uint256 accountId = opened(10);
        uint256 leaseId = leased(accountId, 1, ONE);
        vm.warp(START + 60);
        closed(leaseId, 2);
        LeaseEscrow.Lease memory l = escrow.lease(leaseId);
        vm.assertEq(l.reason, escrow.EXHAUSTED(), "reason");
        vm.assertEq(l.closedAt, START + 10, "closedAt");
        vm.expectRevert(abi.encodeWithSelector(LeaseEscrow.LeaseIsClosed.selector, leaseId, 6));
        closed(leaseId, 2);
    }

    function test_a_lease_that_would_not_last_a_second_is_refused() public {
        uint256 accountId = opened(99);
        LeaseEscrow.Bid memory bid = bidOf(placed(100 * ONE), 1, 100 * ONE);
        bytes memory sig = signature(bid, 1);
        vm.expectRevert(abi.encodeWithSelector(LeaseEscrow.InsufficientDeposit.selector, accountId, 99, 100 * ONE));
        accepted(bid, sig, accountId);
    }

    function test_a_newcomer_cannot_end_the_leases_beside_it() public {
        uint256 accountId = opened(100);
        uint256 leaseId = leased(accountId, 1, ONE);
        vm.warp(START + 50);
        LeaseEscrow.Bid memory bid = bidOf(placed(50 * ONE), 2, 50 * ONE);
        bytes memory sig = signature(bid, 2);
        vm.expectRevert(abi.encodeWithSelector(LeaseEscrow.InsufficientDeposit.selector, accountId, 50, 51 * ONE));
        accepted(bid, sig, accountId);
        vm.assertEq(escrow.account(accountId).exhaustAt, START + 100, "exhaustAt");
        vm.assertEq(escrow.lease(leaseId).reason, 0, "still open");
    }

    function test_an_account_pays_for_sixteen_leases_at_a_time() public {
        uint256 accountId = opened(1e6);
        for (uint256 i = 0; i < 16; i++) leased(accountId, i, ONE);
        LeaseEscrow.Bid memory bid = bidOf(placed(ONE), 16, ONE);
        bytes memory sig = signature(bid, 16);
        vm.expectRevert(abi.encodeWithSelector(LeaseEscrow.TooManyLeases.selector, accountId));
        accepted(bid, sig, accountId);
        closed(7, 1);
        accepted(bid, sig, accountId);
    }

    // Bids

    function test_a_bid_that_the_provider_did_not_sign_is_refused() public {
        uint256 accountId = opened(100);
        LeaseEscrow.Bid memory bid = bidOf(placed(ONE), 1, ONE);
        bytes memory forged = signature(bid, 2);
        bytes memory sig = signature(bid, 1);
        bytes32 digest = escrow.bidDigest(bid);
        vm.expectRevert(abi.encodeWithSelector(LeaseEscrow.BidSignatureInvalid.selector, provider(1), digest));
        accepted(bid, forged, accountId);
        vm.expectRevert(abi.encodeWithSelector(LeaseEscrow.BidSignatureInvalid.selector, provider(1), digest));
        accepted(bid, hex"1234", accountId);
        bid.rate -= 1;
        digest = escrow.bidDigest(bid);
        vm.expectRevert(abi.encodeWithSelector(LeaseEscrow.BidSignatureInvalid.selector, provider(1), digest));
        accepted(bid, sig, accountId);
    }

    function test_a_bid_is_good_until_its_expiry_and_no_longer() public {
        uint256 accountId = opened(100);
        LeaseEscrow.Bid memory bid = bidOf(placed(ONE), 1, ONE);
        bid.expiry = START + 10;
        bytes memory sig = signature(bid, 1);
        vm.warp(START + 11);
        vm.expectRevert(abi.encodeWithSelector(LeaseEscrow.BidExpired.selector, START + 10, START + 11));
        accepted(bid, sig, accountId);
        vm.warp(START + 10);
        accepted(bid, sig, accountId);
    }

    function test_a_bid_above_the_orders_maximum_is_refused() public {
        uint256 accountId = opened(100);
        LeaseEscrow.Bid memory bid = bidOf(placed(ONE), 1, ONE + 1);
        bytes memory sig = signature(bid, 1);
        vm.expectRevert(abi.encodeWithSelector(LeaseEscrow.RateAboveMaximum.selector, ONE + 1, ONE));
        accepted(bid, sig, accountId);
    }

    function test_a_bid_for_another_order_does_not_serve_this_one() public {
        uint256 accountId = opened(100);
        LeaseEscrow.Bid memory bid = bidOf(placed(ONE), 1, ONE);
        bytes memory sig = signature(bid, 1);
        bid.orderId = placed(ONE);
        bytes32 digest = escrow.bidDigest(bid);
        vm.expectRevert(abi.encodeWithSelector(LeaseEscrow.BidSignatureInvalid.selector, provider(1), digest));
        accepted(bid, sig, accountId);
        bid.orderId = 77;
        vm.expectRevert(abi.encodeWithSelector(LeaseEscrow.OrderUnknown.selector, 77));
        accepted(bid, sig, accountId);
    }

    function test_a_rate_that_was_not_scaled_is_refused() public {
        vm.expectRevert(abi.encodeWithSelector(LeaseEscrow.RateOutOfRange.selector, 278, 1 << 32, type(uint128).max));
        placed(278);
        vm.expectRevert(
            abi.encodeWithSelector(LeaseEscrow.RateOutOfRange.selector, 1 << 128, 1 << 32, type(uint128).max)
        );
        placed(1 << 128);
        LeaseEscrow.Bid memory bid = bidOf(placed(ONE), 1, 278);
        vm.expectRevert(abi.encodeWithSelector(LeaseEscrow.RateOutOfRange.selector, 278, 1 << 32, type(uint128).max));
        accepted(bid, "", 1);
    }

    function test_a_bid_is_accepted_once_and_the_runner_up_takes_over() public {
        uint256 accountId = opened(100);
        uint256 orderId = placed(2 * ONE);
        LeaseEscrow.Bid memory best = bidOf(orderId, 1, ONE);
        LeaseEscrow.Bid memory next = bidOf(orderId, 2, 2 * ONE);
        bytes memory bestSig = signature(best, 1);
        bytes memory nextSig = signature(next, 2);
        uint256 leaseId = accepted(best, bestSig, accountId);
        vm.expectRevert(abi.encodeWithSelector(LeaseEscrow.OrderIsLeased.selector, orderId, leaseId));
        accepted(next, nextSig, accountId);
        vm.prank(provider(1));
        escrow.closeLease(leaseId, 4);
        bytes32 digest = escrow.bidDigest(best);
        vm.expectRevert(abi.encodeWithSelector(LeaseEscrow.BidIsSpent.selector, digest));
        accepted(best, bestSig, accountId);
        vm.assertEq(escrow.order(orderId).leaseId, leaseId, "the first lease");
        vm.assertEq(accepted(next, nextSig, accountId), leaseId + 1, "the runner-up's lease");
    }

    function test_the_runner_up_takes_over_when_the_first_account_ran_dry_unnoticed() public {
        uint256 orderId = placed(ONE);
        LeaseEscrow.Bid memory best = bidOf(orderId, 1, ONE);
        LeaseEscrow.Bid memory next = bidOf(orderId, 2, ONE);
        bytes memory nextSig = signature(next, 2);
        accepted(best, signature(best, 1), opened(10));
        vm.warp(START + 60);
        accepted(next, nextSig, opened(10));
        vm.assertEq(escrow.lease(1).closedAt, START + 10, "the first lease ended when its money did");
    }

    function test_a_provider_takes_a_bid_back() public {
        uint256 accountId = opened(100);
        LeaseEscrow.Bid memory bid = bidOf(placed(ONE), 1, ONE);
        bytes memory sig = signature(bid, 1);
        bytes32 digest = escrow.bidDigest(bid);
        vm.expectRevert(abi.encodeWithSelector(LeaseEscrow.NotProvider.selector, provider(1), TENANT));
        vm.prank(TENANT);
        escrow.cancelBid(bid);
        vm.expectEmit();
        emit LeaseEscrow.BidCancelled(digest, provider(1));
        vm.prank(provider(1));
        escrow.cancelBid(bid);
        vm.expectRevert(abi.encodeWithSelector(LeaseEscrow.BidIsSpent.selector, digest));
        accepted(bid, sig, accountId);
    }

    function test_an_order_that_was_withdrawn_takes_no_bid() public {
        uint256 accountId = opened(100);
        LeaseEscrow.Bid memory bid = bidOf(placed(ONE), 1, ONE);
        bytes memory sig = signature(bid, 1);
        vm.prank(TENANT);
        escrow.closeOrder(bid.orderId);
        vm.expectRevert(abi.encodeWithSelector(LeaseEscrow.OrderIsClosed.selector, bid.orderId));
        accepted(bid, sig, accountId);
    }

    function test_a_contract_bids_by_its_own_word() public {
        ContractAccount company = new ContractAccount(provider(1));
        uint256 accountId = opened(100);
        LeaseEscrow.Bid memory bid = bidOf(placed(ONE), 1, ONE);
        bid.provider = address(company);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key(1), escrow.bidDigest(bid));
        uint256 leaseId = accepted(bid, abi.encode(r, s, v), accountId);
        vm.warp(START + 30);
        company.call(address(escrow), abi.encodeCall(LeaseEscrow.withdraw, (leaseId)));
        vm.assertEq(dollar.balanceOf(address(company)), 30, "balance");
    }

    // Who may do what

    function test_strangers_move_nothing() public {
        uint256 accountId = opened(100);
        uint256 leaseId = leased(accountId, 1, ONE);
        address stranger = address(0xbad);
        vm.warp(START + 5);
        vm.expectRevert(abi.encodeWithSelector(LeaseEscrow.NotProvider.selector, provider(1), stranger));
        vm.prank(stranger);
        escrow.withdraw(leaseId);
        vm.expectRevert(abi.encodeWithSelector(LeaseEscrow.NotParty.selector, leaseId, stranger));
        vm.prank(stranger);
        escrow.closeLease(leaseId, 1);
        vm.expectRevert(abi.encodeWithSelector(LeaseEscrow.NotTenant.selector, TENANT, stranger));
        vm.prank(stranger);
        escrow.refund(accountId);
        vm.expectRevert(abi.encodeWithSelector(LeaseEscrow.NotTenant.selector, TENANT, stranger));
        vm.prank(stranger);
        escrow.closeOrder(1);
        LeaseEscrow.Bid memory bid = bidOf(placed(ONE), 1, ONE);
        bytes memory sig = signature(bid, 1);
        vm.expectRevert(abi.encodeWithSelector(LeaseEscrow.NotTenant.selector, TENANT, stranger));
        vm.prank(stranger);
        escrow.acceptBid(bid, sig, accountId);
    }

    function test_nobody_pays_from_anothers_account() public {
        uint256 accountId = opened(100);
        address other = address(0x07e4);
        vm.prank(other);
        uint256 orderId = escrow.placeOrder("manifest", ONE);
        LeaseEscrow.Bid memory bid = bidOf(orderId, 1, ONE);
        bytes memory sig = signature(bid, 1);
        vm.expectRevert(abi.encodeWithSelector(LeaseEscrow.NotTenant.selector, TENANT, other));
        vm.prank(other);
        escrow.acceptBid(bid, sig, accountId);
    }

    function test_each_party_gives_its_own_reasons() public {
        uint256 leaseId = leased(opened(100), 1, ONE);
        for (uint8 reason = 0; reason < 8; reason++) {
            bool tenants = reason == 1 || reason == 2;
            bool providers = reason >= 3 && reason <= 5;
            if (!tenants) {
                vm.expectRevert(abi.encodeWithSelector(LeaseEscrow.ReasonNotYours.selector, reason));
                vm.prank(TENANT);
                escrow.closeLease(leaseId, reason);
            }
            if (!providers) {
                vm.expectRevert(abi.encodeWithSelector(LeaseEscrow.ReasonNotYours.selector, reason));
                vm.prank(provider(1));
                escrow.closeLease(leaseId, reason);
            }
        }
    }

    function test_the_refund_waits_for_the_leases() public {
        uint256 accountId = opened(100);
        uint256 leaseId = leased(accountId, 1, ONE);
        vm.warp(START + 40);
        vm.expectRevert(abi.encodeWithSelector(LeaseEscrow.LeasesAreOpen.selector, accountId, 1));
        refunded(accountId);
        closed(leaseId, 1);
        vm.assertEq(refunded(accountId), 60, "refund");
        vm.assertEq(refunded(accountId), 0, "once");
        vm.assertEq(withdrawn(leaseId), 40, "the provider's part stayed");
    }

    function test_what_does_not_exist_is_named() public {
        vm.expectRevert(abi.encodeWithSelector(LeaseEscrow.LeaseUnknown.selector, 9));
        escrow.owed(9);
        vm.expectRevert(abi.encodeWithSelector(LeaseEscrow.AccountUnknown.selector, 9));
        escrow.account(9);
        vm.expectRevert(abi.encodeWithSelector(LeaseEscrow.OrderUnknown.selector, 9));
        escrow.order(9);
        vm.expectRevert(abi.encodeWithSelector(LeaseEscrow.AccountUnknown.selector, 9));
        escrow.settle(9);
    }

    // Tokens that misbehave

    function test_a_token_that_charges_on_transfer_is_refused() public {
        HostileToken odd = new HostileToken();
        escrow = new LeaseEscrow(address(odd));
        odd.setFee(1);
        vm.expectRevert(abi.encodeWithSelector(LeaseEscrow.FeeOnTransfer.selector, 100, 99));
        escrow.openAccount(100);
    }

    function test_a_token_that_says_no_is_believed() public {
        HostileToken odd = new HostileToken();
        escrow = new LeaseEscrow(address(odd));
        odd.setAnswer(false);
        vm.expectRevert(abi.encodeWithSelector(Tokens.TransferFailed.selector, address(odd)));
        escrow.openAccount(100);
    }

    function test_a_token_that_calls_back_is_refused() public {
        HostileToken odd = new HostileToken();
        escrow = new LeaseEscrow(address(odd));
        uint256 accountId = escrow.openAccount(0);
        bytes[] memory calls = new bytes[](4);
        calls[0] = abi.encodeCall(LeaseEscrow.deposit, (accountId, 1));
        calls[1] = abi.encodeCall(LeaseEscrow.refund, (accountId));
        calls[2] = abi.encodeCall(LeaseEscrow.openAccount, (1));
        calls[3] = abi.encodeCall(LeaseEscrow.settle, (accountId));
        for (uint256 i = 0; i < calls.length; i++) {
            odd.setCall(address(escrow), calls[i]);
            vm.expectRevert(Exclusive.Reentered.selector);
            escrow.deposit(accountId, 100);
        }
    }

    function test_an_address_without_code_is_no_token() public {
        vm.expectRevert(abi.encodeWithSelector(LeaseEscrow.TokenUnknown.selector, address(0xdead)));
        new LeaseEscrow(address(0xdead));
    }
}
