// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {LeaseEscrow} from "../src/LeaseEscrow.sol";
import {TestDollar} from "../src/TestDollar.sol";
import {Test} from "./Test.sol";

/// @notice A tenant with money, an escrow, and providers that sign bids.
abstract contract Market is Test {
    address internal constant TENANT = address(0x7e4a47);
    uint64 internal constant START = 1_800_000_000;
    uint64 internal constant NEVER = type(uint64).max;

    TestDollar internal dollar;
    LeaseEscrow internal escrow;
    uint256 internal salt;

    function setUp() public virtual {
        vm.warp(START);
        dollar = new TestDollar();
        escrow = _newEscrow();
    }

    function _newEscrow() internal returns (LeaseEscrow created) {
        created = new LeaseEscrow(address(dollar));
        dollar.mint(TENANT, 1e30);
        vm.prank(TENANT);
        dollar.approve(address(created), type(uint256).max);
    }

    /// @dev The key of the provider that tests call number i.
    function key(uint256 i) internal pure returns (uint256) {
        return 0xb1d + i;
    }

    function provider(uint256 i) internal pure returns (address) {
        return vm.addr(key(i));
    }

    function placed(uint256 maxRate) internal returns (uint256) {
        vm.prank(TENANT);
        return escrow.placeOrder("manifest", maxRate);
    }

    function opened(uint256 amount) internal returns (uint256) {
        vm.prank(TENANT);
        return escrow.openAccount(amount);
    }

    function bidOf(uint256 orderId, uint256 i, uint256 rate) internal returns (LeaseEscrow.Bid memory) {
        return LeaseEscrow.Bid(orderId, provider(i), rate, NEVER, bytes32(++salt));
    }

    function signature(LeaseEscrow.Bid memory bid, uint256 i) internal view returns (bytes memory) {
        return signed(key(i), escrow.bidDigest(bid));
    }

    function accepted(LeaseEscrow.Bid memory bid, bytes memory sig, uint256 accountId) internal returns (uint256) {
        vm.prank(TENANT);
        return escrow.acceptBid(bid, sig, accountId);
    }

    /// @dev A lease by provider i at `rate`, on an order of its own.
    function leased(uint256 accountId, uint256 i, uint256 rate) internal returns (uint256) {
        LeaseEscrow.Bid memory bid = bidOf(placed(type(uint128).max), i, rate);
        return accepted(bid, signature(bid, i), accountId);
    }

    function closed(uint256 leaseId, uint8 reason) internal {
        vm.prank(TENANT);
        escrow.closeLease(leaseId, reason);
    }

    function withdrawn(uint256 leaseId) internal returns (uint256) {
        vm.prank(escrow.lease(leaseId).provider);
        return escrow.withdraw(leaseId);
    }

    function refunded(uint256 accountId) internal returns (uint256) {
        vm.prank(TENANT);
        return escrow.refund(accountId);
    }
}
