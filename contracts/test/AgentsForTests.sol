// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";

/// @notice An identity registry as far as validation needs it: agents are ERC-721 tokens, numbered from 1, that anyone registers.
contract AgentsForTests is ERC721("Agents", "AGENT") {
    uint256 public count;

    function register() external returns (uint256 agentId) {
        agentId = ++count;
        _mint(msg.sender, agentId);
    }
}
