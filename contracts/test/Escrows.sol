// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ProofEscrow} from "../src/ProofEscrow.sol";
import {TestDollar} from "../src/TestDollar.sol";
import {ValidationRegistry} from "../src/ValidationRegistry.sol";
import {AgentsForTests} from "./AgentsForTests.sol";
import {Test} from "./Test.sol";

/// @notice A buyer with money, an agent with an owner, a validator, and escrows between them.
abstract contract Escrows is Test {
    uint256 internal constant BUYER_KEY = 0xb0e4;
    address internal constant PAYEE = address(0xba7ee);
    address internal constant AGENT_OWNER = address(0xa9e27);
    address internal constant VALIDATOR = address(0x7a11d);
    address internal constant STRANGER = address(0x57a9);
    uint256 internal constant START = 1_800_000_000;
    uint40 internal constant DEADLINE = uint40(START + 1 hours);

    TestDollar internal dollar;
    AgentsForTests internal agents;
    ValidationRegistry internal registry;
    ProofEscrow internal escrow;
    uint256 internal agentId;
    address internal buyer;
    uint256 internal salt;

    function setUp() public virtual {
        vm.warp(START);
        buyer = vm.addr(BUYER_KEY);
        dollar = new TestDollar();
        agents = new AgentsForTests();
        vm.prank(AGENT_OWNER);
        agentId = agents.register();
        registry = new ValidationRegistry(address(agents));
        escrow = new ProofEscrow(address(dollar), registry);
        vm.prank(buyer);
        dollar.approve(address(escrow), type(uint256).max);
    }

    function termsOf(uint128 price) internal returns (ProofEscrow.Terms memory) {
        return ProofEscrow.Terms(buyer, PAYEE, VALIDATOR, agentId, "model", "request", price, DEADLINE, 80, bytes32(++salt));
    }

    function locked(uint128 price) internal returns (ProofEscrow.Terms memory terms, bytes32 id) {
        terms = termsOf(price);
        dollar.mint(buyer, price);
        vm.prank(buyer);
        id = escrow.lock(terms);
    }

    function requested(ProofEscrow.Terms memory terms) internal returns (bytes32 requestHash) {
        requestHash = escrow.requestHashOf(terms);
        vm.prank(AGENT_OWNER);
        registry.validationRequest(VALIDATOR, agentId, "https://agent.example/request", requestHash);
    }

    function answered(bytes32 requestHash, uint8 response) internal {
        vm.prank(VALIDATOR);
        registry.validationResponse(requestHash, response, "", 0, "");
    }

    function assertDollars(address account, uint256 amount) internal view {
        vm.assertEq(dollar.balanceOf(account), amount, "dollars");
    }
}
