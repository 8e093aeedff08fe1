// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Challenges} from "../src/Challenges.sol";
import {ProviderRegistry} from "../src/ProviderRegistry.sol";
import {TestDollar} from "../src/TestDollar.sol";
import {Test} from "./Test.sol";

/// @notice A provider with two devices and a bond, its tenant, and the devices' work done in the most literal way: element by element.
abstract contract Hardware is Test {
    address internal constant PROVIDER = address(0x9407);
    address internal constant OWNER = address(0x0e4);
    address internal constant TENANT = address(0x7e4a47);
    address internal constant WATCHER = address(0x3a7c4e4);
    uint64 internal constant START = 1_800_000_000;
    uint64 internal constant DELAY = 1 days;
    uint32 internal constant N = 32;

    TestDollar internal dollar;
    ProviderRegistry internal registry;
    Challenges internal challenges;
    Challenges.Terms internal terms;

    function setUp() public virtual {
        vm.warp(START);
        vm.roll(1000);
        dollar = new TestDollar();
        registry = new ProviderRegistry(address(dollar), DELAY);
        challenges = new Challenges(registry);
        terms = Challenges.Terms(N, 2, 60, 1 hours, 10 minutes, 1 minutes, 5, "lease");
        address[4] memory all = [PROVIDER, OWNER, TENANT, WATCHER];
        for (uint256 i = 0; i < 4; i++) {
            dollar.mint(all[i], 1e12);
            vm.prank(all[i]);
            dollar.approve(address(registry), type(uint256).max);
            vm.prank(all[i]);
            dollar.approve(address(challenges), type(uint256).max);
        }
        vm.prank(PROVIDER);
        registry.register(OWNER, ProviderRegistry.Profile("tls", "endpoint", "attributes"));
        vm.prank(OWNER);
        registry.setLimit(PROVIDER, address(challenges), 1e9);
        staked(1000);
    }

    function staked(uint256 amount) internal {
        vm.prank(OWNER);
        registry.stake(PROVIDER, amount);
    }

    function bonded(uint256 amount) internal returns (uint256) {
        vm.prank(PROVIDER);
        return registry.openBond(
            address(challenges), TENANT, amount, uint64(block.timestamp + 7 days), keccak256(abi.encode(terms))
        );
    }

    function asked(uint256 bondId) internal returns (uint256) {
        vm.prank(TENANT);
        return challenges.ask(bondId, terms);
    }

    /// @dev Three blocks later the beacon's hash is known.
    function drawn(uint256 challengeId) internal returns (bytes32) {
        vm.roll(block.number + 3);
        vm.setBlockhash(block.number - 1, keccak256(abi.encode("beacon", challengeId)));
        challenges.draw(challengeId);
        return challenges.challenge(challengeId).seed;
    }

    function answered(uint256 challengeId, bytes32[] memory roots) internal {
        vm.prank(PROVIDER);
        challenges.answer(challengeId, roots);
    }

    // The matrices, as docs/market.md has them

    function elementOfA(bytes32 seed, uint256 device, uint256 row, uint256 k) internal pure returns (int256) {
        bytes32 key = keccak256(abi.encode(bytes32("counterfoil/challenge-row/v1"), seed, device, row));
        return int8(uint8(keccak256(abi.encode(key, k / 32))[k % 32]));
    }

    function elementOfB(bytes32 seed, uint256 device, uint256 k, uint256 column) internal pure returns (int256) {
        bytes32 key = keccak256(abi.encode(bytes32("counterfoil/challenge-column/v1"), seed, device, column));
        return int8(uint8(keccak256(abi.encode(key, k / 32))[31 - k % 32]));
    }

    function product(bytes32 seed, uint256 device, uint256 row, uint256 column, uint256 n) internal pure returns (int256 sum) {
        for (uint256 k = 0; k < n; k++) sum += elementOfA(seed, device, row, k) * elementOfB(seed, device, k, column);
    }

    /// @dev All 32 · 32 cells as chunks: row i is chunk i.
    function solved(bytes32 seed, uint256 device) internal view returns (bytes32[4][] memory chunks) {
        chunks = new bytes32[4][](N);
        for (uint256 row = 0; row < N; row++) {
            for (uint256 column = 0; column < N; column++) {
                set(chunks, row, column, challenges.cellOf(seed, device, row, column, N));
            }
        }
    }

    function set(bytes32[4][] memory chunks, uint256 row, uint256 column, int256 value) internal pure {
        uint256 shift = 224 - 32 * (column % 8);
        uint256 word = uint256(chunks[row][column / 8]) & ~(uint256(0xffffffff) << shift);
        chunks[row][column / 8] = bytes32(word | uint256(uint32(int32(value))) << shift);
    }

    function get(bytes32[4][] memory chunks, uint256 row, uint256 column) internal pure returns (int256) {
        return int32(uint32(uint256(chunks[row][column / 8]) >> (224 - 32 * (column % 8))));
    }

    function rootOf(bytes32[4][] memory chunks) internal pure returns (bytes32 root) {
        (root,) = opening(chunks, 0);
    }

    /// @dev The root, and the siblings of leaf `index`.
    function opening(bytes32[4][] memory chunks, uint256 index) internal pure returns (bytes32 root, bytes32[] memory path) {
        bytes32[] memory nodes = new bytes32[](chunks.length);
        for (uint256 i = 0; i < nodes.length; i++) nodes[i] = keccak256(abi.encodePacked(bytes1(0), chunks[i]));
        path = new bytes32[](5);
        for (uint256 level = 0; level < 5; level++) {
            path[level] = nodes[index ^ 1];
            index /= 2;
            for (uint256 i = 0; i < nodes.length >> (level + 1); i++) {
                nodes[i] = keccak256(abi.encodePacked(bytes1(0x01), nodes[2 * i], nodes[2 * i + 1]));
            }
        }
        root = nodes[0];
    }
}
