// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Challenges} from "../src/Challenges.sol";
import {ProviderRegistry} from "../src/ProviderRegistry.sol";
import {Hardware} from "./Hardware.sol";

/// @notice One provider, its owner, a tenant and a watcher doing what registry and challenges allow, in any order, with any pauses.
contract Staking is Hardware {
    uint256 public paidIn;
    uint256 public paidOut;
    bytes32[] private _roots;
    bytes32[4] private _cells; // one chunk under every row of both devices: a tree of equal leaves
    bytes32[] private _path;

    constructor() {
        setUp();
        paidIn = 1000;
        bytes32 node = keccak256(abi.encodePacked(bytes1(0), _cells));
        for (uint256 level = 0; level < 5; level++) {
            _path.push(node);
            node = keccak256(abi.encodePacked(bytes1(0x01), node, node));
        }
        _roots.push(node);
        _roots.push(node);
    }

    function parts() external view returns (TestDollarLike, ProviderRegistry, Challenges) {
        return (TestDollarLike(address(dollar)), registry, challenges);
    }

    function wait(uint256 time) external {
        vm.warp(block.timestamp + bound(time, 0, 12 hours));
    }

    function stake(uint256 amount) external {
        amount = bound(amount, 1, 500);
        staked(amount);
        paidIn += amount;
    }

    function unbond(uint256 amount) external {
        amount = bound(amount, 0, registry.providerOf(PROVIDER).staked);
        vm.prank(OWNER);
        registry.unbond(PROVIDER, amount);
    }

    function withdraw() external {
        vm.prank(OWNER);
        paidOut += registry.withdraw(PROVIDER);
    }

    function openBond(uint256 amount) external {
        ProviderRegistry.Provider memory p = registry.providerOf(PROVIDER);
        if (p.staked == p.encumbered) return;
        bonded(bound(amount, 1, p.staked - p.encumbered));
    }

    function release(uint256 bondId) external {
        if (registry.bondCount() == 0) return;
        bondId = bound(bondId, 1, registry.bondCount());
        ProviderRegistry.Bond memory b = registry.bondOf(bondId);
        if (!b.closed && block.timestamp >= b.until) registry.release(bondId);
    }

    /// @dev A challenge on a bond that can take one, drawn, and answered with a root of zeros if `honest` says so.
    function challenge(uint256 bondId, bool silent) external {
        if (registry.bondCount() == 0) return;
        bondId = bound(bondId, 1, registry.bondCount());
        ProviderRegistry.Bond memory b = registry.bondOf(bondId);
        uint256 last = challenges.lastAsked(bondId);
        if (b.closed || b.until <= block.timestamp + 2 hours || (last != 0 && block.timestamp < last + 60)) return;
        uint256 id = asked(bondId);
        drawn(id);
        if (!silent) answered(id, _roots);
    }

    function unanswered(uint256 id) external {
        if (challenges.challengeCount() == 0) return;
        id = bound(id, 1, challenges.challengeCount());
        Challenges.Challenge memory c = challenges.challenge(id);
        if (c.commitment != 0 || block.timestamp <= c.answerBy || !registry.isSlashable(c.bondId)) return;
        challenges.unanswered(id);
    }

    function refute(uint256 id, uint256 row) external {
        if (challenges.challengeCount() == 0) return;
        id = bound(id, 1, challenges.challengeCount());
        Challenges.Challenge memory c = challenges.challenge(id);
        if (c.commitment == 0 || !registry.isSlashable(c.bondId)) return;
        vm.prank(WATCHER);
        challenges.refute(id, 0, uint32(row % N), 3, _roots, _cells, _path);
    }

    function demand(uint256 id, bool tenant) external {
        if (challenges.challengeCount() == 0) return;
        id = bound(id, 1, challenges.challengeCount());
        Challenges.Challenge memory c = challenges.challenge(id);
        if (c.commitment == 0 || block.timestamp > c.demandBy || !registry.isSlashable(c.bondId)) return;
        if (challenges.unsettled(c.bondId, tenant) == 16) return;
        vm.prank(tenant ? TENANT : WATCHER);
        challenges.demand(id, 1, 4, 0);
        paidIn += terms.openFee;
    }

    function settle(uint256 demandId) external {
        if (challenges.demandCount() == 0) return;
        demandId = bound(demandId, 1, challenges.demandCount());
        Challenges.Demand memory d = challenges.demandOf(demandId);
        if (d.settled) return;
        if (block.timestamp <= d.openBy) challenges.open(demandId, _roots, _cells, _path);
        else challenges.unopened(demandId);
    }

    function claim(uint256 who) external {
        address[3] memory all = [PROVIDER, TENANT, WATCHER];
        vm.prank(all[who % 3]);
        paidOut += challenges.claim();
        vm.prank(all[who % 3]);
        paidOut += registry.claim();
    }

    function claims() external view returns (uint256 ofRegistry, uint256 ofChallenges) {
        address[3] memory all = [PROVIDER, TENANT, WATCHER];
        for (uint256 i = 0; i < 3; i++) {
            ofRegistry += registry.claimable(all[i]);
            ofChallenges += challenges.claimable(all[i]);
        }
        for (uint256 i = 1; i <= challenges.demandCount(); i++) {
            if (!challenges.demandOf(i).settled) ofChallenges += terms.openFee;
        }
    }

    function stakeOf() external view returns (ProviderRegistry.Provider memory) {
        return registry.providerOf(PROVIDER);
    }

    function slasherHolds() external view returns (uint256) {
        return registry.encumberedBy(PROVIDER, address(challenges));
    }
}

