// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {LeaseEscrow} from "../src/LeaseEscrow.sol";
import {Market} from "./Market.sol";
import {Reference} from "./Reference.sol";

/// @notice Random schedules of deposits, openings, closings, withdrawals and refunds on one account.
contract LeaseEscrowSchedulesTest is Market {
    uint256[] private _ids; // leases, in the order they opened
    LeaseEscrow private _other;

    /// @dev What one random word asks for.
    function _read(uint256 word) private pure returns (uint64 wait, uint256 kind, uint256 which, uint256 rate) {
        wait = uint64(word % 16);
        kind = (word >> 16) % 8;
        which = (word >> 32) & 0xffff;
        // From a sixteenth of a unit to seven units a second, with all 64 fractional bits in play.
        rate = bound(word >> 64, ONE / 16, 7 * ONE);
    }

    function testFuzz_the_escrow_agrees_with_the_reference_to_the_last_unit(uint256[12] memory words) public {
        Reference model = new Reference(START);
        uint256 accountId = opened(60);
        model.deposit(60);
        uint64 time = START;
        uint256 moved = 60;
        for (uint256 n = 0; n < words.length; n++) {
            (uint64 wait, uint256 kind, uint256 which, uint256 rate) = _read(words[n]);
            time += wait;
            vm.warp(time);
            model.tick(time);
            if (kind <= 2 && model.openCount() < 16) {
                LeaseEscrow.Bid memory bid = bidOf(placed(rate), which % 4, rate);
                bytes memory sig = signature(bid, which % 4);
                if (model.open(rate)) {
                    _ids.push(accepted(bid, sig, accountId));
                } else {
                    vm.expectPartialRevert(LeaseEscrow.InsufficientDeposit.selector);
                    this.accept(bid, sig, accountId);
                }
            } else if (kind == 3) {
                uint256 amount = which % 100;
                vm.prank(TENANT);
                escrow.deposit(accountId, amount);
                model.deposit(amount);
                moved += amount;
            } else if (kind == 4 && _ids.length != 0) {
                which %= _ids.length;
                (,,,, uint8 reason) = model.entries(which);
                if (reason == 0) {
                    closed(_ids[which], 2);
                    model.close(which, 2);
                }
            } else if (kind == 5 && _ids.length != 0) {
                withdrawn(_ids[which % _ids.length]);
            } else if (kind == 6) {
                escrow.settle(accountId);
            } else if (kind == 7 && model.openCount() == 0) {
                uint256 amount = refunded(accountId);
                vm.assertEq(amount, model.refund(), "refund");
                moved -= amount;
            }
            model.tick(time);
            (,, uint256 running) = model.totals();
            vm.assertEq(escrow.account(accountId).unspent, model.funds() - running, "unspent");
        }
        uint256 sum = escrow.account(accountId).unspent;
        for (uint256 i = 0; i < _ids.length; i++) {
            LeaseEscrow.Lease memory l = escrow.lease(_ids[i]);
            (,,, uint64 closedAt, uint8 reason) = model.entries(i);
            vm.assertEq(l.earned, model.earned(i), "earned");
            vm.assertEq(l.reason, reason, "reason");
            vm.assertEq(l.closedAt, closedAt, "closedAt");
            vm.assertEq(escrow.owed(_ids[i]), l.earned - l.paid, "owed");
            sum += l.earned;
        }
        vm.assertEq(sum, moved, "what came in is what was earned and what is left");
    }

    function testFuzz_when_it_is_settled_changes_no_total(uint256[12] memory words, uint256 meddling) public {
        LeaseEscrow quiet = escrow;
        LeaseEscrow busy = _newEscrow();
        for (uint256 side = 0; side < 2; side++) {
            escrow = side == 0 ? quiet : busy;
            vm.warp(START);
            opened(80);
            _play(words, side == 0 ? 0 : meddling);
        }
        for (uint256 id = 1; id <= quiet.leaseCount(); id++) {
            LeaseEscrow.Lease memory left = quiet.lease(id);
            LeaseEscrow.Lease memory right = busy.lease(id);
            vm.assertEq(left.earned, right.earned, "earned");
            vm.assertEq(left.reason, right.reason, "reason");
            vm.assertEq(left.closedAt, right.closedAt, "closedAt");
        }
        vm.assertEq(quiet.leaseCount(), busy.leaseCount(), "leases");
        vm.assertEq(quiet.account(1).unspent, busy.account(1).unspent, "unspent");
        vm.assertEq(quiet.account(1).exhaustAt, busy.account(1).exhaustAt, "exhaustAt");
    }

    /// @dev Plays the schedule; `meddling` scatters settlements and withdrawals, one bit a second.
    function _play(uint256[12] memory words, uint256 meddling) private {
        uint64 time = START;
        for (uint256 n = 0; n < words.length; n++) {
            (uint64 wait, uint256 kind, uint256 which, uint256 rate) = _read(words[n]);
            for (; wait > 0; wait--) {
                vm.warp(++time);
                if (meddling >> (time % 256) & 1 == 0 || escrow.leaseCount() == 0) continue;
                if (time % 2 == 0) escrow.settle(1);
                else withdrawn(1 + time % escrow.leaseCount());
            }
            if (kind <= 3) {
                LeaseEscrow.Bid memory bid = bidOf(placed(rate), which % 4, rate);
                bytes memory sig = signature(bid, which % 4);
                try this.accept(bid, sig, 1) {} catch {}
            } else if (kind <= 5) {
                vm.prank(TENANT);
                escrow.deposit(1, which % 100);
            } else if (escrow.leaseCount() != 0) {
                uint256 id = 1 + which % escrow.leaseCount();
                if (escrow.lease(id).reason == 0) closed(id, 1);
            }
        }
    }

    /// @dev External, so that a refusal can be expected or caught.
    function accept(LeaseEscrow.Bid calldata bid, bytes calldata sig, uint256 accountId) external returns (uint256) {
        return accepted(bid, sig, accountId);
    }

    function testFuzz_an_exhausted_account_ends_at_exactly_nothing(uint256[16] memory rates, uint256 amount) public {
        uint256 sum = 0;
        for (uint256 i = 0; i < 16; i++) {
            rates[i] = bound(rates[i], 1 << 32, 1 << bound(rates[i] >> 128, 33, 127));
            sum += rates[i];
        }
        amount = bound(amount, (sum >> 64) + 1, (sum >> 64) * 50 + 200);
        uint256 accountId = opened(amount);
        for (uint256 i = 0; i < 16; i++) leased(accountId, i, rates[i]);
        uint64 end = escrow.account(accountId).exhaustAt;
        vm.assertEq(end, START + (amount << 64) / sum, "exhaustAt");
        vm.warp(end);
        uint256 earned = 0;
        for (uint256 id = 1; id <= 16; id++) {
            uint256 units = escrow.lease(id).earned;
            uint256 floor = (rates[id - 1] * (end - START)) >> 64;
            vm.assertLe(floor, units, "not less than what it ran for");
            // less than one more second, one unit of rounding, and its share of the 16 fractions
            vm.assertLe(units, ((rates[id - 1] * (end - START + 1)) >> 64) + 18, "not more than its share");
            earned += units;
        }
        vm.assertEq(earned, amount, "all of it");
        vm.assertEq(escrow.account(accountId).unspent, 0, "unspent");
    }

    function testFuzz_the_largest_rates_and_deposits_do_not_overflow(uint128 rate, uint128 amount, uint64 wait) public {
        rate = uint128(bound(rate, 1 << 32, type(uint128).max));
        amount = uint128(bound(amount, (uint256(rate) >> 64) + 1, type(uint128).max));
        dollar.mint(TENANT, uint256(amount));
        uint256 accountId = opened(amount);
        uint256 leaseId = leased(accountId, 1, rate);
        vm.warp(START + uint256(wait) / 2);
        uint256 earned = escrow.lease(leaseId).earned;
        if (escrow.lease(leaseId).reason == 0) {
            vm.assertEq(earned, (uint256(rate) * (uint256(wait) / 2)) >> 64, "earned");
            closed(leaseId, 1);
        }
        vm.assertEq(withdrawn(leaseId) + refunded(accountId), amount, "all of it");
    }
}
