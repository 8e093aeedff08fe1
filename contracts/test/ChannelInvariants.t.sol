// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {BatchSettlement} from "../src/BatchSettlement.sol";
import {ChannelTypes} from "../src/ChannelTypes.sol";
import {TestDollar} from "../src/TestDollar.sol";
import {Channels} from "./Channels.sol";
import {Test} from "./Test.sol";

/// @notice Four channels of three payers with two receivers in two tokens, two with the same of both, doing what the contract allows in any order.
contract Paying is Channels {
    uint256 public constant COUNT = 4;
    TestDollar[2] public tokens;
    mapping(uint256 token => uint256) public paidIn;
    mapping(uint256 channel => uint256) public highest; // the highest claim that was seen

    ChannelTypes.ChannelConfig[3] private _configs;

    constructor() {
        setUp();
        for (uint256 i = 0; i < 3; i++) _configs[i] = super.configOf(i);
        tokens = [dollar, new TestDollar()];
    }

    function contractUnderTest() external view returns (BatchSettlement) {
        return settlement;
    }

    /// @dev Remembered, since to derive them anew each time is most of what a run would do.
    function configOf(uint256 i) internal view override returns (ChannelTypes.ChannelConfig memory) {
        return _configs[i];
    }

    function channel(uint256 c) public view returns (ChannelTypes.ChannelConfig memory config) {
        config = configOf(c % 3);
        config.receiver = receiver(c / 3);
        config.token = address(tokens[c % 2]);
        config.salt = bytes32(c);
    }

    function receiver(uint256 r) public pure returns (address) {
        return address(uint160(RECEIVER) + uint160(r));
    }

    function wait(uint256 time) external {
        vm.warp(block.timestamp + bound(time, 0, 1800));
    }

    function put(uint256 c, uint256 amount) external {
        c = bound(c, 0, COUNT - 1);
        amount = bound(amount, 1, 1000);
        dollar = tokens[c % 2];
        deposit(channel(c), c % 3, uint128(amount));
        paidIn[c % 2] += amount;
    }

    function claim(uint256 c, uint256 total, bool relayed) external {
        c = bound(c, 0, COUNT - 1);
        ChannelTypes.ChannelConfig memory config = channel(c);
        (uint128 balance,) = settlement.channels(settlement.getChannelId(config));
        total = bound(total, 0, balance); // stale totals too
        ChannelTypes.VoucherClaim[] memory claims = only(claimOf(config, c % 3, uint128(total), uint128(total)));
        if (relayed) {
            settlement.claimWithSignature(claims, signed(AUTHORIZER, settlement.getClaimBatchDigest(claims)));
        } else {
            vm.prank(config.receiver);
            settlement.claim(claims);
        }
        if (total > highest[c]) highest[c] = total;
    }

    function settle(uint256 r, uint256 t) external {
        settlement.settle(receiver(bound(r, 0, 1)), address(tokens[bound(t, 0, 1)]));
    }

    function refund(uint256 c, uint256 amount) external {
        ChannelTypes.ChannelConfig memory config = channel(bound(c, 0, COUNT - 1));
        vm.prank(config.receiver);
        settlement.refund(config, uint128(bound(amount, 1, 1500)));
    }

    function initiate(uint256 c, uint256 amount) external {
        ChannelTypes.ChannelConfig memory config = channel(bound(c, 0, COUNT - 1));
        bytes32 id = settlement.getChannelId(config);
        (uint128 balance, uint128 total) = settlement.channels(id);
        (, uint40 initiatedAt) = settlement.pendingWithdrawals(id);
        if (balance == total || initiatedAt != 0) return;
        vm.prank(config.payer);
        settlement.initiateWithdraw(config, uint128(bound(amount, 1, balance - total)));
    }

    function finalize(uint256 c) external {
        ChannelTypes.ChannelConfig memory config = channel(bound(c, 0, COUNT - 1));
        (, uint40 initiatedAt) = settlement.pendingWithdrawals(settlement.getChannelId(config));
        if (initiatedAt == 0 || block.timestamp < initiatedAt + DELAY) return;
        vm.prank(config.payer);
        settlement.finalizeWithdraw(config);
    }
}

contract ChannelInvariantsTest is Test {
    Paying private _paying;
    BatchSettlement private _settlement;

    function setUp() public {
        _paying = new Paying();
        _settlement = _paying.contractUnderTest();
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_paying);
    }

    struct Selectors {
        address target;
        bytes4[] selectors;
    }

    function targetSelectors() external view returns (Selectors[] memory targets) {
        bytes4[] memory s = new bytes4[](7);
        s[0] = Paying.wait.selector;
        s[1] = Paying.put.selector;
        s[2] = Paying.claim.selector;
        s[3] = Paying.settle.selector;
        s[4] = Paying.refund.selector;
        s[5] = Paying.initiate.selector;
        s[6] = Paying.finalize.selector;
        targets = new Selectors[](1);
        targets[0] = Selectors(address(_paying), s);
    }

    /// @dev One function for three promises, so that one set of runs is looked at for all of them.
    function invariant_money_is_conserved_claims_never_fall_and_a_receivers_total_is_that_of_its_channels() public view {
        _what_is_held_is_what_is_owed_to_the_last_unit();
        _what_was_claimed_is_the_highest_claim();
        _a_receivers_total_is_that_of_its_channels();
    }

    function _what_is_held_is_what_is_owed_to_the_last_unit() private view {
        for (uint256 t = 0; t < 2; t++) {
            TestDollar token = _paying.tokens(t);
            uint256 owed = 0;
            for (uint256 c = t; c < _paying.COUNT(); c += 2) {
                (uint128 balance, uint128 total) = _settlement.channels(_settlement.getChannelId(_paying.channel(c)));
                vm.assertLe(total, balance, "claimed of what is there");
                owed += balance - total;
            }
            for (uint256 r = 0; r < 2; r++) {
                (uint128 total, uint128 settled) = _settlement.receivers(_paying.receiver(r), address(token));
                vm.assertEq(token.balanceOf(_paying.receiver(r)), settled, "paid what was settled");
                owed += total - settled;
            }
            vm.assertEq(token.balanceOf(address(_settlement)), owed, "held and owed");
            vm.assertEq(token.totalSupply(), _paying.paidIn(t), "nothing came from nowhere");
        }
    }

    function _what_was_claimed_is_the_highest_claim() private view {
        for (uint256 c = 0; c < _paying.COUNT(); c++) {
            (, uint128 total) = _settlement.channels(_settlement.getChannelId(_paying.channel(c)));
            vm.assertEq(total, _paying.highest(c), "claimed");
        }
    }

    function _a_receivers_total_is_that_of_its_channels() private view {
        for (uint256 c = 0; c < _paying.COUNT(); c++) {
            (uint128 total,) = _settlement.receivers(_paying.receiver(c / 3), address(_paying.tokens(c % 2)));
            uint256 sum = 0;
            for (uint256 other = 0; other < _paying.COUNT(); other++) {
                if (other / 3 == c / 3 && other % 2 == c % 2) sum += _paying.highest(other);
            }
            vm.assertEq(total, sum, "receiver's total");
        }
    }
}
