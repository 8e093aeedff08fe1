// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @notice What a contract account answers about a signature made for it (ERC-1271).
interface IERC1271 {
    /// @return magic 0x1626ba7e if the account accepts `signature` over `hash`.
    function isValidSignature(bytes32 hash, bytes calldata signature) external view returns (bytes4 magic);
}

/// @title Who signed a digest: a key, or a contract that answers for itself.
library Signatures {
    // n/2 of secp256k1. For every signature (r, s) there is (r, n − s); only the lower one is accepted (EIP-2),
    // so that one authorisation has one encoding.
    uint256 private constant HALF_ORDER = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0;

    /// @notice Whether `signature` over `digest` is `signer`'s.
    /// @dev The key is asked first, the code second: an account that has both (EIP-7702) stays the key's own.
    /// @param signature 65 bytes r, s, v for a key; whatever the contract understands for a contract.
    function isValid(address signer, bytes32 digest, bytes memory signature) internal view returns (bool) {
        if (signer == address(0)) return false;
        if (signature.length == 65 && _recover(digest, signature) == signer) return true;
        if (signer.code.length == 0) return false;
        (bool success, bytes memory answer) =
            signer.staticcall(abi.encodeCall(IERC1271.isValidSignature, (digest, signature)));
        return success && answer.length >= 32
            && abi.decode(answer, (bytes32)) == bytes32(IERC1271.isValidSignature.selector);
    }

    /// @notice Whether the key of `signer` signed `digest`: no contract is asked.
    /// @param signature 65 bytes r, s, v, with the lower s.
    function isByKey(address signer, bytes32 digest, bytes memory signature) internal pure returns (bool) {
        return signer != address(0) && signature.length == 65 && _recover(digest, signature) == signer;
    }

    /// @dev The signing address, or zero where the signature is malformed, has a high s, or recovers to nothing.
    function _recover(bytes32 digest, bytes memory signature) private pure returns (address) {
        bytes32 r;
        bytes32 s;
        uint8 v;
        assembly ("memory-safe") {
            r := mload(add(signature, 0x20))
            s := mload(add(signature, 0x40))
            v := byte(0, mload(add(signature, 0x60)))
        }
        if (uint256(s) > HALF_ORDER || (v != 27 && v != 28)) return address(0);
        return ecrecover(digest, v, r, s);
    }
}
