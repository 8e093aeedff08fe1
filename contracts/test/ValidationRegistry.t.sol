// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ValidationRegistry} from "../src/ValidationRegistry.sol";
import {Escrows} from "./Escrows.sol";

contract ValidationRegistryTest is Escrows {
    function test_its_functions_and_events_are_erc_8004s() public view {
        // keccak256 of the signatures in the ERC's text.
        vm.assertEq(bytes32(registry.validationRequest.selector), bytes4(keccak256("validationRequest(address,uint256,string,bytes32)")), "");
        vm.assertEq(
            bytes32(registry.validationResponse.selector),
            bytes4(keccak256("validationResponse(bytes32,uint8,string,bytes32,string)")),
            ""
        );
        vm.assertEq(bytes32(registry.getValidationStatus.selector), bytes4(keccak256("getValidationStatus(bytes32)")), "");
        vm.assertEq(bytes32(registry.getSummary.selector), bytes4(keccak256("getSummary(uint256,address[],string)")), "");
        vm.assertEq(bytes32(registry.getAgentValidations.selector), bytes4(keccak256("getAgentValidations(uint256)")), "");
        vm.assertEq(bytes32(registry.getValidatorRequests.selector), bytes4(keccak256("getValidatorRequests(address)")), "");
        vm.assertEq(bytes32(registry.getIdentityRegistry.selector), bytes4(keccak256("getIdentityRegistry()")), "");
        vm.assertEq(
            ValidationRegistry.ValidationRequest.selector, keccak256("ValidationRequest(address,uint256,string,bytes32)"), ""
        );
        vm.assertEq(
            ValidationRegistry.ValidationResponse.selector,
            keccak256("ValidationResponse(address,uint256,bytes32,uint8,string,bytes32,string)"),
            ""
        );
        vm.assertEq(registry.getIdentityRegistry(), address(agents), "identity registry");
    }

    function test_an_agent_asks_and_the_validator_answers() public {
        bytes32 hash = registry.requestHashOf(VALIDATOR, agentId, "payload", 7);
        vm.expectEmit();
        emit ValidationRegistry.RequestBound(hash, VALIDATOR, agentId, "payload", 7);
        vm.prank(STRANGER); // whoever pays for the work
        vm.assertEq(registry.bindRequest(VALIDATOR, agentId, "payload", 7), hash, "request hash");
        vm.expectEmit();
        emit ValidationRegistry.ValidationRequest(VALIDATOR, agentId, "uri", hash);
        vm.prank(AGENT_OWNER);
        registry.validationRequest(VALIDATOR, agentId, "uri", hash);
        (,,,,, uint256 lastUpdate) = registry.getValidationStatus(hash);
        vm.assertEq(lastUpdate, 0, "no answer yet");

        vm.warp(START + 5);
        vm.expectEmit();
        emit ValidationRegistry.ValidationResponse(VALIDATOR, agentId, hash, 100, "evidence", "digest", "zk");
        vm.prank(VALIDATOR);
        registry.validationResponse(hash, 100, "evidence", "digest", "zk");
        (address validator, uint256 agent, uint8 response, bytes32 responseHash, string memory tag, uint256 updated) =
            registry.getValidationStatus(hash);
        vm.assertEq(validator, VALIDATOR, "validator");
        vm.assertEq(agent, agentId, "agent");
        vm.assertEq(response, 100, "response");
        vm.assertEq(responseHash, "digest", "evidence");
        vm.assertEq(keccak256(bytes(tag)), keccak256("zk"), "tag");
        vm.assertEq(updated, START + 5, "when");
        vm.assertEq(registry.getAgentValidations(agentId)[0], hash, "agent's requests");
        vm.assertEq(registry.getValidatorRequests(VALIDATOR)[0], hash, "validator's requests");
    }

    function test_an_answer_that_is_no_better_keeps_its_time_and_a_better_one_does_not() public {
        bytes32 hash = _asked("payload");
        answered(hash, 90);
        vm.warp(START + 10);
        answered(hash, 90);
        _assertSince(hash, 90, START);
        (,,,,, uint256 lastUpdate) = registry.getValidationStatus(hash);
        vm.assertEq(lastUpdate, START + 10, "last update");
        answered(hash, 85);
        _assertSince(hash, 85, START);
        answered(hash, 86);
        _assertSince(hash, 86, START + 10);
    }

    function test_a_first_answer_of_nothing_is_an_answer() public {
        bytes32 hash = _asked("payload");
        answered(hash, 0);
        _assertSince(hash, 0, START);
        (uint64 count, uint8 mean) = registry.getSummary(agentId, new address[](0), "");
        vm.assertEq(count, 1, "answers");
        vm.assertEq(mean, 0, "mean");
    }

    function test_a_summary_counts_answers_of_these_validators_with_this_tag() public {
        _tagged("a", VALIDATOR, 100, "zk");
        _tagged("b", VALIDATOR, 51, "tee");
        _tagged("c", STRANGER, 100, "zk");
        _asked("d"); // without an answer
        address[] memory validators = new address[](1);
        _assertSummary(new address[](0), "", 3, 83);
        validators[0] = VALIDATOR;
        _assertSummary(validators, "", 2, 75);
        _assertSummary(validators, "zk", 1, 100);
        validators[0] = PAYEE;
        _assertSummary(validators, "", 0, 0);
    }

    function test_the_agents_owner_and_who_it_approved_ask_and_nobody_else() public {
        bytes32 hash = registry.bindRequest(VALIDATOR, agentId, "payload", 0);
        vm.expectRevert(abi.encodeWithSelector(ValidationRegistry.NotAgent.selector, agentId, STRANGER));
        vm.prank(STRANGER);
        registry.validationRequest(VALIDATOR, agentId, "", hash);
        vm.prank(AGENT_OWNER);
        agents.setApprovalForAll(STRANGER, true);
        vm.prank(STRANGER);
        registry.validationRequest(VALIDATOR, agentId, "", hash);
        hash = registry.bindRequest(VALIDATOR, agentId, "payload", 1);
        vm.prank(AGENT_OWNER);
        agents.approve(PAYEE, agentId);
        vm.prank(PAYEE);
        registry.validationRequest(VALIDATOR, agentId, "", hash);
    }

    // Attacks

    function test_an_unbound_hash_is_refused() public {
        vm.expectPartialRevert(ValidationRegistry.RequestUnbound.selector);
        vm.prank(AGENT_OWNER);
        registry.validationRequest(VALIDATOR, agentId, "", keccak256("payload"));
    }

    function test_the_hash_of_anothers_request_cannot_be_taken() public {
        bytes32 hash = registry.bindRequest(VALIDATOR, agentId, "payload", 0);
        vm.prank(STRANGER);
        uint256 his = agents.register();
        vm.expectRevert(abi.encodeWithSelector(ValidationRegistry.RequestUnbound.selector, hash, VALIDATOR, his));
        vm.prank(STRANGER);
        registry.validationRequest(VALIDATOR, his, "", hash);
        // Nor can the agent have a friend answer instead of who was named.
        vm.expectRevert(abi.encodeWithSelector(ValidationRegistry.RequestUnbound.selector, hash, STRANGER, agentId));
        vm.prank(AGENT_OWNER);
        registry.validationRequest(STRANGER, agentId, "", hash);
    }

    function test_an_answer_is_for_one_request_on_one_chain_in_one_registry() public {
        bytes32 hash = _asked("payload");
        vm.assertTrue(registry.requestHashOf(VALIDATOR, agentId, "payload", 1) != hash, "nonce");
        vm.assertTrue(registry.requestHashOf(VALIDATOR, agentId + 1, "payload", 0) != hash, "agent");
        vm.assertTrue(registry.requestHashOf(STRANGER, agentId, "payload", 0) != hash, "validator");
        vm.assertTrue(registry.requestHashOf(VALIDATOR, agentId, "other", 0) != hash, "payload");
        vm.assertTrue(new ValidationRegistry(address(agents)).requestHashOf(VALIDATOR, agentId, "payload", 0) != hash, "registry");
        vm.chainId(block.chainid + 1);
        vm.assertTrue(registry.requestHashOf(VALIDATOR, agentId, "payload", 0) != hash, "chain");
    }

    function test_a_request_is_made_once_and_binding_again_disturbs_nothing() public {
        bytes32 hash = _asked("payload");
        answered(hash, 100);
        vm.recordLogs();
        vm.prank(STRANGER);
        registry.bindRequest(VALIDATOR, agentId, "payload", 0);
        vm.assertEq(vm.getRecordedLogs().length, 0, "events");
        _assertSince(hash, 100, START);
        vm.expectRevert(abi.encodeWithSelector(ValidationRegistry.RequestExists.selector, hash));
        vm.prank(AGENT_OWNER);
        registry.validationRequest(VALIDATOR, agentId, "", hash);
    }

    function test_only_the_validator_answers_within_the_range_and_only_what_was_requested() public {
        bytes32 hash = registry.bindRequest(VALIDATOR, agentId, "payload", 0);
        vm.expectRevert(abi.encodeWithSelector(ValidationRegistry.RequestUnknown.selector, hash));
        vm.prank(VALIDATOR);
        registry.validationResponse(hash, 100, "", 0, "");
        vm.expectRevert(abi.encodeWithSelector(ValidationRegistry.RequestUnknown.selector, hash));
        registry.getValidationStatus(hash);
        vm.prank(AGENT_OWNER);
        registry.validationRequest(VALIDATOR, agentId, "", hash);
        vm.expectRevert(abi.encodeWithSelector(ValidationRegistry.NotValidator.selector, VALIDATOR, AGENT_OWNER));
        vm.prank(AGENT_OWNER);
        registry.validationResponse(hash, 100, "", 0, "");
        vm.expectRevert(abi.encodeWithSelector(ValidationRegistry.ResponseOutOfRange.selector, 101));
        vm.prank(VALIDATOR);
        registry.validationResponse(hash, 101, "", 0, "");
    }

    function test_it_needs_an_identity_registry_and_requests_need_a_validator() public {
        vm.expectRevert(abi.encodeWithSelector(ValidationRegistry.IdentityRegistryUnknown.selector, address(0xdead)));
        new ValidationRegistry(address(0xdead));
        vm.expectRevert(ValidationRegistry.ValidatorMissing.selector);
        registry.bindRequest(address(0), agentId, "payload", 0);
        vm.expectRevert(ValidationRegistry.ValidatorMissing.selector);
        vm.prank(AGENT_OWNER);
        registry.validationRequest(address(0), 0, "", "never bound");
    }

    function testFuzz_requests_that_differ_in_one_thing_have_different_hashes(
        address validator,
        uint256 agent,
        bytes32 payload,
        uint256 nonce,
        uint8 which,
        uint256 by
    ) public {
        bytes32 hash = registry.requestHashOf(validator, agent, payload, nonce);
        by = bound(by, 1, type(uint160).max);
        unchecked {
            if (which % 5 == 0) validator = address(uint160(validator) + uint160(by));
            if (which % 5 == 1) agent += by;
            if (which % 5 == 2) payload = bytes32(uint256(payload) + by);
            if (which % 5 == 3) nonce += by;
        }
        if (which % 5 == 4) vm.chainId(1 + by % type(uint64).max == block.chainid ? 1 : 1 + by % type(uint64).max);
        vm.assertTrue(registry.requestHashOf(validator, agent, payload, nonce) != hash, "another hash");
    }

    function _asked(bytes32 payload) private returns (bytes32 hash) {
        return _asked(payload, VALIDATOR);
    }

    function _asked(bytes32 payload, address validator) private returns (bytes32 hash) {
        hash = registry.bindRequest(validator, agentId, payload, 0);
        vm.prank(AGENT_OWNER);
        registry.validationRequest(validator, agentId, "", hash);
    }

    function _tagged(bytes32 payload, address validator, uint8 response, string memory tag) private {
        bytes32 hash = _asked(payload, validator);
        vm.prank(validator);
        registry.validationResponse(hash, response, "", 0, tag);
    }

    function _assertSince(bytes32 hash, uint8 response, uint256 since) private view {
        (uint8 actual, uint256 time) = registry.responseSince(hash);
        vm.assertEq(actual, response, "response");
        vm.assertEq(time, since, "since");
    }

    function _assertSummary(address[] memory validators, string memory tag, uint64 count, uint8 mean) private view {
        (uint64 actualCount, uint8 actualMean) = registry.getSummary(agentId, validators, tag);
        vm.assertEq(actualCount, count, "count");
        vm.assertEq(actualMean, mean, "mean");
    }
}
