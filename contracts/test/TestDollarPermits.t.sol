// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {TestDollar} from "../src/TestDollar.sol";
import {ContractAccount, Test} from "./Test.sol";

contract TestDollarPermitsTest is Test {
    uint256 private constant KEY = 0xa11ce;
    uint256 private constant ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;
    address private constant SPENDER = address(0x5bed);

    TestDollar private _dollar;
    address private _owner;

    function setUp() public {
        vm.warp(1_000_000);
        _dollar = new TestDollar();
        _owner = vm.addr(KEY);
        _dollar.mint(_owner, 100e6);
    }

    function test_the_type_hash_is_the_one_that_eip_2612_states() public view {
        vm.assertEq(
            _dollar.PERMIT_TYPEHASH(), 0x6e71edae12b1b97f4d1f60370fef10105fa2faae0126114a169c64845d6126c9, "permit"
        );
    }

    function test_a_permit_is_an_allowance_that_anyone_submits() public {
        bytes memory signature = signed(KEY, _digest(_owner, 7e6, 0));
        vm.expectEmit();
        emit TestDollar.Approval(_owner, SPENDER, 7e6);
        vm.prank(address(0xbad));
        _dollar.permit(_owner, SPENDER, 7e6, 1_000_000, signature);
        vm.assertEq(_dollar.allowance(_owner, SPENDER), 7e6, "allowance");
        vm.assertEq(_dollar.nonces(_owner), 1, "nonce");
        vm.prank(SPENDER);
        _dollar.transferFrom(_owner, SPENDER, 7e6);
    }

    function test_a_permit_in_parts_is_the_same() public {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(KEY, _digest(_owner, 7e6, 0));
        _dollar.permit(_owner, SPENDER, 7e6, 1_000_000, v, r, s);
        vm.assertEq(_dollar.allowance(_owner, SPENDER), 7e6, "allowance");
    }

    function test_a_permit_counts_once_and_in_order() public {
        bytes memory first = signed(KEY, _digest(_owner, 7e6, 0));
        bytes memory second = signed(KEY, _digest(_owner, 9e6, 1));
        vm.expectRevert(abi.encodeWithSelector(TestDollar.InvalidSignature.selector, _owner));
        _dollar.permit(_owner, SPENDER, 9e6, 1_000_000, second);
        _dollar.permit(_owner, SPENDER, 7e6, 1_000_000, first);
        vm.expectRevert(abi.encodeWithSelector(TestDollar.InvalidSignature.selector, _owner));
        _dollar.permit(_owner, SPENDER, 7e6, 1_000_000, first);
        _dollar.permit(_owner, SPENDER, 9e6, 1_000_000, second);
    }

    function test_a_permit_is_good_until_its_deadline_and_no_longer() public {
        bytes memory signature = signed(KEY, _digest(_owner, 7e6, 0));
        vm.warp(1_000_001);
        vm.expectRevert(abi.encodeWithSelector(TestDollar.PermitExpired.selector, 1_000_000, 1_000_001));
        _dollar.permit(_owner, SPENDER, 7e6, 1_000_000, signature);
    }

    function test_another_chain_a_high_s_and_the_zero_address_are_refused() public {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(KEY, _digest(_owner, 7e6, 0));
        vm.expectRevert(abi.encodeWithSelector(TestDollar.InvalidSignature.selector, _owner));
        _dollar.permit(_owner, SPENDER, 7e6, 1_000_000, v == 27 ? 28 : 27, r, bytes32(ORDER - uint256(s)));
        vm.expectRevert(abi.encodeWithSelector(TestDollar.InvalidSignature.selector, address(0)));
        _dollar.permit(address(0), SPENDER, 7e6, 1_000_000, new bytes(65));
        vm.chainId(99);
        vm.expectRevert(abi.encodeWithSelector(TestDollar.InvalidSignature.selector, _owner));
        _dollar.permit(_owner, SPENDER, 7e6, 1_000_000, v, r, s);
    }

    function test_a_contract_permits_by_its_own_word() public {
        address company = address(new ContractAccount(_owner));
        bytes32 digest = _digest(company, 7e6, 0);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(0xbad, digest);
        vm.expectRevert(abi.encodeWithSelector(TestDollar.InvalidSignature.selector, company));
        _dollar.permit(company, SPENDER, 7e6, 1_000_000, abi.encode(r, s, v));
        (v, r, s) = vm.sign(KEY, digest);
        _dollar.permit(company, SPENDER, 7e6, 1_000_000, abi.encode(r, s, v));
        vm.assertEq(_dollar.allowance(company, SPENDER), 7e6, "allowance");
    }

    function test_an_account_that_delegates_to_code_stays_its_keys() public {
        // EIP-7702: the account's code points to another's, which would accept a signature of key 0xd01.
        vm.etch(_owner, abi.encodePacked(hex"ef0100", address(new ContractAccount(vm.addr(0xd01)))));
        _dollar.permit(_owner, SPENDER, 7e6, 1_000_000, signed(KEY, _digest(_owner, 7e6, 0)));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(0xd01, _digest(_owner, 8e6, 1));
        vm.expectRevert(abi.encodeWithSelector(TestDollar.InvalidSignature.selector, _owner));
        _dollar.permit(_owner, SPENDER, 8e6, 1_000_000, abi.encodePacked(r, s, v)); // 65 bytes are not what that code takes
        _dollar.permit(_owner, SPENDER, 8e6, 1_000_000, abi.encode(r, s, v));
        vm.assertEq(_dollar.allowance(_owner, SPENDER), 8e6, "allowance");
    }

    function testFuzz_any_other_terms_are_not_what_was_signed(uint256 key, uint256 value, uint256 other) public {
        key = bound(key, 1, ORDER - 1);
        if (key == KEY) key++;
        bytes32 digest = _digest(_owner, value, 0);
        bytes memory forged = signed(key, digest);
        vm.expectRevert(abi.encodeWithSelector(TestDollar.InvalidSignature.selector, _owner));
        _dollar.permit(_owner, SPENDER, value, 1_000_000, forged);
        if (other == value) other = ~value;
        forged = signed(KEY, digest);
        vm.expectRevert(abi.encodeWithSelector(TestDollar.InvalidSignature.selector, _owner));
        _dollar.permit(_owner, SPENDER, other, 1_000_000, forged);
        vm.assertEq(_dollar.allowance(_owner, SPENDER), 0, "allowance");
    }

    function _digest(address owner, uint256 value, uint256 nonce) private view returns (bytes32) {
        bytes32 structHash =
            keccak256(abi.encode(_dollar.PERMIT_TYPEHASH(), owner, SPENDER, value, nonce, 1_000_000));
        return keccak256(abi.encodePacked(hex"1901", _dollar.DOMAIN_SEPARATOR(), structHash));
    }
}
