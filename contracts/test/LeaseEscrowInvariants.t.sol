// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {LeaseEscrow} from "../src/LeaseEscrow.sol";
import {Market} from "./Market.sol";

/// @notice Three accounts and four providers doing what the escrow allows, in any order, with any pauses.
contract Trading is Market {
    uint256 public paidIn;
    uint256 public paidOut;
    mapping(uint256 leaseId => uint256) public ended; // earned when first seen closed, plus one

    constructor() {
        setUp();
        for (uint256 i = 0; i < 3; i++) opened(0);
    }

    function market() external view returns (LeaseEscrow) {
        return escrow;
    }

    function held() external view returns (uint256) {
        return dollar.balanceOf(address(escrow));
    }

    function wait(uint256 time) external {
        vm.warp(block.timestamp + bound(time, 0, 60));
    }

    function deposit(uint256 accountId, uint256 amount) external {
        amount = bound(amount, 0, 500);
        vm.prank(TENANT);
        escrow.deposit(bound(accountId, 1, 3), amount);
        paidIn += amount;
    }

    function open(uint256 accountId, uint256 i, uint256 rate) external {
        accountId = bound(accountId, 1, 3);
        i = bound(i, 0, 3);
        rate = bound(rate, ONE / 32, 5 * ONE);
        LeaseEscrow.Account memory a = escrow.account(accountId);
        if (a.openLeases.length == 16 || a.unspent << 64 < 2 * (a.rate + rate)) return;
        LeaseEscrow.Bid memory bid = bidOf(placed(rate), i, rate);
        accepted(bid, signature(bid, i), accountId);
    }

    function close(uint256 leaseId, uint256 reason) external {
        if (escrow.leaseCount() == 0) return;
        leaseId = bound(leaseId, 1, escrow.leaseCount());
        LeaseEscrow.Lease memory l = escrow.lease(leaseId);
        if (l.reason != 0) return;
        reason = bound(reason, 1, 5);
        vm.prank(reason <= 2 ? TENANT : l.provider);
        escrow.closeLease(leaseId, uint8(reason));
    }

    function withdraw(uint256 leaseId) external {
        if (escrow.leaseCount() == 0) return;
        paidOut += withdrawn(bound(leaseId, 1, escrow.leaseCount()));
    }

    function settle(uint256 accountId) external {
        escrow.settle(bound(accountId, 1, 3));
    }

    function refund(uint256 accountId) external {
        accountId = bound(accountId, 1, 3);
        if (escrow.account(accountId).openLeases.length == 0) paidOut += refunded(accountId);
    }

    /// @dev Remembers what each lease had earned when it was first seen closed.
    function observe() external returns (bool unchanged) {
        unchanged = true;
        for (uint256 id = 1; id <= escrow.leaseCount(); id++) {
            LeaseEscrow.Lease memory l = escrow.lease(id);
            if (l.reason == 0) continue;
            if (ended[id] == 0) ended[id] = l.earned + 1;
            unchanged = unchanged && ended[id] == l.earned + 1;
        }
    }
}

contract LeaseEscrowInvariantsTest is Market {
    Trading private _trading;

    function setUp() public override {
        _trading = new Trading();
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_trading);
    }

    struct Selectors {
        address target;
        bytes4[] selectors;
    }

    function targetSelectors() external view returns (Selectors[] memory targets) {
        bytes4[] memory s = new bytes4[](8);
        s[0] = Trading.wait.selector;
        s[1] = Trading.deposit.selector;
        s[2] = Trading.open.selector;
        s[3] = Trading.close.selector;
        s[4] = Trading.withdraw.selector;
        s[5] = Trading.settle.selector;
        s[6] = Trading.refund.selector;
        s[7] = Trading.observe.selector;
        targets = new Selectors[](1);
        targets[0] = Selectors(address(_trading), s);
    }

    function invariant_money_is_conserved_to_the_last_unit() public view {
        LeaseEscrow market = _trading.market();
        vm.assertEq(_trading.held(), _trading.paidIn() - _trading.paidOut(), "held is in less out");
        uint256 claims = 0;
        for (uint256 id = 1; id <= 3; id++) claims += market.account(id).unspent;
        for (uint256 id = 1; id <= market.leaseCount(); id++) claims += market.owed(id);
        vm.assertEq(_trading.held(), claims, "held is what can be claimed");
    }

    function invariant_what_a_lease_earned_when_it_closed_is_final() public {
        vm.assertTrue(_trading.observe(), "a closed lease's earnings changed");
    }

    function invariant_open_leases_are_covered() public view {
        LeaseEscrow market = _trading.market();
        for (uint256 id = 1; id <= 3; id++) {
            LeaseEscrow.Account memory a = market.account(id);
            uint256 rates = 0;
            for (uint256 i = 0; i < a.openLeases.length; i++) {
                LeaseEscrow.Lease memory l = market.lease(a.openLeases[i]);
                vm.assertEq(l.reason, 0, "open");
                vm.assertEq(l.accountId, id, "account");
                rates += l.rate;
            }
            vm.assertEq(a.rate, rates, "rate");
            vm.assertTrue(a.exhaustAt > block.timestamp, "exhaustion lies ahead");
            vm.assertTrue((rates == 0) == (a.exhaustAt == NEVER), "money ends if and only if a lease is open");
        }
    }
}
