// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Exclusive} from "./Exclusive.sol";
import {IERC3009, Tokens} from "./Tokens.sol";
import {ValidationRegistry} from "./ValidationRegistry.sol";

/// @title Escrow that a validated proof releases.
/// @notice A buyer locks the price of one answer of one model. The payee gets all of it if the validator that both agreed on says, by
/// the deadline, that the answer is proven; else the buyer gets all of it back. There is no third outcome, and nobody else, and no
/// owner, can take, hold or divert the money.
/// @dev An escrow is its terms: its identity is their EIP-712 hash, and whoever acts on it brings them along. Once locked it ends
/// exactly once. After the deadline, whether it is released or refunded is settled by the registry and not by who calls first:
///     validated  ⇔  response ≥ threshold, and no less since the deadline or before,
/// releases, and everything else refunds. The validator has the word until somebody releases, and anyone can as soon as it has given
/// it: an answer it takes back, or first gives or raises after the deadline, does not count.
///
/// The money is pushed, not pulled: an escrow pays one party, once, and that transfer is all the call does, so a party that cannot
/// receive stops nobody but itself; the escrow then waits as it is, with the same outcome. Nothing is left between two states.
contract ProofEscrow is Exclusive {
    /// @notice What is bought, and what it takes to be paid for it.
    /// @param buyer Who pays, and who is refunded.
    /// @param payee Who is paid.
    /// @param validator Whose answer in the registry counts.
    /// @param agentId The agent whose answer is validated; its owner asks the validator.
    /// @param modelId The model, by its digest.
    /// @param requestDigest What was asked of it, by its digest.
    /// @param price Token units.
    /// @param deadline The last second, in Unix time, by which it must be validated; a refund is possible after it.
    /// @param threshold The least answer that counts as proven, 1 to 100.
    /// @param salt Makes two escrows of the same terms different.
    struct Terms {
        address buyer;
        address payee;
        address validator;
        uint256 agentId;
        bytes32 modelId;
        bytes32 requestDigest;
        uint128 price;
        uint40 deadline;
        uint8 threshold;
        bytes32 salt;
    }

    /// @notice How far an escrow is. It is locked once and ends once.
    enum State {
        None,
        Locked,
        Released,
        Refunded
    }

    /// @notice EIP-712 type hash of the terms.
    bytes32 public constant TERMS_TYPEHASH = keccak256(
        "Terms(address buyer,address payee,address validator,uint256 agentId,bytes32 modelId,bytes32 requestDigest,uint128 price,uint40 deadline,uint8 threshold,bytes32 salt)"
    );
    bytes32 private constant DOMAIN_TYPEHASH =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");

    /// @notice The token that everything is paid in.
    address public immutable token;
    /// @notice Where validators answer.
    ValidationRegistry public immutable registry;
    /// @notice How far each escrow is.
    mapping(bytes32 escrowId => State) public stateOf;

    /// @notice Money was locked. `requestHash` is what the agent's owner requests of the validator.
    event Locked(bytes32 indexed escrowId, address indexed buyer, address indexed payee, bytes32 requestHash, Terms terms);
    /// @notice The proof was validated and the payee paid.
    event Released(bytes32 indexed escrowId, address indexed payee, uint256 amount, uint8 response);
    /// @notice The buyer has its money back; `declined` if the payee gave it up, else because the deadline passed without proof.
    event Refunded(bytes32 indexed escrowId, address indexed buyer, uint256 amount, bool declined);

    /// @notice The token has no code.
    error TokenUnknown(address token);
    /// @notice The registry has no code.
    error RegistryUnknown(address registry);
    /// @notice The price is zero, a party is missing or is this contract, or the threshold is not from 1 to 100.
    error TermsInvalid();
    /// @notice The deadline has passed already.
    error DeadlinePassed(uint256 deadline, uint256 timestamp);
    /// @notice The deadline has not passed.
    error DeadlineNotPassed(uint256 deadline, uint256 timestamp);
    /// @notice Only `buyer` may do this.
    error NotBuyer(address buyer, address caller);
    /// @notice Only `payee` may do this.
    error NotPayee(address payee, address caller);
    /// @notice These terms were locked before.
    error EscrowExists(bytes32 escrowId);
    /// @notice The escrow is not locked: it never was, or it has ended.
    error NotLocked(bytes32 escrowId, State state);
    /// @notice The validator's answer is not good enough, or came too late; `since` is zero if there is none.
    error NotValidated(bytes32 escrowId, uint8 response, uint256 since);
    /// @notice The validator's answer is good: the money is the payee's.
    error Validated(bytes32 escrowId, uint8 response, uint256 since);
    /// @notice The token delivered another amount than was sent: it charges on transfer and is refused.
    error FeeOnTransfer(uint256 sent, uint256 received);

    /// @param token_ The token that everything is paid in: ERC-20, no fee on transfer, balances that move by transfers alone.
    /// @param registry_ Where validators answer.
    constructor(address token_, ValidationRegistry registry_) {
        if (token_.code.length == 0) revert TokenUnknown(token_);
        if (address(registry_).code.length == 0) revert RegistryUnknown(address(registry_));
        token = token_;
        registry = registry_;
    }

    /// @notice Locks the price out of the caller's allowance. For the buyer.
    /// @return escrowId The terms' EIP-712 hash.
    function lock(Terms calldata terms) external exclusive returns (bytes32 escrowId) {
        if (msg.sender != terms.buyer) revert NotBuyer(terms.buyer, msg.sender);
        escrowId = _open(terms);
        uint256 held = Tokens.held(token);
        Tokens.pull(token, terms.buyer, terms.price);
        _requireArrived(held, terms.price);
    }

    /// @notice Locks the price by EIP-3009's `ReceiveWithAuthorization`, which the buyer signed to this contract with the terms' hash
    /// as its nonce: it pays for these terms and for nothing else, whoever submits it.
    /// @param validAfter As signed, in Unix seconds.
    /// @param validBefore As signed, in Unix seconds.
    /// @param signature The buyer's, as the token takes it.
    /// @return escrowId The terms' EIP-712 hash.
    function lockWithAuthorization(Terms calldata terms, uint256 validAfter, uint256 validBefore, bytes calldata signature)
        external
        exclusive
        returns (bytes32 escrowId)
    {
        escrowId = _open(terms);
        uint256 held = Tokens.held(token);
        IERC3009(token).receiveWithAuthorization(
            terms.buyer, address(this), terms.price, validAfter, validBefore, escrowId, signature
        );
        _requireArrived(held, terms.price);
    }

    /// @notice Pays the payee if the proof is validated. Anyone may.
    function release(Terms calldata terms) external exclusive {
        bytes32 escrowId = _requireLocked(terms);
        (bool validated, uint8 response, uint256 since) = _validation(escrowId, terms);
        if (!validated) revert NotValidated(escrowId, response, since);
        stateOf[escrowId] = State.Released;
        emit Released(escrowId, terms.payee, terms.price, response);
        Tokens.send(token, terms.payee, terms.price);
    }

    /// @notice Pays the buyer back after the deadline if the proof is not validated. Anyone may.
    function refund(Terms calldata terms) external exclusive {
        bytes32 escrowId = _requireLocked(terms);
        if (block.timestamp <= terms.deadline) revert DeadlineNotPassed(terms.deadline, block.timestamp);
        (bool validated, uint8 response, uint256 since) = _validation(escrowId, terms);
        if (validated) revert Validated(escrowId, response, since);
        _refund(escrowId, terms, false);
    }

    /// @notice Pays the buyer back because the payee gives the money up, at any time. For the payee.
    function decline(Terms calldata terms) external exclusive {
        if (msg.sender != terms.payee) revert NotPayee(terms.payee, msg.sender);
        _refund(_requireLocked(terms), terms, true);
    }

    /// @notice The identity of the escrow of these terms on this chain and contract: their EIP-712 hash.
    function escrowIdOf(Terms calldata terms) public view returns (bytes32) {
        bytes32 domain = keccak256(
            abi.encode(
                DOMAIN_TYPEHASH, keccak256("Counterfoil Proof Escrow"), keccak256("1"), block.chainid, address(this)
            )
        );
        return keccak256(abi.encodePacked(hex"1901", domain, keccak256(abi.encode(TERMS_TYPEHASH, terms))));
    }

    /// @notice What has to be requested of the validator: the registry's hash of a request whose payload is this escrow.
    function requestHashOf(Terms calldata terms) external view returns (bytes32) {
        return _requestHash(escrowIdOf(terms), terms);
    }

    /// @notice Whether the payee has earned the price, as of now.
    function isValidated(Terms calldata terms) external view returns (bool validated) {
        (validated,,) = _validation(escrowIdOf(terms), terms);
    }

    /// @dev Before the money comes: an escrow that is entered twice, or whose money does not come, reverts as a whole.
    function _open(Terms calldata terms) private returns (bytes32 escrowId) {
        if (
            terms.price == 0 || terms.payee == address(0) || terms.payee == address(this) || terms.buyer == address(this)
                || terms.threshold == 0 || terms.threshold > registry.MAX_RESPONSE()
        ) revert TermsInvalid();
        if (block.timestamp > terms.deadline) revert DeadlinePassed(terms.deadline, block.timestamp);
        escrowId = escrowIdOf(terms);
        if (stateOf[escrowId] != State.None) revert EscrowExists(escrowId);
        stateOf[escrowId] = State.Locked;
        bytes32 requestHash = registry.bindRequest(terms.validator, terms.agentId, escrowId, 0);
        emit Locked(escrowId, terms.buyer, terms.payee, requestHash, terms);
    }

    function _requireArrived(uint256 held, uint256 price) private view {
        uint256 received = Tokens.held(token) - held;
        if (received != price) revert FeeOnTransfer(price, received);
    }

    function _requireLocked(Terms calldata terms) private view returns (bytes32 escrowId) {
        escrowId = escrowIdOf(terms);
        if (stateOf[escrowId] != State.Locked) revert NotLocked(escrowId, stateOf[escrowId]);
    }

    /// @dev The hash is made from the terms again, so that it is this escrow's, this validator's and this agent's answer.
    function _validation(bytes32 escrowId, Terms calldata terms)
        private
        view
        returns (bool validated, uint8 response, uint256 since)
    {
        (response, since) = registry.responseSince(_requestHash(escrowId, terms));
        validated = since != 0 && since <= terms.deadline && response >= terms.threshold;
    }

    function _requestHash(bytes32 escrowId, Terms calldata terms) private view returns (bytes32) {
        return registry.requestHashOf(terms.validator, terms.agentId, escrowId, 0);
    }

    function _refund(bytes32 escrowId, Terms calldata terms, bool declined) private {
        stateOf[escrowId] = State.Refunded;
        emit Refunded(escrowId, terms.buyer, terms.price, declined);
        Tokens.send(token, terms.buyer, terms.price);
    }
}
