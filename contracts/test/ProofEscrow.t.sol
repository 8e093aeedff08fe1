// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Exclusive} from "../src/Exclusive.sol";
import {ProofEscrow} from "../src/ProofEscrow.sol";
import {TestDollar} from "../src/TestDollar.sol";
import {ValidationRegistry} from "../src/ValidationRegistry.sol";
import {Escrows} from "./Escrows.sol";
import {FeeToken, ReentrantToken} from "./HostileTokens.sol";

contract ProofEscrowTest is Escrows {
    function test_a_validated_proof_pays_the_payee() public {
        ProofEscrow.Terms memory terms = termsOf(1000);
        dollar.mint(buyer, 1000);
        bytes32 id = escrow.escrowIdOf(terms);
        vm.expectEmit();
        emit ProofEscrow.Locked(id, buyer, PAYEE, escrow.requestHashOf(terms), terms);
        vm.prank(buyer);
        escrow.lock(terms);
        assertDollars(address(escrow), 1000);
        answered(requested(terms), 80);
        vm.assertTrue(escrow.isValidated(terms), "validated");
        vm.expectEmit();
        emit ProofEscrow.Released(id, PAYEE, 1000, 80);
        vm.prank(STRANGER); // anyone
        escrow.release(terms);
        assertDollars(PAYEE, 1000);
        vm.assertEq(uint256(escrow.stateOf(id)), uint256(ProofEscrow.State.Released), "state");
    }

    function test_without_a_proof_the_buyer_is_refunded_after_the_deadline() public {
        (ProofEscrow.Terms memory terms, bytes32 id) = locked(1000);
        vm.warp(DEADLINE);
        vm.expectRevert(abi.encodeWithSelector(ProofEscrow.DeadlineNotPassed.selector, DEADLINE, DEADLINE));
        escrow.refund(terms);
        vm.warp(DEADLINE + 1);
        vm.expectEmit();
        emit ProofEscrow.Refunded(id, buyer, 1000, false);
        vm.prank(STRANGER);
        escrow.refund(terms);
        assertDollars(buyer, 1000);
    }

    function test_the_payee_can_give_the_money_up() public {
        (ProofEscrow.Terms memory terms, bytes32 id) = locked(1000);
        vm.expectRevert(abi.encodeWithSelector(ProofEscrow.NotPayee.selector, PAYEE, buyer));
        vm.prank(buyer);
        escrow.decline(terms);
        vm.expectEmit();
        emit ProofEscrow.Refunded(id, buyer, 1000, true);
        vm.prank(PAYEE);
        escrow.decline(terms);
        assertDollars(buyer, 1000);
    }

    function test_a_buyer_without_gas_locks_by_a_signed_authorization() public {
        ProofEscrow.Terms memory terms = termsOf(1000);
        dollar.mint(buyer, 1000);
        bytes memory sig = _authorized(terms);
        vm.prank(STRANGER);
        escrow.lockWithAuthorization(terms, 0, type(uint256).max, sig);
        assertDollars(address(escrow), 1000);
        vm.expectPartialRevert(ProofEscrow.EscrowExists.selector);
        escrow.lockWithAuthorization(terms, 0, type(uint256).max, sig);
    }

    function test_a_proof_in_the_last_second_counts_and_is_released_after_it() public {
        (ProofEscrow.Terms memory terms,) = locked(1000);
        bytes32 hash = requested(terms);
        vm.warp(DEADLINE);
        answered(hash, 80);
        vm.warp(DEADLINE + 1 days);
        answered(hash, 80); // said again, as some validators do for finality
        vm.expectPartialRevert(ProofEscrow.Validated.selector);
        escrow.refund(terms);
        escrow.release(terms);
        assertDollars(PAYEE, 1000);
    }

    // Attacks

    function test_a_proof_after_the_deadline_is_too_late() public {
        (ProofEscrow.Terms memory terms, bytes32 id) = locked(1000);
        bytes32 hash = requested(terms);
        vm.warp(DEADLINE + 1);
        answered(hash, 100);
        vm.expectRevert(abi.encodeWithSelector(ProofEscrow.NotValidated.selector, id, 100, DEADLINE + 1));
        escrow.release(terms);
        escrow.refund(terms);
        assertDollars(buyer, 1000);
    }

    function test_an_answer_that_is_taken_back_before_the_release_releases_nothing() public {
        (ProofEscrow.Terms memory terms,) = locked(1000);
        bytes32 hash = requested(terms);
        answered(hash, 100);
        vm.warp(DEADLINE + 1);
        answered(hash, 0);
        vm.expectPartialRevert(ProofEscrow.NotValidated.selector);
        escrow.release(terms);
        escrow.refund(terms);
        assertDollars(buyer, 1000);
    }

    function test_an_answer_below_the_threshold_and_no_answer_release_nothing() public {
        (ProofEscrow.Terms memory terms, bytes32 id) = locked(1000);
        vm.expectRevert(abi.encodeWithSelector(ProofEscrow.NotValidated.selector, id, 0, 0));
        escrow.release(terms);
        bytes32 hash = requested(terms);
        vm.expectRevert(abi.encodeWithSelector(ProofEscrow.NotValidated.selector, id, 0, 0));
        escrow.release(terms);
        answered(hash, 79);
        vm.expectRevert(abi.encodeWithSelector(ProofEscrow.NotValidated.selector, id, 79, START));
        escrow.release(terms);
    }

    function test_the_proof_of_one_escrow_releases_no_other() public {
        (ProofEscrow.Terms memory first,) = locked(1000);
        (ProofEscrow.Terms memory second,) = locked(1000); // the same in all but the salt
        answered(requested(first), 100);
        vm.expectPartialRevert(ProofEscrow.NotValidated.selector);
        escrow.release(second);
        ProofEscrow other = new ProofEscrow(address(dollar), registry);
        dollar.mint(buyer, 1000);
        vm.prank(buyer);
        dollar.approve(address(other), 1000);
        vm.prank(buyer);
        other.lock(first);
        vm.expectPartialRevert(ProofEscrow.NotValidated.selector);
        other.release(first);
    }

    function test_another_validators_word_releases_nothing() public {
        (ProofEscrow.Terms memory terms, bytes32 id) = locked(1000);
        bytes32 hash = registry.bindRequest(STRANGER, agentId, id, 0);
        vm.prank(AGENT_OWNER);
        registry.validationRequest(STRANGER, agentId, "", hash);
        vm.prank(STRANGER);
        registry.validationResponse(hash, 100, "", 0, "");
        vm.expectPartialRevert(ProofEscrow.NotValidated.selector);
        escrow.release(terms);
    }

    function test_changed_terms_are_another_escrow() public {
        (ProofEscrow.Terms memory terms,) = locked(1000);
        answered(requested(terms), 100);
        bytes memory same = abi.encode(terms);
        for (uint256 i = 0; i < 10; i++) {
            ProofEscrow.Terms memory forged = abi.decode(same, (ProofEscrow.Terms));
            if (i == 0) forged.buyer = STRANGER;
            if (i == 1) forged.payee = STRANGER;
            if (i == 2) forged.validator = STRANGER;
            if (i == 3) forged.agentId = 2;
            if (i == 4) forged.modelId = "other";
            if (i == 5) forged.requestDigest = "other";
            if (i == 6) forged.price = 2000;
            if (i == 7) forged.deadline = uint40(START);
            if (i == 8) forged.threshold = 1;
            if (i == 9) forged.salt = "other";
            vm.expectPartialRevert(ProofEscrow.NotLocked.selector);
            escrow.release(forged);
        }
    }

    function test_release_and_refund_exclude_each_other() public {
        (ProofEscrow.Terms memory terms, bytes32 id) = locked(1000);
        dollar.mint(address(escrow), 1000); // others' money
        answered(requested(terms), 100);
        escrow.release(terms);
        bytes memory ended = abi.encodeWithSelector(ProofEscrow.NotLocked.selector, id, ProofEscrow.State.Released);
        vm.expectRevert(ended);
        escrow.release(terms);
        vm.warp(DEADLINE + 1);
        vm.expectRevert(ended);
        escrow.refund(terms);
        vm.expectRevert(ended);
        vm.prank(PAYEE);
        escrow.decline(terms);
        vm.warp(DEADLINE);
        vm.expectRevert(abi.encodeWithSelector(ProofEscrow.EscrowExists.selector, id));
        vm.prank(buyer);
        escrow.lock(terms);
        assertDollars(PAYEE, 1000);
        assertDollars(address(escrow), 1000);
    }

    function test_a_refund_is_paid_once() public {
        (ProofEscrow.Terms memory terms, bytes32 id) = locked(1000);
        (ProofEscrow.Terms memory declined, bytes32 other) = locked(1000);
        dollar.mint(address(escrow), 4000); // others' money
        vm.prank(PAYEE);
        escrow.decline(declined);
        vm.warp(DEADLINE + 1);
        escrow.refund(terms);
        vm.expectRevert(abi.encodeWithSelector(ProofEscrow.NotLocked.selector, id, ProofEscrow.State.Refunded));
        escrow.refund(terms);
        vm.expectRevert(abi.encodeWithSelector(ProofEscrow.NotLocked.selector, other, ProofEscrow.State.Refunded));
        escrow.refund(declined);
        assertDollars(buyer, 2000);
        assertDollars(address(escrow), 4000);
    }

    function test_an_authorization_pays_for_the_terms_it_was_signed_for_alone() public {
        ProofEscrow.Terms memory terms = termsOf(1000);
        dollar.mint(buyer, 1000);
        bytes memory sig = _authorized(terms);
        terms.payee = STRANGER;
        vm.expectPartialRevert(TestDollar.InvalidSignature.selector);
        vm.prank(STRANGER);
        escrow.lockWithAuthorization(terms, 0, type(uint256).max, sig);
    }

    function test_nobody_locks_anothers_allowance() public {
        ProofEscrow.Terms memory terms = termsOf(1000);
        dollar.mint(buyer, 1000);
        vm.expectRevert(abi.encodeWithSelector(ProofEscrow.NotBuyer.selector, buyer, STRANGER));
        vm.prank(STRANGER);
        escrow.lock(terms);
    }

    function test_terms_that_could_not_end_well_are_refused() public {
        dollar.mint(buyer, 1000);
        for (uint256 i = 0; i < 5; i++) {
            ProofEscrow.Terms memory terms = termsOf(1000);
            if (i == 0) terms.price = 0;
            if (i == 1) terms.payee = address(0);
            if (i == 2) terms.payee = address(escrow);
            if (i == 3) terms.threshold = 0;
            if (i == 4) terms.threshold = 101;
            vm.expectRevert(ProofEscrow.TermsInvalid.selector);
            vm.prank(buyer);
            escrow.lock(terms);
        }
        ProofEscrow.Terms memory late = termsOf(1000);
        late.deadline = uint40(START - 1);
        vm.expectPartialRevert(ProofEscrow.DeadlinePassed.selector);
        vm.prank(buyer);
        escrow.lock(late);
        late = termsOf(1000);
        late.validator = address(0);
        vm.expectRevert(ValidationRegistry.ValidatorMissing.selector);
        vm.prank(buyer);
        escrow.lock(late);
    }

    function test_a_token_that_charges_on_transfer_is_refused() public {
        FeeToken token = new FeeToken();
        escrow = new ProofEscrow(address(token), registry);
        token.mint(buyer, 1000);
        vm.prank(buyer);
        token.approve(address(escrow), 1000);
        ProofEscrow.Terms memory terms = termsOf(1000);
        vm.expectRevert(abi.encodeWithSelector(ProofEscrow.FeeOnTransfer.selector, 1000, 990));
        vm.prank(buyer);
        escrow.lock(terms);
        vm.expectRevert(abi.encodeWithSelector(ProofEscrow.FeeOnTransfer.selector, 1000, 990));
        escrow.lockWithAuthorization(terms, 0, type(uint256).max, "");
    }

    function test_a_token_that_calls_back_gets_nowhere() public {
        ReentrantToken token = new ReentrantToken();
        escrow = new ProofEscrow(address(token), registry);
        token.mint(buyer, 2000);
        vm.prank(buyer);
        token.approve(address(escrow), 2000);
        ProofEscrow.Terms memory terms = termsOf(1000);
        ProofEscrow.Terms memory other = termsOf(1000);
        // Locking another meanwhile would count its money as this one's.
        token.arm(address(escrow), abi.encodeCall(ProofEscrow.lockWithAuthorization, (other, 0, 0, "")));
        vm.prank(buyer);
        escrow.lock(terms);
        _reentered(token);
        for (uint256 i = 0; i < 2; i++) {
            ProofEscrow.Terms memory next = termsOf(500);
            token.arm(address(escrow), i == 0 ? abi.encodeCall(ProofEscrow.refund, (terms)) : abi.encodeCall(ProofEscrow.decline, (terms)));
            vm.prank(buyer);
            escrow.lock(next);
            _reentered(token);
        }
        answered(requested(terms), 100);
        token.arm(address(escrow), abi.encodeCall(ProofEscrow.release, (terms)));
        escrow.release(terms);
        _reentered(token);
        vm.assertEq(token.balanceOf(PAYEE), 1000, "paid once");
    }

    function test_it_needs_a_token_and_a_registry() public {
        vm.expectRevert(abi.encodeWithSelector(ProofEscrow.TokenUnknown.selector, address(0xdead)));
        new ProofEscrow(address(0xdead), registry);
        vm.expectRevert(abi.encodeWithSelector(ProofEscrow.RegistryUnknown.selector, address(0xdead)));
        new ProofEscrow(address(dollar), ValidationRegistry(address(0xdead)));
    }

    /// @dev At every moment after the deadline exactly one of the two ways out is open, and the registry alone says which.
    function testFuzz_after_the_deadline_one_way_out_is_open(uint40 answer, uint8 response, uint40 again, uint8 second) public {
        (ProofEscrow.Terms memory terms,) = locked(1000);
        bytes32 hash = requested(terms);
        answer = uint40(bound(answer, START, START + 2 hours));
        again = uint40(bound(again, answer, START + 3 hours));
        vm.warp(answer);
        answered(hash, uint8(bound(response, 0, 100)));
        vm.warp(again);
        answered(hash, uint8(bound(second, 0, 100)));
        vm.warp(START + 3 hours);
        bool earned = escrow.isValidated(terms);
        if (earned) vm.expectPartialRevert(ProofEscrow.Validated.selector);
        escrow.refund(terms);
        if (!earned) vm.expectPartialRevert(ProofEscrow.NotLocked.selector);
        escrow.release(terms);
        assertDollars(PAYEE, earned ? 1000 : 0);
        assertDollars(buyer, earned ? 0 : 1000);
    }

    function _authorized(ProofEscrow.Terms memory terms) private view returns (bytes memory) {
        bytes32 structHash = keccak256(
            abi.encode(
                dollar.RECEIVE_WITH_AUTHORIZATION_TYPEHASH(),
                buyer,
                address(escrow),
                terms.price,
                0,
                type(uint256).max,
                escrow.escrowIdOf(terms)
            )
        );
        return signed(BUYER_KEY, keccak256(abi.encodePacked(hex"1901", dollar.DOMAIN_SEPARATOR(), structHash)));
    }

    function _reentered(ReentrantToken token) private view {
        vm.assertTrue(token.attempted() && !token.succeeded(), "called back, in vain");
        vm.assertEq(bytes32(token.answer()), bytes32(Exclusive.Reentered.selector), "because of the lock");
    }
}
