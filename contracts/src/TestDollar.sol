// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Signatures} from "./Signatures.sol";

/// @title Test Dollar: a token for tests and demonstrations. It is not money.
/// @notice ERC-20 with six decimals, EIP-3009 transfers by signed authorisation and EIP-2612 allowances by signature, shaped
/// like the dollar tokens that payment protocols expect. Whoever deployed it mints as much as it likes, so no amount of it is worth anything.
contract TestDollar {
    /// @notice ERC-20 name; also the name of the EIP-712 domain.
    string public constant name = "Test Dollar";
    /// @notice ERC-20 symbol.
    string public constant symbol = "TUSD";
    /// @notice Version of the EIP-712 domain.
    string public constant version = "1";
    /// @notice A dollar is 1,000,000 units.
    uint8 public constant decimals = 6;

    /// @notice EIP-3009 type hash of a transfer anyone may submit.
    bytes32 public constant TRANSFER_WITH_AUTHORIZATION_TYPEHASH = keccak256(
        "TransferWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)"
    );
    /// @notice EIP-3009 type hash of a transfer only the payee may submit.
    bytes32 public constant RECEIVE_WITH_AUTHORIZATION_TYPEHASH = keccak256(
        "ReceiveWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)"
    );
    /// @notice EIP-3009 type hash of a cancellation.
    bytes32 public constant CANCEL_AUTHORIZATION_TYPEHASH =
        keccak256("CancelAuthorization(address authorizer,bytes32 nonce)");
    /// @notice EIP-2612 type hash of an allowance.
    bytes32 public constant PERMIT_TYPEHASH =
        keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");

    bytes32 private constant DOMAIN_TYPEHASH =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");

    /// @notice The only account that may mint: the deployer.
    address public immutable faucet;
    /// @notice Units in existence.
    uint256 public totalSupply;
    /// @notice Units an account holds.
    mapping(address account => uint256) public balanceOf;
    /// @notice Units that `spender` may still move from `owner`.
    mapping(address owner => mapping(address spender => uint256)) public allowance;
    /// @notice EIP-3009: whether an authoriser's nonce was used or cancelled.
    mapping(address authorizer => mapping(bytes32 nonce => bool)) public authorizationState;

    /// @notice EIP-2612: the nonce of an owner's next permit; permits are used in order.
    mapping(address owner => uint256) public nonces;

    /// @notice ERC-20.
    event Transfer(address indexed from, address indexed to, uint256 value);
    /// @notice ERC-20.
    event Approval(address indexed owner, address indexed spender, uint256 value);
    /// @notice EIP-3009: an authorisation moved its money.
    event AuthorizationUsed(address indexed authorizer, bytes32 indexed nonce);
    /// @notice EIP-3009: an authorisation was cancelled unused.
    event AuthorizationCanceled(address indexed authorizer, bytes32 indexed nonce);

    /// @notice Only the faucet mints.
    error NotFaucet(address caller);
    /// @notice The account holds less than what is to be moved.
    error InsufficientBalance(address account, uint256 balance, uint256 value);
    /// @notice The spender's allowance is less than what is to be moved.
    error InsufficientAllowance(address owner, address spender, uint256 allowance, uint256 value);
    /// @notice Tokens sent to the zero address would be lost.
    error ZeroAddress();
    /// @notice The authorisation is valid only after `validAfter`.
    error AuthorizationNotYetValid(uint256 validAfter, uint256 timestamp);
    /// @notice The authorisation was valid only before `validBefore`.
    error AuthorizationExpired(uint256 validBefore, uint256 timestamp);
    /// @notice The nonce was used or cancelled before.
    error AuthorizationSpent(address authorizer, bytes32 nonce);
    /// @notice The permit was valid until `deadline`.
    error PermitExpired(uint256 deadline, uint256 timestamp);
    /// @notice The signature is not `signer`'s over this authorisation or permit, or its s is not the lower one.
    error InvalidSignature(address signer);
    /// @notice receiveWithAuthorization is submitted by the payee and nobody else.
    error CallerNotPayee(address payee, address caller);

    constructor() {
        faucet = msg.sender;
    }

    // ERC-20

    /// @notice Moves `value` units from the caller to `to`.
    function transfer(address to, uint256 value) external returns (bool) {
        _move(msg.sender, to, value);
        return true;
    }

    /// @notice Moves `value` units from `from` to `to`, out of the caller's allowance; the largest allowance never shrinks.
    function transferFrom(address from, address to, uint256 value) external returns (bool) {
        uint256 allowed = allowance[from][msg.sender];
        if (allowed != type(uint256).max) {
            if (allowed < value) revert InsufficientAllowance(from, msg.sender, allowed, value);
            allowance[from][msg.sender] = allowed - value;
        }
        _move(from, to, value);
        return true;
    }

    /// @notice Lets `spender` move up to `value` of the caller's units.
    function approve(address spender, uint256 value) external returns (bool) {
        _approve(msg.sender, spender, value);
        return true;
    }

    /// @notice Makes `value` units for `to`. Faucet only.
    function mint(address to, uint256 value) external {
        if (msg.sender != faucet) revert NotFaucet(msg.sender);
        if (to == address(0)) revert ZeroAddress();
        totalSupply += value;
        unchecked {
            balanceOf[to] += value; // not more than totalSupply
        }
        emit Transfer(address(0), to, value);
    }

    // EIP-3009

    /// @notice Executes a transfer that `from` signed. Anyone may submit it.
    /// @param validAfter Valid in blocks later than this time, in seconds.
    /// @param validBefore Valid in blocks earlier than this time, in seconds.
    /// @param nonce Any 32 bytes that `from` has not used.
    /// @param signature 65 bytes r, s, v; for a contract, what its isValidSignature takes.
    function transferWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        bytes memory signature
    ) public {
        _authorized(
            TRANSFER_WITH_AUTHORIZATION_TYPEHASH, from, to, value, validAfter, validBefore, nonce, signature
        );
    }

    /// @notice As above, with the signature in its parts.
    function transferWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external {
        transferWithAuthorization(from, to, value, validAfter, validBefore, nonce, abi.encodePacked(r, s, v));
    }

    /// @notice Executes a transfer that `from` signed for the caller: `to` submits it itself, so that nobody can
    /// run ahead of the contract call it is part of.
    function receiveWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        bytes memory signature
    ) public {
        if (to != msg.sender) revert CallerNotPayee(to, msg.sender);
        _authorized(RECEIVE_WITH_AUTHORIZATION_TYPEHASH, from, to, value, validAfter, validBefore, nonce, signature);
    }

    /// @notice As above, with the signature in its parts.
    function receiveWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external {
        receiveWithAuthorization(from, to, value, validAfter, validBefore, nonce, abi.encodePacked(r, s, v));
    }

    /// @notice Spends a nonce without moving money, as `authorizer` signed.
    function cancelAuthorization(address authorizer, bytes32 nonce, bytes memory signature) public {
        _spendNonce(authorizer, nonce);
        _requireSigned(authorizer, keccak256(abi.encode(CANCEL_AUTHORIZATION_TYPEHASH, authorizer, nonce)), signature);
        emit AuthorizationCanceled(authorizer, nonce);
    }

    /// @notice As above, with the signature in its parts.
    function cancelAuthorization(address authorizer, bytes32 nonce, uint8 v, bytes32 r, bytes32 s) external {
        cancelAuthorization(authorizer, nonce, abi.encodePacked(r, s, v));
    }

    // EIP-2612

    /// @notice Lets `spender` move up to `value` of `owner`'s units, as `owner` signed. Anyone may submit it.
    /// @param deadline The last second, in Unix time, in which it can be submitted.
    /// @param signature 65 bytes r, s, v; for a contract, what its isValidSignature takes.
    function permit(address owner, address spender, uint256 value, uint256 deadline, bytes memory signature) public {
        if (block.timestamp > deadline) revert PermitExpired(deadline, block.timestamp);
        _requireSigned(
            owner, keccak256(abi.encode(PERMIT_TYPEHASH, owner, spender, value, nonces[owner]++, deadline)), signature
        );
        _approve(owner, spender, value);
    }

    /// @notice As above, with the signature in its parts.
    function permit(address owner, address spender, uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s)
        external
    {
        permit(owner, spender, value, deadline, abi.encodePacked(r, s, v));
    }

    /// @notice EIP-712 domain separator on the chain this runs on.
    function DOMAIN_SEPARATOR() public view returns (bytes32) {
        return keccak256(
            abi.encode(DOMAIN_TYPEHASH, keccak256(bytes(name)), keccak256(bytes(version)), block.chainid, address(this))
        );
    }

    function _authorized(
        bytes32 typeHash,
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        bytes memory signature
    ) private {
        if (block.timestamp <= validAfter) revert AuthorizationNotYetValid(validAfter, block.timestamp);
        if (block.timestamp >= validBefore) revert AuthorizationExpired(validBefore, block.timestamp);
        _spendNonce(from, nonce);
        _requireSigned(
            from, keccak256(abi.encode(typeHash, from, to, value, validAfter, validBefore, nonce)), signature
        );
        emit AuthorizationUsed(from, nonce);
        _move(from, to, value);
    }

    function _spendNonce(address authorizer, bytes32 nonce) private {
        if (authorizationState[authorizer][nonce]) revert AuthorizationSpent(authorizer, nonce);
        authorizationState[authorizer][nonce] = true;
    }

    function _requireSigned(address signer, bytes32 structHash, bytes memory signature) private view {
        bytes32 digest = keccak256(abi.encodePacked(hex"1901", DOMAIN_SEPARATOR(), structHash));
        if (!Signatures.isValid(signer, digest, signature)) revert InvalidSignature(signer);
    }

    function _approve(address owner, address spender, uint256 value) private {
        if (spender == address(0)) revert ZeroAddress();
        allowance[owner][spender] = value;
        emit Approval(owner, spender, value);
    }

    function _move(address from, address to, uint256 value) private {
        if (to == address(0)) revert ZeroAddress();
        uint256 balance = balanceOf[from];
        if (balance < value) revert InsufficientBalance(from, balance, value);
        unchecked {
            balanceOf[from] = balance - value;
            balanceOf[to] += value; // the sum of all balances is totalSupply, which did not overflow
        }
        emit Transfer(from, to, value);
    }
}
