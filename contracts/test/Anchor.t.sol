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

    function test_the_head_rolls_over_every_checkpoint() public {
        bytes32 head = _anchored(PUBLISHER, 0, "empty");
        vm.assertEq(head, keccak256(abi.encode(bytes32(0), uint64(0), bytes32("empty"))), "first head");
        bytes32 next = keccak256(abi.encode(head, uint64(7), bytes32("seven")));
        vm.expectEmit();
        emit Anchor.Anchored(PUBLISHER, LOG, 7, "seven", next);
        vm.assertEq(_anchored(PUBLISHER, 7, "seven"), next, "second head");

        Anchor.Latest memory latest = _anchor.latest(PUBLISHER, LOG);
        vm.assertEq(latest.size, 7, "size");
        vm.assertEq(latest.root, "seven", "root");
        vm.assertEq(latest.head, next, "head");
    }

    function test_a_log_does_not_shrink() public {
        _anchored(PUBLISHER, 7, "seven");
        vm.expectRevert(abi.encodeWithSelector(Anchor.SizeShrinks.selector, 7, 6));
        _anchored(PUBLISHER, 6, "six");
    }

    function test_one_size_has_one_root() public {
        _anchored(PUBLISHER, 7, "seven");
        _anchored(PUBLISHER, 7, "seven");
        vm.expectRevert(abi.encodeWithSelector(Anchor.RootDiffers.selector, 7, bytes32("seven"), bytes32("other")));
        _anchored(PUBLISHER, 7, "other");
    }

    function test_an_empty_log_has_one_root_too() public {
        _anchored(PUBLISHER, 0, "empty");
        vm.expectRevert(abi.encodeWithSelector(Anchor.RootDiffers.selector, 0, bytes32("empty"), bytes32("other")));
        _anchored(PUBLISHER, 0, "other");
    }

    function test_publishers_and_logs_do_not_touch_one_another() public {
        _anchored(PUBLISHER, 7, "seven");
        _anchored(address(0xb0b), 3, "three");
        vm.prank(PUBLISHER);
        _anchor.anchor("other log", 1, "one");
        vm.assertEq(_anchor.latest(PUBLISHER, LOG).size, 7, "size");
        vm.assertEq(_anchor.latest(address(0xb0b), LOG).size, 3, "size of the other publisher");
        vm.assertEq(_anchor.latest(PUBLISHER, "other log").size, 1, "size of the other log");
        vm.assertEq(_anchor.latest(PUBLISHER, "no log").head, 0, "no head");
    }

    function testFuzz_the_head_commits_to_the_whole_history(uint64[] memory steps, bytes32 salt) public {
        bytes32 head = 0;
        uint64 size = 0;
        for (uint256 i = 0; i < steps.length; i++) {
            size += uint64(bound(steps[i], 0, 1 << 40));
            bytes32 root = keccak256(abi.encode(size, salt));
            head = keccak256(abi.encode(head, size, root));
            vm.assertEq(_anchored(PUBLISHER, size, root), head, "head");
        }
        vm.assertEq(_anchor.latest(PUBLISHER, LOG).head, head, "latest head");
    }

    function _anchored(address publisher, uint64 size, bytes32 root) private returns (bytes32) {
        vm.prank(publisher);
        return _anchor.anchor(LOG, size, root);
    }
}
