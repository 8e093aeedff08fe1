// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @notice ERC-20 by the letter, for tokens that are not what they seem. It has EIP-3009's entry for payees, and asks for no signature.
abstract contract LooseToken {
    mapping(address account => uint256) public balanceOf;
    mapping(address owner => mapping(address spender => uint256)) public allowance;

    function mint(address to, uint256 value) external {
        balanceOf[to] += value;
    }

    function approve(address spender, uint256 value) external returns (bool) {
        allowance[msg.sender][spender] = value;
        return true;
    }

    function transfer(address to, uint256 value) external virtual returns (bool) {
        _move(msg.sender, to, value);
        return true;
    }

    function transferFrom(address from, address to, uint256 value) external virtual returns (bool) {
        allowance[from][msg.sender] -= value;
        _move(from, to, value);
        return true;
    }

    function receiveWithAuthorization(address from, address to, uint256 value, uint256, uint256, bytes32, bytes calldata) external {
        require(to == msg.sender, "payee only");
        _move(from, to, value);
    }

    function _move(address from, address to, uint256 value) internal virtual {
        balanceOf[from] -= value;
        balanceOf[to] += value;
    }
}

/// @notice Keeps one unit in a hundred of what is transferred.
contract FeeToken is LooseToken {
    function _move(address from, address to, uint256 value) internal override {
        balanceOf[from] -= value;
        balanceOf[to] += value - value / 100;
    }
}

/// @notice Answers nothing where ERC-20 says true, as some large tokens do.
contract SilentToken is LooseToken {
    function transfer(address to, uint256 value) external override returns (bool) {
        _move(msg.sender, to, value);
        assembly {
            return(0, 0)
        }
    }
}

/// @notice Says false where others revert, and moves nothing.
contract RefusingToken is LooseToken {
    function transfer(address, uint256) external pure override returns (bool) {
        return false;
    }
}

/// @notice Calls back in the middle of a transfer, once, and remembers how that went.
contract ReentrantToken is LooseToken {
    address private _target;
    bytes private _data;
    bool public attempted;
    bool public succeeded;
    bytes public answer;

    function arm(address target, bytes calldata data) external {
        (_target, _data, attempted) = (target, data, false);
    }

    function _move(address from, address to, uint256 value) internal override {
        balanceOf[from] -= value;
        if (_target != address(0) && !attempted) {
            attempted = true;
            (succeeded, answer) = _target.call(_data);
        }
        balanceOf[to] += value;
    }
}
