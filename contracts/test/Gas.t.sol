// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Anchor} from "../src/Anchor.sol";
import {LeaseEscrow} from "../src/LeaseEscrow.sol";
import {Market} from "./Market.sol";

/// @notice What each action costs as a transaction of its own. The figures are written to snapshots/.
/// forge-config: default.isolate = true
contract GasTest is Market {
    function test_gas_of_an_anchor() public {
        Anchor anchor = new Anchor();
        // Words without a zero byte, which would be cheaper.
        anchor.anchor(keccak256("log"), 0x111111111111, keccak256("root"));
        vm.snapshotGasLastCall("Anchor", "anchor, first");
        anchor.anchor(keccak256("log"), 0x222222222222, keccak256("next"));
        uint256 gas = vm.snapshotGasLastCall("Anchor", "anchor, next");
        vm.assertLe(gas, 30_000, "a checkpoint");
    }

    function test_gas_of_a_dollar() public {
        vm.prank(TENANT);
        dollar.transfer(provider(1), 1);
        vm.prank(TENANT);
        dollar.transfer(provider(1), 1);
        vm.snapshotGasLastCall("TestDollar", "transfer");
        bytes32 typeHash = dollar.TRANSFER_WITH_AUTHORIZATION_TYPEHASH();
        bytes32 structHash = keccak256(abi.encode(typeHash, provider(1), TENANT, 1, 0, NEVER, bytes32("nonce")));
        bytes memory sig = signed(key(1), keccak256(abi.encodePacked(hex"1901", dollar.DOMAIN_SEPARATOR(), structHash)));
        dollar.transferWithAuthorization(provider(1), TENANT, 1, 0, NEVER, "nonce", sig);
        vm.snapshotGasLastCall("TestDollar", "transferWithAuthorization");
        structHash = keccak256(abi.encode(dollar.PERMIT_TYPEHASH(), provider(1), TENANT, 7, 0, NEVER));
        sig = signed(key(1), keccak256(abi.encodePacked(hex"1901", dollar.DOMAIN_SEPARATOR(), structHash)));
        dollar.permit(provider(1), TENANT, 7, NEVER, sig);
        vm.snapshotGasLastCall("TestDollar", "permit");
    }

    function test_gas_of_a_lease() public {
        uint256 orderId = placed(9 * ONE);
        vm.snapshotGasLastCall("LeaseEscrow", "placeOrder");
        uint256 accountId = opened(1000);
        vm.snapshotGasLastCall("LeaseEscrow", "openAccount with a deposit");
        LeaseEscrow.Bid memory bid = bidOf(orderId, 1, 7 * ONE);
        bytes memory sig = signature(bid, 1);
        accepted(bid, sig, accountId);
        vm.snapshotGasLastCall("LeaseEscrow", "acceptBid");
        vm.warp(START + 10);
        vm.prank(TENANT);
        escrow.deposit(accountId, 100);
        vm.snapshotGasLastCall("LeaseEscrow", "deposit");
        vm.prank(provider(1));
        escrow.withdraw(1);
        vm.snapshotGasLastCall("LeaseEscrow", "withdraw, first");
        vm.warp(START + 20);
        vm.prank(provider(1));
        escrow.withdraw(1);
        vm.snapshotGasLastCall("LeaseEscrow", "withdraw, next");
        closed(1, 1);
        vm.snapshotGasLastCall("LeaseEscrow", "closeLease");
        refunded(accountId);
        vm.snapshotGasLastCall("LeaseEscrow", "refund");
        vm.prank(TENANT);
        escrow.closeOrder(orderId);
        vm.snapshotGasLastCall("LeaseEscrow", "closeOrder");
    }

    function test_gas_of_the_dearest_exit() public {
        uint256 accountId = opened(1000);
        for (uint256 i = 0; i < 16; i++) leased(accountId, i, (i + 3) * ONE / 2);
        vm.warp(START + 100_000);
        vm.prank(provider(15));
        escrow.withdraw(16);
        vm.snapshotGasLastCall("LeaseEscrow", "withdraw that ends 16 exhausted leases");
    }
}