interface TestDollarLike {
    function balanceOf(address) external view returns (uint256);
}

contract StakeInvariantsTest is Hardware {
    Staking private _staking;

    function setUp() public override {
        _staking = new Staking();
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_staking);
    }

    struct Selectors {
        address target;
        bytes4[] selectors;
    }

    function targetSelectors() external view returns (Selectors[] memory targets) {
        bytes4[] memory s = new bytes4[](12);
        s[0] = Staking.wait.selector;
        s[1] = Staking.stake.selector;
        s[2] = Staking.unbond.selector;
        s[3] = Staking.withdraw.selector;
        s[4] = Staking.openBond.selector;
        s[5] = Staking.release.selector;
        s[6] = Staking.challenge.selector;
        s[7] = Staking.unanswered.selector;
        s[8] = Staking.refute.selector;
        s[9] = Staking.demand.selector;
        s[10] = Staking.settle.selector;
        s[11] = Staking.claim.selector;
        targets = new Selectors[](1);
        targets[0] = Selectors(address(_staking), s);
    }

    function invariant_money_is_conserved_to_the_last_unit() public view {
        (TestDollarLike token, ProviderRegistry r, Challenges c) = _staking.parts();
        (uint256 ofRegistry, uint256 ofChallenges) = _staking.claims();
        uint256 held = token.balanceOf(address(r));
        vm.assertEq(held, _staking.stakeOf().staked + ofRegistry + r.burnt(), "the registry holds what it owes and what is burnt");
        vm.assertEq(token.balanceOf(address(c)), ofChallenges, "fees are somebody's");
        vm.assertEq(held + ofChallenges, _staking.paidIn() - _staking.paidOut(), "held is in less out");
    }

    function invariant_no_unit_is_in_two_bonds() public view {
        (, ProviderRegistry r,) = _staking.parts();
        ProviderRegistry.Provider memory p = _staking.stakeOf();
        uint256 bonds = 0;
        for (uint256 id = 1; id <= r.bondCount(); id++) if (!r.bondOf(id).closed) bonds += r.bondOf(id).amount;
        vm.assertEq(p.encumbered, bonds, "encumbered is what open bonds hold");
        vm.assertEq(_staking.slasherHolds(), bonds, "and by slasher");
        vm.assertLe(bonds, p.staked, "bonds are covered");
        vm.assertLe(p.leaving, p.staked, "what leaves is there");
    }
}
