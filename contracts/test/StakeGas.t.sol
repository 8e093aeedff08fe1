// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Challenges} from "../src/Challenges.sol";
import {Hardware} from "./Hardware.sol";

/// @notice What stake and challenges cost, each action as a transaction of its own. The figures are written to snapshots/.
/// forge-config: default.isolate = true
contract StakeGasTest is Hardware {
    bytes32[] private _roots;
    bytes32[4] private _cells; // a tree of equal leaves has short work made of it
    bytes32[] private _path;

    function test_gas_of_stake() public {
        staked(1);
        vm.snapshotGasLastCall("ProviderRegistry", "stake");
        uint256 bondId = bonded(900);
        vm.snapshotGasLastCall("ProviderRegistry", "openBond");
        vm.prank(OWNER);
        registry.unbond(PROVIDER, 1001);
        vm.snapshotGasLastCall("ProviderRegistry", "unbond");
        vm.warp(START + 7 days);
        registry.release(bondId);
        vm.snapshotGasLastCall("ProviderRegistry", "release");
        vm.prank(OWNER);
        registry.withdraw(PROVIDER);
        vm.snapshotGasLastCall("ProviderRegistry", "withdraw");
    }

    function _challenge(uint32 n, uint16 devices) private returns (uint256 id) {
        (terms.n, terms.devices) = (n, devices);
        uint256 bondId = bonded(100);
        id = asked(bondId);
        if (n == 4096) vm.snapshotGasLastCall("Challenges", "ask");
        drawn(id);
        delete _roots;
        delete _path;
        bytes32 node = keccak256(abi.encodePacked(bytes1(0), _cells));
        for (uint256 leaves = uint256(n) * n / 32; leaves > 1; leaves /= 2) {
            _path.push(node);
            node = keccak256(abi.encodePacked(bytes1(0x01), node, node));
        }
        for (uint256 i = 0; i < devices; i++) _roots.push(node);
        answered(id, _roots);
        if (n == 4096) vm.snapshotGasLastCall("Challenges", "answer, 8 devices");
    }

    function test_gas_of_a_challenge() public {
        uint256 id = _challenge(4096, 8);
        vm.prank(WATCHER);
        uint256 demandId = challenges.demand(id, 7, 4095, 127);
        vm.snapshotGasLastCall("Challenges", "demand");
        challenges.open(demandId, _roots, _cells, _path);
        vm.snapshotGasLastCall("Challenges", "open, n = 4096");
        vm.prank(WATCHER);
        challenges.refute(id, 7, 4095, 4095, _roots, _cells, _path);
        vm.snapshotGasLastCall("Challenges", "refute, n = 4096");
    }

    function test_gas_of_a_refutation_by_size() public {
        uint32[3] memory sizes = [uint32(256), 16384, 65536];
        string[3] memory names = ["refute, n = 256", "refute, n = 16384", "refute, n = 65536, 64 devices"];
        for (uint256 i = 0; i < 3; i++) {
            uint256 id = _challenge(sizes[i], i == 2 ? 64 : 8);
            vm.prank(WATCHER);
            challenges.refute(id, 7, 1, 1, _roots, _cells, _path);
            uint256 gas = vm.snapshotGasLastCall("Challenges", names[i]);
            vm.assertLe(gas, 1_500_000, "a refutation fits a block twenty times");
        }
    }
}
