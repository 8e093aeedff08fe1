// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Anchor} from "../src/Anchor.sol";
import {Test} from "./Test.sol";

contract AnchorTest is Test {
    Anchor private _anchor;
    bytes32 private constant LOG = "log";
    address private constant PUBLISHER = address(0xa11ce);

    function setUp() public {
        _anchor = new Anchor();
    }

    /// @dev The head after a checkpoint, as the contract's documentation has it.
    function _after(bytes32 previous, uint64 size, bytes32 root) private pure returns (bytes32) {
        return bytes32((uint256(keccak256(abi.encode(previous, size, root))) >> 48 << 48) + size);
    }

    function test_the_head_rolls_over_every_checkpoint() public {
        bytes32 head = _anchored(PUBLISHER, 0, "empty");
        vm.assertEq(head, _after(0, 0, "empty"), "first head");
        bytes32 next = _after(head, 7, "seven");
        vm.expectEmit();
        emit Anchor.Anchored(PUBLISHER, LOG, "seven", next);
        vm.assertEq(_anchored(PUBLISHER, 7, "seven"), next, "second head");

        (uint64 size, bytes32 latest) = _anchor.latest(PUBLISHER, LOG);
        vm.assertEq(size, 7, "size");
        vm.assertEq(latest, next, "head");
    }

    function test_a_log_does_not_shrink() public {
        _anchored(PUBLISHER, 7, "seven");
        vm.expectRevert(abi.encodeWithSelector(Anchor.SizeDoesNotGrow.selector, 7, 6));
        _anchored(PUBLISHER, 6, "six");
    }

    function test_one_size_has_one_root() public {
        _anchored(PUBLISHER, 7, "seven");
        vm.expectRevert(abi.encodeWithSelector(Anchor.SizeDoesNotGrow.selector, 7, 7));
        _anchored(PUBLISHER, 7, "other");
    }

    function test_an_empty_log_has_one_root_too() public {
        _anchored(PUBLISHER, 0, "empty");
        vm.expectRevert(abi.encodeWithSelector(Anchor.SizeDoesNotGrow.selector, 0, 0));
        _anchored(PUBLISHER, 0, "other");
    }

    function test_a_size_does_not_run_into_the_digest() public {
        _anchored(PUBLISHER, type(uint48).max, "largest");
        (uint64 size,) = _anchor.latest(PUBLISHER, LOG);
        vm.assertEq(size, type(uint48).max, "size");
        vm.expectRevert(abi.encodeWithSelector(Anchor.SizeTooLarge.selector, 1 << 48));
        _anchored(PUBLISHER, 1 << 48, "too large");
    }

    function test_publishers_and_logs_do_not_touch_one_another() public {
        _anchored(PUBLISHER, 7, "seven");
        _anchored(address(0xb0b), 3, "three");
        vm.prank(PUBLISHER);
        _anchor.anchor("other log", 1, "one");
        vm.assertEq(_size(PUBLISHER, LOG), 7, "size");
        vm.assertEq(_size(address(0xb0b), LOG), 3, "size of the other publisher");
        vm.assertEq(_size(PUBLISHER, "other log"), 1, "size of the other log");
        (uint64 size, bytes32 head) = _anchor.latest(PUBLISHER, "no log");
        vm.assertEq(size, 0, "no size");
        vm.assertEq(head, 0, "no head");
    }

    function testFuzz_the_head_commits_to_the_whole_history(uint64[] memory steps, bytes32 salt) public {
        bytes32 head = 0;
        uint64 size = 0;
        for (uint256 i = 0; i < steps.length; i++) {
            uint64 step = uint64(bound(steps[i], 0, 1 << 40));
            bytes32 root = keccak256(abi.encode(size + step, salt));
            if (step == 0 && head != 0) {
                vm.expectRevert(abi.encodeWithSelector(Anchor.SizeDoesNotGrow.selector, size, size));
                _anchored(PUBLISHER, size, root);
                continue;
            }
            size += step;
            head = _after(head, size, root);
            vm.assertEq(_anchored(PUBLISHER, size, root), head, "head");
        }
        (, bytes32 latest) = _anchor.latest(PUBLISHER, LOG);
        vm.assertEq(latest, head, "latest head");
    }

    function _size(address publisher, bytes32 logId) private view returns (uint64 size) {
        (size,) = _anchor.latest(publisher, logId);
    }

    function _anchored(address publisher, uint64 size, bytes32 root) private returns (bytes32) {
        vm.prank(publisher);
        _anchor.anchor(LOG, size, root);
        (, bytes32 head) = _anchor.latest(publisher, LOG);
        return head;
    }
}
