// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Challenges} from "../src/Challenges.sol";
import {IntegerProduct} from "../src/IntegerProduct.sol";
import {ProviderRegistry} from "../src/ProviderRegistry.sol";
import {Exclusive} from "../src/Exclusive.sol";
import {Hardware} from "./Hardware.sol";
import {HostileToken} from "./HostileToken.sol";

contract ChallengesTest is Hardware {
    uint256 private _bondId;
    uint256 private _id;
    bytes32 private _seed;
    bytes32[4][][2] private _chunks;
    bytes32[] private _roots;

    function setUp() public override {
        super.setUp();
        _bondId = bonded(800);
        // A challenge that waits for its answer, and the devices' right products.
        _id = asked(_bondId);
        _seed = drawn(_id);
        for (uint256 device = 0; device < 2; device++) {
            bytes32[4][] memory chunks = solved(_seed, device);
            _chunks[device] = chunks;
            _roots.push(rootOf(chunks));
        }
    }

    /// @dev An answer in which one cell of a device is off.
    function _cheat(uint256 device, uint256 row, uint256 column, int256 value) private {
        bytes32[4][] memory chunks = _chunks[device];
        set(chunks, row, column, value);
        _chunks[device] = chunks;
        _roots[device] = rootOf(chunks);
        answered(_id, _roots);
    }

    function _path(uint256 device, uint256 row) private view returns (bytes32[] memory path) {
        (, path) = opening(_chunks[device], row);
    }

    function _refute(uint16 device, uint32 row, uint32 column) private {
        bytes32[] memory path = _path(device, row);
        vm.prank(WATCHER);
        challenges.refute(_id, device, row, column, _roots, _chunks[device][row], path);
    }

    function _demand(address who, uint16 device, uint32 row) private returns (uint256) {
        vm.prank(who);
        return challenges.demand(_id, device, row, 0);
    }

    function _open(uint256 demandId) private {
        Challenges.Demand memory d = challenges.demandOf(demandId);
        challenges.open(demandId, _roots, _chunks[d.device][d.row], _path(d.device, d.row));
    }

    function _refused(uint256 demandId, bytes memory reason) private {
        Challenges.Demand memory d = challenges.demandOf(demandId);
        bytes32[] memory path = _path(d.device, d.row);
        vm.expectRevert(reason);
        challenges.open(demandId, _roots, _chunks[d.device][d.row], path);
    }

    function _bondIsWhole() private view {
        vm.assertTrue(!registry.bondOf(_bondId).closed, "the bond is open");
        vm.assertEq(registry.providerOf(PROVIDER).staked, 1000, "all is staked");
        vm.assertEq(registry.burnt(), 0, "nothing is burnt");
    }

    function _bondIsLost(address informer) private view {
        vm.assertTrue(registry.bondOf(_bondId).closed, "the bond is closed");
        vm.assertEq(registry.providerOf(PROVIDER).staked, 200, "what was not in the bond stays");
        if (informer != TENANT) vm.assertEq(registry.claimable(informer), 100, "bounty");
        vm.assertEq(registry.claimable(TENANT), informer == TENANT ? 400 : 300, "compensation");
        vm.assertEq(registry.burnt(), 400, "burnt");
    }

    // Cells

    function testFuzz_a_cell_is_the_inner_product_of_its_row_and_column(bytes32 seed, uint16 device, uint32 place, uint8 size)
        public
        view
    {
        uint256 n = 32 << (size % 4);
        (uint256 row, uint256 column) = (place % n, (place >> 16) % n);
        vm.assertEq(challenges.cellOf(seed, device, row, column, n), product(seed, device, row, column, n), "cell");
    }

    function test_cells_are_those_of_the_other_implementation() public view {
        // The same as in HardwareProductTests.cs; worked out by a third program, from docs/market.md alone.
        bytes32 seed = keccak256("seed");
        vm.assertEq(challenges.cellOf(seed, 0, 0, 0, 32), 17410, "n = 32");
        vm.assertEq(challenges.cellOf(seed, 7, 100, 27, 128), 71400, "n = 128");
        vm.assertEq(challenges.cellOf(seed, 63, 65535, 12345, 65536), -1629972, "n = 65536");
        vm.assertEq(
            rootOf(solved(seed, 3)), 0x612a56efa2ff775f6a55d8cd273ec7d2a3320ecaf8c84358ac88281364d1be6f, "root of n = 32"
        );
    }

    function test_the_size_is_a_power_of_two_from_32_to_65536() public {
        uint32[5] memory sizes = [uint32(0), 16, 31, 48, 1 << 17];
        for (uint256 i = 0; i < sizes.length; i++) {
            vm.expectRevert(Challenges.TermsOutOfRange.selector);
            challenges.cellOf(0, 0, 0, 0, sizes[i]);
        }
    }

    // An honest provider

    function testFuzz_an_honest_provider_keeps_its_stake_whatever_is_demanded_and_claimed(uint256[8] memory words) public {
        answered(_id, _roots);
        uint256 answeredAt = block.timestamp;
        uint256 earned = 0;
        for (uint256 i = 0; i < words.length; i++) {
            uint16 device = uint16(words[i] % 2);
            uint32 row = uint32((words[i] >> 8) % N);
            uint32 column = uint32((words[i] >> 16) % N);
            vm.warp(answeredAt + bound(words[i] >> 24, i * 400, i * 400 + 399));
            bytes32[] memory path = _path(device, row);
            if (words[i] >> 250 < 32) {
                int256 value = get(_chunks[device], row, column);
                vm.expectRevert(abi.encodeWithSelector(Challenges.CellIsRight.selector, value));
                challenges.refute(_id, device, row, column, _roots, _chunks[device][row], path);
            } else {
                uint256 demandId = _demand(words[i] >> 249 & 1 == 0 ? TENANT : WATCHER, device, row);
                vm.warp(block.timestamp + bound(words[i] >> 64, 0, terms.openTime));
                vm.expectPartialRevert(Challenges.TooEarly.selector);
                challenges.unopened(demandId);
                _open(demandId);
                earned += terms.openFee;
            }
            // Any lie about a cell has to come with an opening, and there is none.
            bytes32[4] memory lie = _chunks[device][row];
            lie[column / 8] ^= bytes32(uint256(1) << (words[i] >> 32) % 256);
            vm.expectRevert(Challenges.OpeningInvalid.selector);
            challenges.refute(_id, device, row, column, _roots, lie, path);
            vm.expectRevert(abi.encodeWithSelector(Challenges.AlreadyAnswered.selector, _id));
            challenges.unanswered(_id);
        }
        _bondIsWhole();
        vm.assertEq(challenges.claimable(PROVIDER), earned, "fees");
        vm.assertEq(dollar.balanceOf(address(challenges)), earned, "held");
    }

    function test_each_demand_pays_the_provider_that_opens_it() public {
        answered(_id, _roots);
        uint256 demandId = _demand(WATCHER, 1, 17);
        bytes32[] memory path = _path(1, 17);
        vm.expectEmit();
        emit Challenges.Opened(demandId, _id, _chunks[1][17], path);
        _open(demandId);
        _refused(demandId, abi.encodeWithSelector(Challenges.AlreadySettled.selector, demandId));
        vm.prank(PROVIDER);
        vm.assertEq(challenges.claim(), 5, "fee");
        vm.prank(PROVIDER);
        vm.assertEq(challenges.claim(), 0, "once");
        vm.assertEq(dollar.balanceOf(address(challenges)), 0, "held");
    }

    function test_demands_are_bounded_and_strangers_do_not_crowd_the_tenant_out() public {
        answered(_id, _roots);
        for (uint32 i = 0; i < 16; i++) _demand(WATCHER, 0, i);
        vm.expectRevert(abi.encodeWithSelector(Challenges.TooManyDemands.selector, _bondId));
        _demand(PROVIDER, 0, 16);
        for (uint32 i = 0; i < 16; i++) _demand(TENANT, 1, i);
        vm.expectRevert(abi.encodeWithSelector(Challenges.TooManyDemands.selector, _bondId));
        _demand(TENANT, 1, 16);
        for (uint256 demandId = 1; demandId <= 32; demandId++) _open(demandId);
        _demand(WATCHER, 0, 16);
        _demand(TENANT, 1, 16);
    }

    // A cheater

    function testFuzz_any_wrong_cell_costs_the_bond(uint8 word, uint32 row, uint32 column, int32 value) public {
        uint16 device = word % 2;
        (row, column) = (row % N, column % N);
        int256 right = get(_chunks[device], row, column);
        if (value == right) value = value == type(int32).max ? value - 1 : value + 1;
        bytes32[4][] memory chunks = _chunks[device];
        set(chunks, row, column, value);
        _chunks[device] = chunks;
        _roots[device] = rootOf(chunks);
        answered(_id, _roots);

        uint32 other = (column + 1 + uint32(word) % 31) % N;
        bytes32[] memory path = _path(device, row);
        vm.expectRevert(abi.encodeWithSelector(Challenges.CellIsRight.selector, get(chunks, row, other)));
        challenges.refute(_id, device, row, other, _roots, chunks[row], path);
        vm.expectEmit();
        emit Challenges.Refuted(_id, WATCHER, device, row, column, value, right);
        _refute(device, row, column);
        _bondIsLost(WATCHER);
    }

    function test_a_wrong_cell_that_was_hidden_costs_the_bond_once_it_is_opened() public {
        _cheat(1, 5, 9, 0);
        uint256 demandId = _demand(WATCHER, 1, 5);
        vm.warp(START + 1 hours + 10 minutes);
        _refute(1, 5, 9);
        _bondIsLost(WATCHER);
        // The fee of the demand goes back when its time is over.
        vm.warp(START + 3 hours);
        challenges.unopened(demandId);
        vm.assertEq(challenges.claimable(WATCHER), 5, "fee");
        _bondIsLost(WATCHER);
    }

    function testFuzz_a_root_that_nobody_can_open_costs_the_bond(bytes32 root, uint16 device, uint32 row) public {
        (device, row) = (device % 2, row % N);
        _roots[device] = root;
        if (root == rootOf(_chunks[device])) return;
        answered(_id, _roots);
        uint256 demandId = _demand(WATCHER, device, row);
        _refused(demandId, abi.encodeWithSelector(Challenges.OpeningInvalid.selector));
        vm.warp(block.timestamp + terms.openTime);
        vm.expectRevert(abi.encodeWithSelector(Challenges.TooEarly.selector, block.timestamp, block.timestamp));
        challenges.unopened(demandId);
        vm.warp(block.timestamp + 1);
        _refused(demandId, abi.encodeWithSelector(Challenges.TooLate.selector, block.timestamp - 1, block.timestamp));
        vm.prank(PROVIDER); // whoever calls, the bounty is the demander's
        challenges.unopened(demandId);
        _bondIsLost(WATCHER);
        vm.assertEq(challenges.claimable(WATCHER), 5, "the fee went back");
    }

    function test_silence_costs_the_bond() public {
        vm.warp(START + 60);
        vm.expectRevert(abi.encodeWithSelector(Challenges.TooEarly.selector, START + 60, START + 60));
        challenges.unanswered(_id);
        vm.warp(START + 61);
        vm.expectRevert(abi.encodeWithSelector(Challenges.TooLate.selector, START + 60, START + 61));
        answered(_id, _roots);
        vm.prank(PROVIDER);
        challenges.unanswered(_id);
        _bondIsLost(TENANT);
        vm.expectRevert(abi.encodeWithSelector(ProviderRegistry.BondIsClosed.selector, _bondId));
        challenges.unanswered(_id);
    }

    function test_an_answer_in_the_last_second_is_in_time() public {
        vm.warp(START + 60);
        answered(_id, _roots);
        vm.expectRevert(abi.encodeWithSelector(Challenges.AlreadyAnswered.selector, _id));
        answered(_id, _roots);
    }

    function test_one_bond_answers_once() public {
        _cheat(0, 1, 2, 3);
        uint256 demandId = _demand(TENANT, 0, 1);
        _refute(0, 1, 2);
        _chunksAreStillRefuted();
        vm.expectRevert(abi.encodeWithSelector(Challenges.NotOurBond.selector, _bondId));
        asked(_bondId);
        vm.expectRevert(abi.encodeWithSelector(Challenges.NotOurBond.selector, _bondId));
        _demand(TENANT, 0, 1);
        vm.warp(block.timestamp + terms.openTime + 1);
        challenges.unopened(demandId);
        _bondIsLost(WATCHER);
    }

    function _chunksAreStillRefuted() private {
        bytes32[] memory path = _path(0, 1);
        vm.expectRevert(abi.encodeWithSelector(ProviderRegistry.BondIsClosed.selector, _bondId));
        challenges.refute(_id, 0, 1, 2, _roots, _chunks[0][1], path);
    }

    // Openings

    function test_cells_of_another_row_device_or_root_open_nothing() public {
        answered(_id, _roots);
        uint256 demandId = _demand(WATCHER, 0, 4);
        bytes32[] memory path = _path(0, 5);
        vm.expectRevert(Challenges.OpeningInvalid.selector);
        challenges.open(demandId, _roots, _chunks[0][5], path);
        path = _path(1, 4);
        vm.expectRevert(Challenges.OpeningInvalid.selector);
        challenges.open(demandId, _roots, _chunks[1][4], path);
        (_roots[0], _roots[1]) = (_roots[1], _roots[0]);
        vm.expectRevert(abi.encodeWithSelector(Challenges.RootsDiffer.selector, _id));
        challenges.open(demandId, _roots, _chunks[1][4], path);
    }

    function test_a_path_of_another_length_opens_nothing() public {
        answered(_id, _roots);
        uint256 demandId = _demand(WATCHER, 0, 4);
        // The sibling leaves' parent, passed off as a leaf's sibling one level up.
        bytes32[] memory path = _path(0, 4);
        bytes32[] memory shorter = new bytes32[](4);
        bytes32[] memory longer = new bytes32[](6);
        for (uint256 i = 0; i < 4; i++) shorter[i] = path[i + 1];
        for (uint256 i = 0; i < 5; i++) longer[i] = path[i];
        vm.expectRevert(Challenges.OpeningInvalid.selector);
        challenges.open(demandId, _roots, _chunks[0][4], shorter);
        vm.expectRevert(Challenges.OpeningInvalid.selector);
        challenges.open(demandId, _roots, _chunks[0][4], longer);
        vm.expectRevert(Challenges.OpeningInvalid.selector);
        challenges.open(demandId, _roots, _chunks[0][4], new bytes32[](261));
    }

    function test_a_taller_tree_that_holds_the_right_one_opens_nothing() public {
        // Every place would have two openings, one by a path of five and one of six.
        bytes32[] memory path = _path(0, 4);
        bytes32[] memory taller = new bytes32[](6);
        for (uint256 i = 0; i < 5; i++) taller[i] = path[i];
        taller[5] = keccak256("the other half");
        _roots[0] = keccak256(abi.encodePacked(bytes1(0x01), _roots[0], taller[5]));
        answered(_id, _roots);
        uint256 demandId = _demand(WATCHER, 0, 4);
        vm.expectRevert(Challenges.OpeningInvalid.selector);
        challenges.open(demandId, _roots, _chunks[0][4], taller);
    }

    function test_places_outside_the_matrices_are_refused() public {
        answered(_id, _roots);
        vm.expectRevert(abi.encodeWithSelector(Challenges.OutOfRange.selector, 2, 0, 0));
        _demand(WATCHER, 2, 0);
        vm.expectRevert(abi.encodeWithSelector(Challenges.OutOfRange.selector, 0, 32, 0));
        _demand(WATCHER, 0, 32);
        vm.expectRevert(abi.encodeWithSelector(Challenges.OutOfRange.selector, 0, 0, 32));
        challenges.demand(_id, 0, 0, 1);
        vm.expectRevert(abi.encodeWithSelector(Challenges.OutOfRange.selector, 0, 0, uint256(type(uint32).max) * 32));
        challenges.demand(_id, 0, 0, type(uint32).max);
        bytes32[] memory path = _path(0, 0);
        vm.expectRevert(abi.encodeWithSelector(Challenges.OutOfRange.selector, 0, 0, 32));
        challenges.refute(_id, 0, 0, 32, _roots, _chunks[0][0], path);
    }

    // Asking and drawing

    function test_only_the_beneficiary_asks_and_no_oftener_than_agreed() public {
        uint256 bondId = bonded(100);
        vm.expectRevert(abi.encodeWithSelector(Challenges.NotBeneficiary.selector, TENANT, WATCHER));
        vm.prank(WATCHER);
        challenges.ask(bondId, terms);
        asked(bondId);
        vm.warp(START + 59);
        vm.expectRevert(abi.encodeWithSelector(Challenges.TooSoon.selector, bondId, START + 60));
        asked(bondId);
        vm.warp(START + 60);
        asked(bondId);
    }

    function test_questions_that_were_saved_up_are_not_drawn_all_at_once() public {
        uint256 bondId = bonded(100);
        uint256 first = asked(bondId);
        vm.warp(START + 60);
        uint256 second = asked(bondId);
        drawn(first);
        vm.warp(START + 119);
        vm.roll(block.number + 1);
        vm.expectRevert(abi.encodeWithSelector(Challenges.TooSoon.selector, bondId, START + 120));
        challenges.draw(second);
        vm.warp(START + 120);
        vm.setBlockhash(1005, "beacon");
        challenges.draw(second);
        // Another bond's seeds are another matter.
        drawn(asked(bonded(100)));
    }

    function test_terms_that_the_provider_did_not_agree_to_are_refused() public {
        uint256 bondId = bonded(100);
        terms.answerTime = 1;
        vm.expectRevert(
            abi.encodeWithSelector(Challenges.TermsDiffer.selector, bondId, keccak256(abi.encode(terms)))
        );
        asked(bondId);
    }

    function test_terms_out_of_range_are_refused() public {
        Challenges.Terms memory good = terms;
        for (uint256 i = 0; i < 8; i++) {
            terms = good;
            if (i == 0) terms.n = 96;
            if (i == 1) terms.devices = 0;
            if (i == 2) terms.devices = 65;
            if (i == 3) terms.answerTime = 0;
            if (i == 4) terms.answerTime = 30 days + 1;
            if (i == 5) terms.disputeTime = 30 days + 1;
            if (i == 6) terms.openTime = 5 minutes - 1;
            if (i == 7) terms.openTime = 30 days + 1;
            uint256 bondId = bonded(1);
            vm.expectRevert(Challenges.TermsOutOfRange.selector);
            asked(bondId);
        }
    }

    function test_a_bond_that_would_end_too_soon_is_not_challenged() public {
        uint256 needed = 60 + 1 hours + 20 minutes;
        vm.prank(PROVIDER);
        uint256 bondId = registry.openBond(
            address(challenges), TENANT, 1, uint64(START + needed), keccak256(abi.encode(terms))
        );
        vm.expectRevert(abi.encodeWithSelector(Challenges.BondTooShort.selector, bondId, START + needed));
        asked(bondId);
        vm.prank(PROVIDER);
        registry.extendBond(bondId, uint64(START + needed + 1));
        uint256 id = asked(bondId);
        vm.roll(block.number + 3);
        vm.warp(START + 1);
        vm.expectRevert(abi.encodeWithSelector(Challenges.BondTooShort.selector, bondId, START + needed + 1));
        challenges.draw(id);
    }

    function test_another_contracts_bond_is_not_ours() public {
        vm.prank(OWNER);
        registry.setLimit(PROVIDER, address(this), 1);
        vm.prank(PROVIDER);
        uint256 bondId = registry.openBond(address(this), TENANT, 1, START + 7 days, keccak256(abi.encode(terms)));
        vm.expectRevert(abi.encodeWithSelector(Challenges.NotOurBond.selector, bondId));
        asked(bondId);
    }

    function test_the_seed_is_of_a_block_that_was_not_there() public {
        uint256 bondId = bonded(100);
        uint256 id = asked(bondId);
        uint256 beacon = block.number + 2;
        vm.assertEq(challenges.challenge(id).beaconBlock, beacon, "beacon");
        for (; block.number < beacon; vm.roll(block.number + 1)) {
            vm.expectRevert(abi.encodeWithSelector(Challenges.BeaconAhead.selector, id, beacon));
            challenges.draw(id);
        }
        vm.expectRevert(abi.encodeWithSelector(Challenges.BeaconAhead.selector, id, beacon));
        challenges.draw(id);
        vm.roll(beacon + 1);
        vm.setBlockhash(beacon, "hash");
        challenges.draw(id);
        bytes32 seed = keccak256(
            abi.encode(bytes32("counterfoil/challenge-seed/v1"), block.chainid, address(challenges), id, bytes32("hash"))
        );
        vm.assertEq(challenges.challenge(id).seed, seed, "seed");
        vm.expectRevert(abi.encodeWithSelector(Challenges.AlreadyDrawn.selector, id));
        challenges.draw(id);
    }

    function test_a_challenge_that_nobody_draws_in_time_is_void() public {
        uint256 bondId = bonded(100);
        uint256 id = asked(bondId);
        uint256 beacon = block.number + 2;
        vm.roll(beacon + 257);
        vm.expectRevert(abi.encodeWithSelector(Challenges.BeaconGone.selector, id, beacon));
        challenges.draw(id);
        vm.warp(START + 30 days);
        vm.expectRevert(abi.encodeWithSelector(Challenges.NotDrawn.selector, id));
        challenges.unanswered(id);
        vm.expectRevert(abi.encodeWithSelector(Challenges.NotDrawn.selector, id));
        answered(id, _roots);
    }

    function test_only_the_provider_answers_with_a_root_for_each_device() public {
        vm.expectRevert(abi.encodeWithSelector(Challenges.NotProvider.selector, PROVIDER, WATCHER));
        vm.prank(WATCHER);
        challenges.answer(_id, _roots);
        vm.expectRevert(abi.encodeWithSelector(Challenges.WrongCount.selector, 2, 1));
        answered(_id, new bytes32[](1));
    }

    function test_demands_end_with_the_dispute_and_begin_with_the_answer() public {
        vm.expectRevert(abi.encodeWithSelector(Challenges.NotAnswered.selector, _id));
        _demand(WATCHER, 0, 0);
        bytes32[] memory path = _path(0, 0);
        vm.expectRevert(abi.encodeWithSelector(Challenges.NotAnswered.selector, _id));
        challenges.refute(_id, 0, 0, 0, _roots, _chunks[0][0], path);
        answered(_id, _roots);
        vm.warp(START + 1 hours);
        uint256 demandId = _demand(WATCHER, 0, 0);
        vm.assertEq(challenges.demandOf(demandId).openBy, START + 1 hours + 10 minutes, "openBy");
        vm.warp(START + 1 hours + 1);
        vm.expectRevert(abi.encodeWithSelector(Challenges.TooLate.selector, START + 1 hours, START + 1 hours + 1));
        _demand(WATCHER, 0, 0);
    }

    function test_what_does_not_exist_is_named() public {
        vm.expectRevert(abi.encodeWithSelector(Challenges.ChallengeUnknown.selector, 9));
        challenges.draw(9);
        vm.expectRevert(abi.encodeWithSelector(Challenges.DemandUnknown.selector, 9));
        challenges.unopened(9);
        vm.expectRevert(abi.encodeWithSelector(ProviderRegistry.BondUnknown.selector, 9));
        asked(9);
    }

    function test_hostile_tokens_gain_nothing() public {
        HostileToken hostile = new HostileToken();
        registry = new ProviderRegistry(address(hostile), DELAY);
        challenges = new Challenges(registry);
        vm.prank(PROVIDER);
        registry.register(OWNER, ProviderRegistry.Profile("", "", ""));
        vm.prank(OWNER);
        registry.setLimit(PROVIDER, address(challenges), 100);
        staked(100);
        _id = asked(bonded(100));
        drawn(_id);
        answered(_id, _roots);
        hostile.setFee(1);
        vm.expectRevert(abi.encodeWithSelector(Challenges.FeeOnTransfer.selector, 5, 4));
        _demand(WATCHER, 0, 0);
        hostile.setFee(0);
        bytes[2] memory calls =
            [abi.encodeCall(Challenges.demand, (_id, 0, 0, 0)), abi.encodeCall(Challenges.claim, ())];
        for (uint256 i = 0; i < 2; i++) {
            hostile.setCall(address(challenges), calls[i]);
            vm.expectRevert(Exclusive.Reentered.selector);
            _demand(WATCHER, 0, 0);
        }
        // A demand that expires while it is paid for has no fee to give back yet.
        hostile.setCall(address(challenges), abi.encodeCall(Challenges.unopened, (1)));
        vm.expectPartialRevert(Challenges.TooEarly.selector);
        _demand(WATCHER, 0, 0);
    }

    function test_a_provider_that_cheats_itself_loses_half_at_least() public {
        // Provider, tenant and informer are one: it gets back what it can, and half is gone.
        vm.prank(PROVIDER);
        uint256 bondId = registry.openBond(
            address(challenges), PROVIDER, 101, uint64(block.timestamp + 7 days), keccak256(abi.encode(terms))
        );
        vm.prank(PROVIDER);
        uint256 id = challenges.ask(bondId, terms);
        drawn(id);
        vm.warp(START + 61);
        vm.prank(PROVIDER);
        challenges.unanswered(id);
        vm.assertEq(registry.claimable(PROVIDER), 49, "an eighth and three eighths, rounded down");
        vm.assertEq(registry.burnt(), 52, "burnt");
    }
}
