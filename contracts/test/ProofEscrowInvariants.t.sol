// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ProofEscrow} from "../src/ProofEscrow.sol";
import {Escrows} from "./Escrows.sol";
import {Test} from "./Test.sol";

/// @notice Escrows being locked, asked about, answered, released, refunded and declined, in any order, with any pauses.
contract Buying is Escrows {
    ProofEscrow.Terms[] private _terms;
    mapping(uint256 escrow => bool) private _asked;
    uint256 public paidIn;

    constructor() {
        setUp();
    }

    function count() external view returns (uint256) {
        return _terms.length;
    }

    function look(uint256 i) external view returns (uint128 price, ProofEscrow.State state) {
        return (_terms[i].price, escrow.stateOf(escrow.escrowIdOf(_terms[i])));
    }

    function money() external view returns (uint256 held, uint256 payees, uint256 buyers) {
        return (dollar.balanceOf(address(escrow)), dollar.balanceOf(PAYEE), dollar.balanceOf(buyer));
    }

    function wait(uint256 time) external {
        vm.warp(block.timestamp + bound(time, 0, 900));
    }

    function lock(uint256 price, uint256 time) external {
        ProofEscrow.Terms memory terms = termsOf(uint128(bound(price, 1, 1000)));
        terms.deadline = uint40(block.timestamp + bound(time, 0, 1800));
        dollar.mint(buyer, terms.price);
        vm.prank(buyer);
        escrow.lock(terms);
        paidIn += terms.price;
        _terms.push(terms);
    }

    function ask(uint256 i) external {
        if (_terms.length == 0) return;
        i = bound(i, 0, _terms.length - 1);
        if (_asked[i]) return;
        _asked[i] = true;
        requested(_terms[i]);
    }

    function answer(uint256 i, uint8 response) external {
        if (_terms.length == 0) return;
        i = bound(i, 0, _terms.length - 1);
        if (_asked[i]) answered(escrow.requestHashOf(_terms[i]), uint8(bound(response, 60, 100)));
    }

    // What may not be is refused, and changes nothing.

    function release(uint256 i) external {
        if (_terms.length != 0) try escrow.release(_terms[bound(i, 0, _terms.length - 1)]) {} catch {}
    }

    function refund(uint256 i) external {
        if (_terms.length != 0) try escrow.refund(_terms[bound(i, 0, _terms.length - 1)]) {} catch {}
    }

    function decline(uint256 i) external {
        if (_terms.length == 0) return;
        vm.prank(PAYEE);
        try escrow.decline(_terms[bound(i, 0, _terms.length - 1)]) {} catch {}
    }
}

contract ProofEscrowInvariantsTest is Test {
    Buying private _buying;

    function setUp() public {
        _buying = new Buying();
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_buying);
    }

    struct Selectors {
        address target;
        bytes4[] selectors;
    }

    function targetSelectors() external view returns (Selectors[] memory targets) {
        bytes4[] memory s = new bytes4[](7);
        s[0] = Buying.wait.selector;
        s[1] = Buying.lock.selector;
        s[2] = Buying.ask.selector;
        s[3] = Buying.answer.selector;
        s[4] = Buying.release.selector;
        s[5] = Buying.refund.selector;
        s[6] = Buying.decline.selector;
        targets = new Selectors[](1);
        targets[0] = Selectors(address(_buying), s);
    }

    function invariant_each_price_is_whole_in_one_place() public view {
        uint256 locked;
        uint256 released;
        uint256 refunded;
        for (uint256 i = 0; i < _buying.count(); i++) {
            (uint128 price, ProofEscrow.State state) = _buying.look(i);
            vm.assertTrue(state != ProofEscrow.State.None, "what was locked stays known");
            if (state == ProofEscrow.State.Locked) locked += price;
            if (state == ProofEscrow.State.Released) released += price;
            if (state == ProofEscrow.State.Refunded) refunded += price;
        }
        (uint256 held, uint256 payees, uint256 buyers) = _buying.money();
        vm.assertEq(held, locked, "held");
        vm.assertEq(payees, released, "paid");
        vm.assertEq(buyers, refunded, "given back");
        vm.assertEq(held + payees + buyers, _buying.paidIn(), "conserved");
    }
}
