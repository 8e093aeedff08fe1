// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ChannelTypes} from "../src/ChannelTypes.sol";
import {Channels} from "./Channels.sol";

/// @notice What each action on channels costs as a transaction of its own. The figures are written to snapshots/.
/// forge-config: default.isolate = true
contract ChannelGasTest is Channels {
    function test_gas_of_a_channel() public {
        (ChannelTypes.ChannelConfig memory config, bytes32 id) = funded(1, 1000);
        vm.snapshotGasLastCall("BatchSettlement", "deposit by EIP-3009, first");
        deposit(config, 1, 1000);
        vm.snapshotGasLastCall("BatchSettlement", "deposit by EIP-3009, next");
        dollar.mint(payer(1), 1000);
        vm.prank(payer(1));
        dollar.approve(address(permit2), NEVER);
        bytes memory data = abi.encode(1, NEVER, permitted(id, 1, address(dollar), 1000, 1, NEVER), "");
        settlement.deposit(config, 1000, address(byPermit2), data);
        vm.snapshotGasLastCall("BatchSettlement", "deposit by Permit2");
        claimed(config, 1, 100);
        vm.snapshotGasLastCall("BatchSettlement", "claim, first of a receiver");
        settlement.settle(RECEIVER, address(dollar));
        vm.snapshotGasLastCall("BatchSettlement", "settle, first of a receiver");
        claimed(config, 1, 200);
        vm.snapshotGasLastCall("BatchSettlement", "claim, next");
        settlement.settle(RECEIVER, address(dollar));
        vm.snapshotGasLastCall("BatchSettlement", "settle, next");
        vm.prank(payer(1));
        settlement.initiateWithdraw(config, 100);
        vm.snapshotGasLastCall("BatchSettlement", "initiateWithdraw");
        vm.warp(START + DELAY);
        vm.prank(payer(1));
        settlement.finalizeWithdraw(config);
        vm.snapshotGasLastCall("BatchSettlement", "finalizeWithdraw");
        vm.prank(RECEIVER);
        settlement.refund(config, 100);
        vm.snapshotGasLastCall("BatchSettlement", "refund, first of a channel");
        bytes memory sig = signed(AUTHORIZER, settlement.getRefundDigest(id, 1, 100));
        settlement.refundWithSignature(config, 100, 1, sig);
        vm.snapshotGasLastCall("BatchSettlement", "refundWithSignature, next");
    }

    /// @dev The steady state: receiver and channels have claimed before.
    function test_gas_of_a_sweep() public {
        uint256 one = _batch(1, "claimWithSignature, 1 channel");
        uint256 many = _batch(21, "claimWithSignature, 21 channels");
        // What every further channel costs, all in: calldata, signature, storage, event.
        vm.assertLe((many - one) / 20, 21_000, "gas for each channel claimed");
        settlement.settle(RECEIVER, address(dollar));
    }

    function _batch(uint256 count, string memory name) private returns (uint256) {
        ChannelTypes.VoucherClaim[] memory claims = new ChannelTypes.VoucherClaim[](count);
        for (uint256 i = 0; i < count; i++) {
            (ChannelTypes.ChannelConfig memory config,) = funded(100 * count + i, 1_000_000);
            claimed(config, 100 * count + i, 100_000);
            claims[i] = claimOf(config, 100 * count + i, 300_000, 250_000);
        }
        bytes memory sig = signed(AUTHORIZER, settlement.getClaimBatchDigest(claims));
        vm.prank(RELAY);
        settlement.claimWithSignature(claims, sig);
        return vm.snapshotGasLastCall("BatchSettlement", name);
    }
}
