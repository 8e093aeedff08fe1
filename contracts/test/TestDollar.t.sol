// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {TestDollar} from "../src/TestDollar.sol";
import {ContractAccount, Test} from "./Test.sol";

contract TestDollarTest is Test {
    uint256 private constant KEY = 0xa11ce;
    uint256 private constant HALF_ORDER = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0;
    uint256 private constant ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;
    address private constant PAYEE = address(0xb0b);
    bytes32 private constant NONCE = "nonce";

    TestDollar private _dollar;
    address private _payer;

    function setUp() public {
        vm.warp(1_000_000);
        _dollar = new TestDollar();
        _payer = vm.addr(KEY);
        _dollar.mint(_payer, 100e6);
    }

    function test_the_domain_is_test_dollar_version_1() public view {
        bytes32 typeHash = keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
        bytes32 expected = keccak256(
            abi.encode(typeHash, keccak256("Test Dollar"), keccak256("1"), block.chainid, address(_dollar))
        );
        vm.assertEq(_dollar.DOMAIN_SEPARATOR(), expected, "domain separator");
        vm.assertEq(_dollar.decimals(), 6, "decimals");
        // The type hashes that EIP-3009 states.
        vm.assertEq(
            _dollar.TRANSFER_WITH_AUTHORIZATION_TYPEHASH(),
            0x7c7c6cdb67a18743f49ec6fa9b35f50d52ed05cbed4cc592e13b44501c1a2267,
            "transfer"
        );
        vm.assertEq(
            _dollar.RECEIVE_WITH_AUTHORIZATION_TYPEHASH(),
            0xd099cc98ef71107a616c4f0f941f04c322d8e254fe26b3c6668db87aae413de8,
            "receive"
        );
        vm.assertEq(
            _dollar.CANCEL_AUTHORIZATION_TYPEHASH(),
            0x158b0a9edf7a828aad02f63cd515c68ef2f50ba807396f6d12842833a1597429,
            "cancel"
        );
    }

    function test_only_the_deployer_mints() public {
        vm.expectRevert(abi.encodeWithSelector(TestDollar.NotFaucet.selector, PAYEE));
        vm.prank(PAYEE);
        _dollar.mint(PAYEE, 1);
    }

    function test_transfers_need_a_balance_and_an_allowance() public {
        vm.expectRevert(abi.encodeWithSelector(TestDollar.InsufficientBalance.selector, _payer, 100e6, 100e6 + 1));
        vm.prank(_payer);
        _dollar.transfer(PAYEE, 100e6 + 1);

        vm.prank(_payer);
        _dollar.approve(address(this), 10);
        vm.expectRevert(abi.encodeWithSelector(TestDollar.InsufficientAllowance.selector, _payer, address(this), 10, 11));
        _dollar.transferFrom(_payer, PAYEE, 11);
        _dollar.transferFrom(_payer, PAYEE, 4);
        vm.assertEq(_dollar.allowance(_payer, address(this)), 6, "allowance");
        vm.assertEq(_dollar.balanceOf(PAYEE), 4, "balance");

        vm.expectRevert(TestDollar.ZeroAddress.selector);
        vm.prank(_payer);
        _dollar.transfer(address(0), 1);
    }

    function test_the_largest_allowance_never_shrinks() public {
        vm.prank(_payer);
        _dollar.approve(address(this), type(uint256).max);
        _dollar.transferFrom(_payer, PAYEE, 5);
        vm.assertEq(_dollar.allowance(_payer, address(this)), type(uint256).max, "allowance");
    }

    function test_anyone_submits_a_transfer_that_the_payer_signed_once() public {
        bytes memory signature = signed(KEY, _transferDigest(4e6));
        vm.expectEmit();
        emit TestDollar.AuthorizationUsed(_payer, NONCE);
        vm.expectEmit();
        emit TestDollar.Transfer(_payer, PAYEE, 4e6);
        vm.prank(address(0xca11));
        _transfer(4e6, signature);
        vm.assertEq(_dollar.balanceOf(PAYEE), 4e6, "balance");
        vm.assertTrue(_dollar.authorizationState(_payer, NONCE), "nonce is spent");
        vm.expectRevert(abi.encodeWithSelector(TestDollar.AuthorizationSpent.selector, _payer, NONCE));
        _transfer(4e6, signature);
    }

    function test_the_signature_may_come_in_parts() public {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(KEY, _transferDigest(4e6));
        _dollar.transferWithAuthorization(_payer, PAYEE, 4e6, 0, 2_000_000, NONCE, v, r, s);
        vm.assertEq(_dollar.balanceOf(PAYEE), 4e6, "balance");

        (v, r, s) = vm.sign(KEY, _digest(_dollar.RECEIVE_WITH_AUTHORIZATION_TYPEHASH(), 1e6, "second"));
        vm.prank(PAYEE);
        _dollar.receiveWithAuthorization(_payer, PAYEE, 1e6, 0, 2_000_000, "second", v, r, s);
        vm.assertEq(_dollar.balanceOf(PAYEE), 5e6, "balance");

        (v, r, s) = vm.sign(KEY, _cancelDigest("third"));
        _dollar.cancelAuthorization(_payer, "third", v, r, s);
        vm.assertTrue(_dollar.authorizationState(_payer, "third"), "nonce is spent");
    }

    function test_only_the_payee_submits_a_receive() public {
        bytes memory signature = signed(KEY, _digest(_dollar.RECEIVE_WITH_AUTHORIZATION_TYPEHASH(), 4e6, NONCE));
        vm.expectRevert(abi.encodeWithSelector(TestDollar.CallerNotPayee.selector, PAYEE, address(this)));
        _dollar.receiveWithAuthorization(_payer, PAYEE, 4e6, 0, 2_000_000, NONCE, signature);
        vm.expectRevert(abi.encodeWithSelector(TestDollar.InvalidSignature.selector, _payer));
        _transfer(4e6, signature); // nor is a receive a transfer
        vm.prank(PAYEE);
        _dollar.receiveWithAuthorization(_payer, PAYEE, 4e6, 0, 2_000_000, NONCE, signature);
        vm.assertEq(_dollar.balanceOf(PAYEE), 4e6, "balance");
    }

    function test_an_authorisation_holds_strictly_between_its_times() public {
        bytes32 typeHash = _dollar.TRANSFER_WITH_AUTHORIZATION_TYPEHASH();
        bytes32 digest = _typed(keccak256(abi.encode(typeHash, _payer, PAYEE, 1, 1_000_000, 1_000_002, NONCE)));
        bytes memory signature = signed(KEY, digest);
        vm.expectRevert(abi.encodeWithSelector(TestDollar.AuthorizationNotYetValid.selector, 1_000_000, 1_000_000));
        _dollar.transferWithAuthorization(_payer, PAYEE, 1, 1_000_000, 1_000_002, NONCE, signature);
        vm.warp(1_000_002);
        vm.expectRevert(abi.encodeWithSelector(TestDollar.AuthorizationExpired.selector, 1_000_002, 1_000_002));
        _dollar.transferWithAuthorization(_payer, PAYEE, 1, 1_000_000, 1_000_002, NONCE, signature);
        vm.warp(1_000_001);
        _dollar.transferWithAuthorization(_payer, PAYEE, 1, 1_000_000, 1_000_002, NONCE, signature);
    }

    function test_a_cancelled_nonce_moves_nothing() public {
        vm.expectEmit();
        emit TestDollar.AuthorizationCanceled(_payer, NONCE);
        _dollar.cancelAuthorization(_payer, NONCE, signed(KEY, _cancelDigest(NONCE)));
        bytes memory signature = signed(KEY, _transferDigest(4e6));
        vm.expectRevert(abi.encodeWithSelector(TestDollar.AuthorizationSpent.selector, _payer, NONCE));
        _transfer(4e6, signature);
    }

    function test_nobody_else_cancels() public {
        bytes memory signature = signed(0xbad, _cancelDigest(NONCE));
        vm.expectRevert(abi.encodeWithSelector(TestDollar.InvalidSignature.selector, _payer));
        _dollar.cancelAuthorization(_payer, NONCE, signature);
    }

    function test_the_mirror_image_of_a_signature_is_refused() public {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(KEY, _transferDigest(4e6));
        vm.assertLe(uint256(s), HALF_ORDER, "the signer's s is low");
        vm.expectRevert(abi.encodeWithSelector(TestDollar.InvalidSignature.selector, _payer));
        _transfer(4e6, abi.encodePacked(r, bytes32(ORDER - uint256(s)), v == 27 ? uint8(28) : uint8(27)));
    }

    function test_a_contract_pays_by_its_own_word() public {
        address payer = address(new ContractAccount(_payer));
        _dollar.mint(payer, 9e6);
        bytes32 typeHash = _dollar.TRANSFER_WITH_AUTHORIZATION_TYPEHASH();
        bytes32 digest = _typed(keccak256(abi.encode(typeHash, payer, PAYEE, 9e6, 0, 2_000_000, NONCE)));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(0xbad, digest);
        vm.expectRevert(abi.encodeWithSelector(TestDollar.InvalidSignature.selector, payer));
        _dollar.transferWithAuthorization(payer, PAYEE, 9e6, 0, 2_000_000, NONCE, abi.encode(r, s, v));
        (v, r, s) = vm.sign(KEY, digest);
        _dollar.transferWithAuthorization(payer, PAYEE, 9e6, 0, 2_000_000, NONCE, abi.encode(r, s, v));
        vm.assertEq(_dollar.balanceOf(PAYEE), 9e6, "balance");
    }

    function test_no_signature_speaks_for_the_zero_address() public {
        vm.expectRevert(abi.encodeWithSelector(TestDollar.InvalidSignature.selector, address(0)));
        _dollar.transferWithAuthorization(address(0), PAYEE, 0, 0, 2_000_000, NONCE, new bytes(65));
    }

    function test_an_authorisation_of_another_chain_is_refused() public {
        bytes memory signature = signed(KEY, _transferDigest(4e6));
        vm.chainId(99);
        vm.expectRevert(abi.encodeWithSelector(TestDollar.InvalidSignature.selector, _payer));
        _transfer(4e6, signature);
    }

    function testFuzz_any_other_value_is_not_what_was_signed(uint256 value, uint256 other) public {
        value = bound(value, 0, 100e6);
        other = bound(other, 0, 100e6);
        bytes memory signature = signed(KEY, _transferDigest(value));
        if (other != value) {
            vm.expectRevert(abi.encodeWithSelector(TestDollar.InvalidSignature.selector, _payer));
            _transfer(other, signature);
        }
        _transfer(value, signature);
        vm.assertEq(_dollar.balanceOf(PAYEE) + _dollar.balanceOf(_payer), _dollar.totalSupply(), "conserved");
    }

    function testFuzz_a_stranger_moves_nothing(uint256 key, bytes memory junk) public {
        key = bound(key, 1, ORDER - 1);
        if (key == KEY) key++;
        bytes memory signature = signed(key, _transferDigest(4e6));
        vm.expectRevert(abi.encodeWithSelector(TestDollar.InvalidSignature.selector, _payer));
        _transfer(4e6, signature);
        vm.expectRevert(abi.encodeWithSelector(TestDollar.InvalidSignature.selector, _payer));
        _transfer(4e6, junk);
    }

    function _transfer(uint256 value, bytes memory signature) private {
        _dollar.transferWithAuthorization(_payer, PAYEE, value, 0, 2_000_000, NONCE, signature);
    }

    function _transferDigest(uint256 value) private view returns (bytes32) {
        return _digest(_dollar.TRANSFER_WITH_AUTHORIZATION_TYPEHASH(), value, NONCE);
    }

    function _cancelDigest(bytes32 nonce) private view returns (bytes32) {
        return _typed(keccak256(abi.encode(_dollar.CANCEL_AUTHORIZATION_TYPEHASH(), _payer, nonce)));
    }

    function _digest(bytes32 typeHash, uint256 value, bytes32 nonce) private view returns (bytes32) {
        return _typed(keccak256(abi.encode(typeHash, _payer, PAYEE, value, 0, 2_000_000, nonce)));
    }

    function _typed(bytes32 structHash) private view returns (bytes32) {
        return keccak256(abi.encodePacked(hex"1901", _dollar.DOMAIN_SEPARATOR(), structHash));
    }
}
