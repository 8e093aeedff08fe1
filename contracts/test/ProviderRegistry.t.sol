// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Exclusive} from "../src/Exclusive.sol";
import {ProviderRegistry} from "../src/ProviderRegistry.sol";
import {Tokens} from "../src/Tokens.sol";
import {Hardware} from "./Hardware.sol";
import {HostileToken} from "./HostileToken.sol";

contract ProviderRegistryTest is Hardware {
    address private constant SLASHER = address(0x51a5);

    function setUp() public override {
        super.setUp();
        vm.prank(OWNER);
        registry.setLimit(PROVIDER, SLASHER, 5000);
    }

    function _bond(uint256 amount) private returns (uint256) {
        vm.prank(PROVIDER);
        return registry.openBond(SLASHER, TENANT, amount, uint64(block.timestamp + 3 days), "terms");
    }

    function _unbond(uint256 amount) private {
        vm.prank(OWNER);
        registry.unbond(PROVIDER, amount);
    }

    function _withdraw() private returns (uint256) {
        vm.prank(OWNER);
        return registry.withdraw(PROVIDER);
    }

    function _slash(uint256 bondId) private {
        vm.prank(SLASHER);
        registry.slash(bondId, WATCHER);
    }

    // Providers

    function test_a_provider_registers_once_and_its_owner_speaks_for_it() public {
        ProviderRegistry.Profile memory profile = ProviderRegistry.Profile("other tls", "elsewhere", "more");
        vm.expectRevert(abi.encodeWithSelector(ProviderRegistry.AlreadyRegistered.selector, PROVIDER));
        vm.prank(PROVIDER);
        registry.register(PROVIDER, profile);
        vm.expectRevert(ProviderRegistry.ZeroAddress.selector);
        vm.prank(WATCHER);
        registry.register(address(0), profile);
        vm.expectRevert(abi.encodeWithSelector(ProviderRegistry.NotOwner.selector, OWNER, PROVIDER));
        vm.prank(PROVIDER);
        registry.setProfile(PROVIDER, profile);
        vm.expectEmit();
        emit ProviderRegistry.ProfileChanged(PROVIDER, profile);
        vm.prank(OWNER);
        registry.setProfile(PROVIDER, profile);
        vm.assertEq(registry.providerOf(PROVIDER).profile.tlsKeyDigest, "other tls", "tls");
    }

    function test_another_owner_has_to_accept_and_takes_the_stake() public {
        vm.prank(OWNER);
        registry.offerOwner(PROVIDER, WATCHER);
        vm.expectRevert(abi.encodeWithSelector(ProviderRegistry.NotOffered.selector, WATCHER, TENANT));
        vm.prank(TENANT);
        registry.acceptOwner(PROVIDER);
        vm.prank(WATCHER);
        registry.acceptOwner(PROVIDER);
        vm.expectRevert(abi.encodeWithSelector(ProviderRegistry.NotOwner.selector, WATCHER, OWNER));
        _unbond(1);
        vm.expectRevert(abi.encodeWithSelector(ProviderRegistry.NotOffered.selector, address(0), WATCHER));
        vm.prank(WATCHER);
        registry.acceptOwner(PROVIDER);
    }

    function test_an_audit_counts_while_it_is_of_what_the_provider_says() public {
        vm.prank(WATCHER);
        registry.audit(PROVIDER, "attributes", START + 10);
        vm.assertTrue(_counts(WATCHER), "it counts");
        vm.assertTrue(!_counts(TENANT), "another's does not");
        vm.warp(START + 11);
        vm.assertTrue(!_counts(WATCHER), "it is over");
        vm.prank(WATCHER);
        registry.audit(PROVIDER, "attributes", START + 100);
        vm.prank(OWNER);
        registry.setProfile(PROVIDER, ProviderRegistry.Profile("tls", "endpoint", "better attributes"));
        vm.assertTrue(!_counts(WATCHER), "of other attributes");
    }

    function _counts(address auditor) private view returns (bool counts) {
        (, counts) = registry.auditOf(PROVIDER, auditor);
    }

    // Leaving

    function test_stake_leaves_after_the_delay() public {
        _unbond(400);
        vm.warp(START + DELAY - 1);
        vm.assertEq(_withdraw(), 0, "not yet");
        vm.warp(START + DELAY);
        vm.assertEq(_withdraw(), 400, "now");
        vm.assertEq(_withdraw(), 0, "once");
        vm.assertEq(registry.providerOf(PROVIDER).staked, 600, "staked");
    }

    function test_asking_for_more_starts_the_delay_again_and_for_less_does_not() public {
        _unbond(400);
        vm.warp(START + 100);
        _unbond(300);
        vm.assertEq(registry.providerOf(PROVIDER).leavesAt, START + DELAY, "less");
        _unbond(301);
        vm.assertEq(registry.providerOf(PROVIDER).leavesAt, START + 100 + DELAY, "more");
        _unbond(0);
        vm.assertEq(registry.providerOf(PROVIDER).leavesAt, 0, "none");
        vm.expectRevert(abi.encodeWithSelector(ProviderRegistry.InsufficientStake.selector, PROVIDER, 1000, 1001));
        _unbond(1001);
    }

    function test_new_stake_does_not_leave_by_an_old_request() public {
        _unbond(1000);
        uint256 bondId = _bond(1000);
        vm.warp(START + DELAY);
        _slash(bondId);
        staked(700);
        vm.assertEq(_withdraw(), 0, "what was slashed is not owed");
        _unbond(700);
        vm.assertEq(_withdraw(), 0, "the delay is of today");
    }

    function test_what_is_leaving_answers_until_it_has_left() public {
        _unbond(1000);
        vm.warp(START + DELAY);
        uint256 bondId = _bond(600); // the delay is over, and the stake is still here
        vm.assertEq(_withdraw(), 400, "what no bond holds");
        vm.assertEq(_withdraw(), 0, "the rest is held");
        _slash(bondId);
        vm.assertEq(_withdraw(), 0, "and gone");
        vm.assertEq(registry.providerOf(PROVIDER).staked, 0, "staked");
    }

    function test_a_bond_holds_stake_until_its_second_and_no_longer() public {
        uint256 bondId = _bond(1000);
        _unbond(1000);
        vm.warp(START + 3 days - 1);
        vm.expectRevert(abi.encodeWithSelector(ProviderRegistry.BondIsRunning.selector, bondId, START + 3 days));
        registry.release(bondId);
        vm.assertEq(_withdraw(), 0, "held");
        vm.warp(START + 3 days);
        vm.expectRevert(abi.encodeWithSelector(ProviderRegistry.BondHasEnded.selector, bondId, START + 3 days));
        _slash(bondId);
        vm.prank(WATCHER);
        registry.release(bondId);
        vm.expectRevert(abi.encodeWithSelector(ProviderRegistry.BondIsClosed.selector, bondId));
        registry.release(bondId);
        vm.assertEq(_withdraw(), 1000, "free");
    }

    // Bonds

    function test_one_stake_does_not_answer_for_two() public {
        _bond(600);
        vm.expectRevert(abi.encodeWithSelector(ProviderRegistry.InsufficientStake.selector, PROVIDER, 400, 401));
        _bond(401);
        _bond(400);
    }

    function test_the_key_bonds_no_more_than_the_owner_lets_it() public {
        staked(9000);
        _bond(4999);
        vm.expectRevert(abi.encodeWithSelector(ProviderRegistry.LimitExceeded.selector, SLASHER, 5000, 5001));
        _bond(2);
        vm.expectRevert(abi.encodeWithSelector(ProviderRegistry.LimitExceeded.selector, WATCHER, 0, 1));
        vm.prank(PROVIDER);
        registry.openBond(WATCHER, TENANT, 1, START + 1, "terms");
        vm.expectRevert(abi.encodeWithSelector(ProviderRegistry.ProviderUnknown.selector, OWNER));
        vm.prank(OWNER);
        registry.openBond(SLASHER, TENANT, 1, START + 1, "terms");
    }

    function test_a_bond_is_made_longer_by_its_provider_and_never_shorter() public {
        uint256 bondId = _bond(1);
        vm.expectRevert(abi.encodeWithSelector(ProviderRegistry.NotProvider.selector, PROVIDER, TENANT));
        vm.prank(TENANT);
        registry.extendBond(bondId, START + 4 days);
        vm.expectPartialRevert(ProviderRegistry.UntilOutOfRange.selector);
        _extend(bondId, START + 3 days);
        vm.expectPartialRevert(ProviderRegistry.UntilOutOfRange.selector);
        _extend(bondId, START + 365 days + 1);
        _extend(bondId, START + 4 days);
        vm.warp(START + 4 days);
        vm.expectRevert(abi.encodeWithSelector(ProviderRegistry.BondHasEnded.selector, bondId, START + 4 days));
        _extend(bondId, START + 5 days);
    }

    function test_who_stole_the_key_loses_the_limit_once_and_not_one_bond_after_the_other() public {
        staked(9000);
        _slash(_bond(3000));
        vm.assertEq(registry.limitOf(PROVIDER, SLASHER), 2000, "a slash uses the limit up");
        vm.expectRevert(abi.encodeWithSelector(ProviderRegistry.LimitExceeded.selector, SLASHER, 2000, 2001));
        _bond(2001);
        uint256 last = _bond(2000);
        vm.expectEmit();
        emit ProviderRegistry.LimitSet(PROVIDER, SLASHER, 0);
        _slash(last);
        vm.expectRevert(abi.encodeWithSelector(ProviderRegistry.LimitExceeded.selector, SLASHER, 0, 1));
        _bond(1);
        vm.assertEq(registry.providerOf(PROVIDER).staked, 5000, "no more than the limit is lost");
    }

    function test_a_bond_that_ends_unslashed_gives_its_part_of_the_limit_back() public {
        staked(9000);
        uint256 bondId = _bond(5000);
        vm.warp(START + 3 days);
        registry.release(bondId);
        _bond(5000);
    }

    function test_an_owner_that_lowers_the_limit_below_an_open_bond_loses_no_more_than_the_bond() public {
        uint256 bondId = _bond(800);
        vm.prank(OWNER);
        registry.setLimit(PROVIDER, SLASHER, 100);
        _slash(bondId);
        vm.assertEq(registry.limitOf(PROVIDER, SLASHER), 0, "limit");
    }

    function test_who_stole_the_key_cannot_extend_a_bond_against_the_owners_limit() public {
        uint256 bondId = _bond(800);
        vm.prank(OWNER);
        registry.setLimit(PROVIDER, SLASHER, 799);
        vm.expectRevert(abi.encodeWithSelector(ProviderRegistry.LimitExceeded.selector, SLASHER, 799, 800));
        _extend(bondId, START + 4 days);
        _unbond(1000);
        vm.warp(START + 3 days);
        registry.release(bondId);
        vm.assertEq(_withdraw(), 1000, "all of it leaves");
    }

    function test_where_all_is_slashed_nothing_is_said_to_leave() public {
        _unbond(1000);
        _slash(_bond(1000));
        vm.assertEq(registry.providerOf(PROVIDER).leaving, 0, "leaving");
        vm.assertEq(registry.providerOf(PROVIDER).leavesAt, 0, "leaves at");
    }

    function _extend(uint256 bondId, uint64 until) private {
        vm.prank(PROVIDER);
        registry.extendBond(bondId, until);
    }

    function test_only_the_slasher_slashes_once_and_whole() public {
        uint256 bondId = _bond(807);
        address[4] memory others = [PROVIDER, OWNER, TENANT, WATCHER];
        for (uint256 i = 0; i < 4; i++) {
            vm.expectRevert(abi.encodeWithSelector(ProviderRegistry.NotSlasher.selector, SLASHER, others[i]));
            vm.prank(others[i]);
            registry.slash(bondId, others[i]);
        }
        vm.expectEmit();
        emit ProviderRegistry.Slashed(bondId, PROVIDER, WATCHER, 100, 302, 405);
        _slash(bondId);
        vm.expectRevert(abi.encodeWithSelector(ProviderRegistry.BondIsClosed.selector, bondId));
        _slash(bondId);
        vm.prank(WATCHER);
        vm.assertEq(registry.claim(), 100, "bounty");
        vm.prank(TENANT);
        vm.assertEq(registry.claim(), 302, "compensation");
        vm.assertEq(dollar.balanceOf(address(registry)), 193 + 405, "the rest of the stake, and what was burnt");
        vm.assertEq(registry.providerOf(PROVIDER).encumbered, 0, "encumbered");
        vm.assertEq(registry.encumberedBy(PROVIDER, SLASHER), 0, "encumbered by");
    }

    function testFuzz_a_slash_is_paid_out_to_the_last_unit_and_half_is_burnt(uint96 amount) public {
        amount = uint96(bound(amount, 1, 1e9));
        staked(amount);
        vm.prank(OWNER);
        registry.setLimit(PROVIDER, SLASHER, amount);
        _slash(_bond(amount));
        uint256 paid = registry.claimable(WATCHER) + registry.claimable(TENANT);
        vm.assertEq(paid + registry.burnt(), amount, "all of it");
        vm.assertLe(paid, amount / 2, "at least half is burnt");
    }

    function testFuzz_the_order_of_slashes_and_exits_in_a_second_changes_no_total(uint256 first, uint256 second, uint256 shuffle)
        public
    {
        first = bound(first, 1, 999);
        second = bound(second, 1, 1000 - first);
        uint256[3][2] memory totals;
        for (uint256 side = 0; side < 2; side++) {
            setUp();
            uint256 lost = _bond(first);
            _bond(second);
            _unbond(1000);
            vm.warp(START + DELAY);
            uint256[5] memory steps = [uint256(0), 1, 2, 3, 4];
            uint256 left = 0;
            for (uint256 n = 5; n > 0; n--) {
                uint256 pick = side == 0 ? n - 1 : shuffle % n;
                if (side == 1) shuffle /= 5;
                if (steps[pick] == 0) _slash(lost);
                else if (steps[pick] == 1) staked(70);
                else if (steps[pick] <= 3) left += _withdraw();
                else _unbond(1);
                steps[pick] = steps[n - 1];
            }
            left += _withdraw();
            ProviderRegistry.Provider memory p = registry.providerOf(PROVIDER);
            totals[side] = [left + p.staked, registry.burnt(), left + dollar.balanceOf(address(registry))];
        }
        vm.assertEq(totals[0][0], totals[1][0], "the owner's");
        vm.assertEq(totals[0][0], 1070 - first, "what was not slashed");
        vm.assertEq(totals[0][1], totals[1][1], "burnt");
        vm.assertEq(totals[0][2], totals[1][2], "all");
    }

    // Tokens that misbehave

    function test_hostile_tokens_gain_nothing() public {
        HostileToken hostile = new HostileToken();
        registry = new ProviderRegistry(address(hostile), DELAY);
        registry.register(address(this), ProviderRegistry.Profile("", "", ""));
        hostile.setFee(1);
        vm.expectRevert(abi.encodeWithSelector(ProviderRegistry.FeeOnTransfer.selector, 100, 99));
        registry.stake(address(this), 100);
        hostile.setFee(0);
        hostile.setAnswer(false);
        vm.expectRevert(abi.encodeWithSelector(Tokens.TransferFailed.selector, address(hostile)));
        registry.stake(address(this), 100);
        hostile.setAnswer(true);
        registry.stake(address(this), 100);
        registry.unbond(address(this), 100);
        vm.warp(START + DELAY);
        bytes[3] memory calls = [
            abi.encodeCall(ProviderRegistry.stake, (address(this), 1)),
            abi.encodeCall(ProviderRegistry.withdraw, (address(this))),
            abi.encodeCall(ProviderRegistry.claim, ())
        ];
        for (uint256 i = 0; i < 3; i++) {
            hostile.setCall(address(registry), calls[i]);
            vm.expectRevert(Exclusive.Reentered.selector);
            registry.withdraw(address(this));
        }
        hostile.setCall(address(0), "");
        vm.assertEq(registry.withdraw(address(this)), 100, "the exit");
    }

    function test_what_cannot_be_is_refused() public {
        vm.expectRevert(abi.encodeWithSelector(ProviderRegistry.TokenUnknown.selector, address(0xdead)));
        new ProviderRegistry(address(0xdead), DELAY);
        vm.expectRevert(abi.encodeWithSelector(ProviderRegistry.DelayOutOfRange.selector, 1 hours - 1));
        new ProviderRegistry(address(dollar), 1 hours - 1);
        vm.expectRevert(abi.encodeWithSelector(ProviderRegistry.DelayOutOfRange.selector, 90 days + 1));
        new ProviderRegistry(address(dollar), 90 days + 1);
        vm.expectRevert(ProviderRegistry.ZeroAmount.selector);
        staked(0);
        vm.expectRevert(ProviderRegistry.ZeroAmount.selector);
        _bond(0);
        vm.expectRevert(ProviderRegistry.ZeroAddress.selector);
        vm.prank(PROVIDER);
        registry.openBond(SLASHER, address(0), 1, START + 1, "terms");
        vm.expectPartialRevert(ProviderRegistry.UntilOutOfRange.selector);
        vm.prank(PROVIDER);
        registry.openBond(SLASHER, TENANT, 1, START, "terms");
        vm.expectRevert(abi.encodeWithSelector(ProviderRegistry.ProviderUnknown.selector, WATCHER));
        registry.stake(WATCHER, 1);
        vm.expectRevert(abi.encodeWithSelector(ProviderRegistry.BondUnknown.selector, 9));
        registry.release(9);
    }
}
