// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ProofEscrow} from "../src/ProofEscrow.sol";
import {Escrows} from "./Escrows.sol";

/// @notice What each action on proof escrows and validations costs as a transaction of its own. The figures are written to snapshots/.
/// forge-config: default.isolate = true
contract EscrowGasTest is Escrows {
    function test_gas_of_a_proven_answer() public {
        locked(1000);
        (ProofEscrow.Terms memory terms,) = locked(1000);
        vm.snapshotGasLastCall("ProofEscrow", "lock");
        bytes32 hash = requested(terms);
        vm.snapshotGasLastCall("ValidationRegistry", "validationRequest, first");
        vm.prank(VALIDATOR);
        registry.validationResponse(hash, 100, "https://validator.example/evidence", "digest", "zk");
        vm.snapshotGasLastCall("ValidationRegistry", "validationResponse, first");
        escrow.release(terms);
        vm.snapshotGasLastCall("ProofEscrow", "release, first of a payee");
        registry.bindRequest(VALIDATOR, agentId, "payload", 0);
        vm.snapshotGasLastCall("ValidationRegistry", "bindRequest");
        (terms,) = locked(1000);
        vm.prank(PAYEE);
        escrow.decline(terms);
        vm.snapshotGasLastCall("ProofEscrow", "decline");
        (terms,) = locked(1000);
        vm.warp(DEADLINE + 1);
        escrow.refund(terms);
        vm.snapshotGasLastCall("ProofEscrow", "refund");
    }
}
