// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Exclusive} from "../src/Exclusive.sol";
import {LeaseEscrow} from "../src/LeaseEscrow.sol";
import {Tokens} from "../src/Tokens.sol";
import {HostileToken} from "./HostileToken.sol";
import {Market} from "./Market.sol";

/// @notice A contract that bids, and tries while it is asked for its signature what it must not.
contract HostileBidder {
    LeaseEscrow private immutable _escrow;

    constructor(LeaseEscrow escrow) {
        _escrow = escrow;
    }

    function isValidSignature(bytes32, bytes calldata) external returns (bytes4) {
        (bool success,) = address(_escrow).call(abi.encodeCall(LeaseEscrow.placeOrder, ("", 1 << 64)));
        return success ? bytes4(0xffffffff) : this.isValidSignature.selector;
    }
}

/// @notice What somebody would try against the escrow.
contract LeaseEscrowAttacksTest is Market {
    function test_a_bid_for_another_chain_is_refused() public {
        uint256 accountId = opened(100);
        LeaseEscrow.Bid memory bid = bidOf(placed(ONE), 1, ONE);
        bytes memory sig = signature(bid, 1);
        vm.chainId(99);
        bytes32 digest = escrow.bidDigest(bid);
        vm.expectRevert(abi.encodeWithSelector(LeaseEscrow.BidSignatureInvalid.selector, provider(1), digest));
        accepted(bid, sig, accountId);
    }

    function test_a_bid_for_another_escrow_is_refused() public {
        LeaseEscrow.Bid memory bid = bidOf(placed(ONE), 1, ONE);
        bytes memory sig = signature(bid, 1);
        escrow = _newEscrow();
        uint256 accountId = opened(100);
        vm.assertEq(placed(ONE), bid.orderId, "the same order number");
        bytes32 digest = escrow.bidDigest(bid);
        vm.expectRevert(abi.encodeWithSelector(LeaseEscrow.BidSignatureInvalid.selector, provider(1), digest));
        accepted(bid, sig, accountId);
    }

    function test_a_bid_counts_once_in_whichever_form_its_signature_comes() public {
        uint256 accountId = opened(100);
        LeaseEscrow.Bid memory bid = bidOf(placed(ONE), 1, ONE);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key(1), escrow.bidDigest(bid));
        uint256 order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;
        bytes memory mirrored = abi.encodePacked(r, bytes32(order - uint256(s)), v == 27 ? uint8(28) : uint8(27));
        bytes32 digest = escrow.bidDigest(bid);
        vm.expectRevert(abi.encodeWithSelector(LeaseEscrow.BidSignatureInvalid.selector, provider(1), digest));
        accepted(bid, mirrored, accountId);
        closed(accepted(bid, abi.encodePacked(r, s, v), accountId), 1);
        vm.expectRevert(abi.encodeWithSelector(LeaseEscrow.BidIsSpent.selector, digest));
        accepted(bid, abi.encodePacked(r, s, v), accountId);
    }

    function test_nobody_bids_in_the_name_of_nobody() public {
        uint256 accountId = opened(100);
        LeaseEscrow.Bid memory bid = bidOf(placed(ONE), 1, ONE);
        bid.provider = address(0);
        bytes32 digest = escrow.bidDigest(bid);
        vm.expectRevert(abi.encodeWithSelector(LeaseEscrow.BidSignatureInvalid.selector, address(0), digest));
        accepted(bid, new bytes(65), accountId);
    }

    function test_a_bidder_that_is_asked_for_its_signature_changes_nothing_meanwhile() public {
        uint256 accountId = opened(100);
        LeaseEscrow.Bid memory bid = bidOf(placed(ONE), 1, ONE);
        bid.provider = address(new HostileBidder(escrow));
        accepted(bid, "", accountId); // its call failed, or it would have refused
        vm.assertEq(escrow.orderCount(), 1, "no order by the bidder");
    }

    function test_a_token_that_calls_back_on_the_way_out_is_refused_and_the_exit_stays_open() public {
        HostileToken hostile = new HostileToken();
        escrow = new LeaseEscrow(address(hostile));
        uint256 accountId = opened(100);
        uint256 leaseId = leased(accountId, 1, ONE);
        vm.warp(START + 40);
        bytes[5] memory calls = [
            abi.encodeCall(LeaseEscrow.withdraw, (leaseId)),
            abi.encodeCall(LeaseEscrow.closeLease, (leaseId, 3)),
            abi.encodeCall(LeaseEscrow.refund, (accountId)),
            abi.encodeCall(LeaseEscrow.deposit, (accountId, 1)),
            abi.encodeCall(LeaseEscrow.openAccount, (1))
        ];
        for (uint256 i = 0; i < 5; i++) {
            hostile.setCall(address(escrow), calls[i]);
            vm.expectRevert(Exclusive.Reentered.selector);
            vm.prank(provider(1));
            escrow.withdraw(leaseId);
        }
        hostile.setCall(address(0), "");
        hostile.setAnswer(false);
        vm.expectRevert(abi.encodeWithSelector(Tokens.TransferFailed.selector, address(hostile)));
        vm.prank(provider(1));
        escrow.withdraw(leaseId);
        hostile.setAnswer(true);
        vm.assertEq(withdrawn(leaseId), 40, "what it earned, once");
        closed(leaseId, 1);
        hostile.setCall(address(escrow), calls[2]);
        vm.expectRevert(Exclusive.Reentered.selector);
        vm.prank(TENANT);
        escrow.refund(accountId);
        hostile.setCall(address(0), "");
        vm.assertEq(refunded(accountId), 60, "what nobody earned, once");
    }

    function test_a_provider_that_is_its_own_tenant_takes_nothing_of_anothers() public {
        opened(1000);
        dollar.mint(provider(1), 100);
        vm.prank(provider(1));
        dollar.approve(address(escrow), 100);
        vm.prank(provider(1));
        uint256 accountId = escrow.openAccount(100);
        vm.prank(provider(1));
        LeaseEscrow.Bid memory bid = bidOf(escrow.placeOrder("own", type(uint128).max), 1, 33 * ONE);
        bytes memory sig = signature(bid, 1);
        vm.prank(provider(1));
        uint256 leaseId = escrow.acceptBid(bid, sig, accountId);
        vm.warp(START + 1000);
        withdrawn(leaseId);
        vm.prank(provider(1));
        escrow.refund(accountId);
        vm.assertEq(dollar.balanceOf(provider(1)), 100, "its own money");
        vm.assertEq(dollar.balanceOf(address(escrow)), 1000, "the other's");
    }

    function test_opening_and_closing_within_a_second_moves_no_money_and_no_end() public {
        uint256 accountId = opened(100);
        uint256 leaseId = leased(accountId, 1, 3 * ONE);
        uint64 end = escrow.account(accountId).exhaustAt;
        for (uint256 i = 2; i < 40; i++) closed(leased(accountId, i, 7 * ONE + i), 2);
        vm.assertEq(escrow.account(accountId).exhaustAt, end, "exhaustAt");
        vm.assertEq(escrow.account(accountId).unspent, 100, "unspent");
        vm.warp(START + 33);
        vm.assertEq(escrow.owed(leaseId), 100, "99 and the last unit");
    }

    function testFuzz_the_order_of_closings_in_a_second_changes_no_total(uint256[6] memory rates, uint256 shuffle, uint64 wait)
        public
    {
        wait = uint64(bound(wait, 0, 200));
        uint256[6][2] memory earned;
        uint256[2] memory accounts = [opened(1000), opened(1000)];
        for (uint256 side = 0; side < 2; side++) {
            for (uint256 i = 0; i < 6; i++) leased(accounts[side], i, bound(rates[i], ONE / 1000, 3 * ONE));
        }
        vm.warp(START + wait);
        for (uint256 side = 0; side < 2; side++) {
            uint256[6] memory ids = [uint256(1), 2, 3, 4, 5, 6];
            for (uint256 n = 6; n > 0; n--) {
                uint256 pick = side == 0 ? n - 1 : shuffle % n;
                if (side == 1) shuffle /= 6;
                uint256 id = 6 * side + ids[pick];
                ids[pick] = ids[n - 1];
                if (escrow.lease(id).reason == 0) closed(id, 1);
            }
            for (uint256 i = 0; i < 6; i++) earned[side][i] = escrow.lease(6 * side + i + 1).earned;
        }
        for (uint256 i = 0; i < 6; i++) vm.assertEq(earned[0][i], earned[1][i], "earned");
        vm.assertEq(refunded(accounts[0]), refunded(accounts[1]), "left");
    }
}
