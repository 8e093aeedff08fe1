// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @notice What a binding must take: everything that an ABI can say.
library Elsewhere {
    struct Point { int8 x; int256 y; }
}

/// @title Everything.
/// @notice Not deployed: <its> ABI is "read" & bound.
contract Everything {
    enum Mood { Glad, Sad }
    struct Point { uint8 x; uint24 y; }
    struct Person { string name; address[] wallets; }
    struct Mail { Person from; Person[] to; bytes contents; Mood mood; bytes4 tag; uint48[2][] grid; }

    event Written(string indexed topic, uint256[] indexed numbers, Mail mail, bytes4 indexed tag);
    event Unnamed(address indexed, uint256);
    event Nameless(uint256 indexed a, bool indexed b, bytes32 indexed c, address indexed d, string e) anonymous;
    event Twice(uint256 x);
    event Twice(string x);
    error Wrong(Point here, Elsewhere.Point there);
    error Plain();

    constructor(Mail memory mail_, uint16 limit) payable {}

    /// @notice Sends a mail.
    /// @param mail The mail.
    /// @return sent Whether it went out.
    /// @return when Unix seconds.
    function send(Mail calldata mail) external returns (bool sent, int64 when) {}
    function send(Mail calldata mail, bytes calldata proof) external returns (bool sent, int64 when) {}
    function twice(uint256 x) external pure returns (uint256) {}
    function twice(string calldata x) external pure returns (string memory) {}
    function twice(Point calldata x) external pure returns (Point memory) {}
    function twice(uint256[3] calldata x) external pure returns (uint256[3] memory) {}
    function signed(int8 a, int64 b, int128 c, int256 d) external pure returns (int256) {}
    function far(Elsewhere.Point calldata p) external pure {}
    function class(uint256 namespace, uint256 record, uint256 event_, uint256 value, uint256 v, uint256 abi_) external {}
    function equals(uint256 equals_, uint256 getHashCode, uint256 toString, uint256 clone, uint256 equalsCall, uint256 a, uint256 A) external {}
    function unnamed(uint8, uint16, uint32, uint64) external pure returns (bytes3, bytes memory) {}
    function MAX_SIZE() external pure returns (uint256) {}
    function deep(Mail[][2] calldata mails) external pure returns (bytes32[][2][] memory) {}
    function $() external {}
    fallback() external payable {}
    receive() external payable {}
}
