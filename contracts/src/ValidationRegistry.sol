// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @notice The part of ERC-8004's Identity Registry that validation needs: an agent is an ERC-721 token.
interface IIdentityRegistry {
    function ownerOf(uint256 agentId) external view returns (address);
    function getApproved(uint256 agentId) external view returns (address);
    function isApprovedForAll(address owner, address operator) external view returns (bool);
}

/// @title Validation Registry of ERC-8004: agents ask for checks of their work, validators answer.
/// @notice The functions and events of the ERC (status Draft, text of January 2026), with one rule more: a request's hash is bound
/// to this chain and registry, the validator, the agent and a nonce, see `requestHashOf`, and it is bound before it is requested. So
/// no answer to one request is an answer to another, here or elsewhere, and nobody can register the hash of a stranger's request as
/// a request of its own.
/// @dev Differs from the ERC: the identity registry is set by the constructor, since there is no proxy to initialise; and `lastUpdate`
/// is zero until the first answer, so that an answer of 0 is not taken for none. The registry holds no money and has no owner.
contract ValidationRegistry {
    struct Status {
        address validator;
        bool requested;
        uint8 response;
        uint40 since;
        uint40 lastUpdate;
        uint256 agentId;
        bytes32 responseHash;
        string tag;
    }

    /// @notice The best answer; 0 is the worst.
    uint8 public constant MAX_RESPONSE = 100;
    /// @notice What distinguishes request hashes from every other hash.
    bytes32 public constant REQUEST_TYPEHASH = keccak256(
        "ValidationRequest(uint256 chainId,address registry,address validator,uint256 agentId,bytes32 payloadHash,uint256 nonce)"
    );

    IIdentityRegistry private immutable _identities;
    mapping(bytes32 requestHash => Status) private _status;
    mapping(uint256 agentId => bytes32[]) private _ofAgent;
    mapping(address validator => bytes32[]) private _ofValidator;

    /// @notice A request hash was bound: it is now that of this request and of no other.
    event RequestBound(
        bytes32 indexed requestHash, address indexed validatorAddress, uint256 indexed agentId, bytes32 payloadHash, uint256 nonce
    );
    /// @notice ERC-8004: an agent asks for a validation.
    event ValidationRequest(
        address indexed validatorAddress, uint256 indexed agentId, string requestURI, bytes32 indexed requestHash
    );
    /// @notice ERC-8004: a validator answers.
    event ValidationResponse(
        address indexed validatorAddress,
        uint256 indexed agentId,
        bytes32 indexed requestHash,
        uint8 response,
        string responseURI,
        bytes32 responseHash,
        string tag
    );

    /// @notice There is no identity registry at this address.
    error IdentityRegistryUnknown(address identityRegistry);
    /// @notice The zero address cannot validate.
    error ValidatorMissing();
    /// @notice The hash was not bound to this validator and agent.
    error RequestUnbound(bytes32 requestHash, address validator, uint256 agentId);
    /// @notice This was requested before.
    error RequestExists(bytes32 requestHash);
    /// @notice Nothing was requested under this hash.
    error RequestUnknown(bytes32 requestHash);
    /// @notice Only the agent's owner and who it has approved may ask for validations.
    error NotAgent(uint256 agentId, address caller);
    /// @notice Only the validator that was asked may answer.
    error NotValidator(address validator, address caller);
    /// @notice Answers are from 0 to 100.
    error ResponseOutOfRange(uint8 response);

    /// @param identityRegistry ERC-8004's Identity Registry (ERC-721) that knows who owns an agent.
    constructor(address identityRegistry) {
        if (identityRegistry.code.length == 0) revert IdentityRegistryUnknown(identityRegistry);
        _identities = IIdentityRegistry(identityRegistry);
    }

    /// @notice ERC-8004: the identity registry that agents are registered in.
    function getIdentityRegistry() external view returns (address) {
        return address(_identities);
    }

    /// @notice The hash that names a request on this chain and in this registry.
    /// @param payloadHash What is to be validated: keccak256 of the request's payload, or another commitment to it.
    /// @param nonce Makes two requests for the same payload different.
    function requestHashOf(address validatorAddress, uint256 agentId, bytes32 payloadHash, uint256 nonce)
        public
        view
        returns (bytes32)
    {
        return keccak256(
            abi.encode(REQUEST_TYPEHASH, block.chainid, address(this), validatorAddress, agentId, payloadHash, nonce)
        );
    }

    /// @notice Binds the hash of a request, which the agent can then make. Anyone may: whoever pays for the work can fix what is to
    /// be validated before the agent begins. To bind again what is bound changes nothing.
    /// @return requestHash As `requestHashOf` gives it.
    function bindRequest(address validatorAddress, uint256 agentId, bytes32 payloadHash, uint256 nonce)
        external
        returns (bytes32 requestHash)
    {
        if (validatorAddress == address(0)) revert ValidatorMissing();
        requestHash = requestHashOf(validatorAddress, agentId, payloadHash, nonce);
        Status storage s = _status[requestHash];
        if (s.validator != address(0)) return requestHash;
        s.validator = validatorAddress;
        s.agentId = agentId;
        emit RequestBound(requestHash, validatorAddress, agentId, payloadHash, nonce);
    }

    /// @notice ERC-8004: asks for a validation. For the agent's owner and who it has approved.
    /// @param requestURI Where the validator finds all it needs.
    /// @param requestHash Bound to this validator and agent before.
    function validationRequest(address validatorAddress, uint256 agentId, string calldata requestURI, bytes32 requestHash) external {
        if (validatorAddress == address(0)) revert ValidatorMissing();
        Status storage s = _status[requestHash];
        if (s.validator != validatorAddress || s.agentId != agentId) revert RequestUnbound(requestHash, validatorAddress, agentId);
        if (s.requested) revert RequestExists(requestHash);
        address owner = _identities.ownerOf(agentId);
        if (
            msg.sender != owner && !_identities.isApprovedForAll(owner, msg.sender)
                && _identities.getApproved(agentId) != msg.sender
        ) revert NotAgent(agentId, msg.sender);
        s.requested = true;
        _ofAgent[agentId].push(requestHash);
        _ofValidator[validatorAddress].push(requestHash);
        emit ValidationRequest(validatorAddress, agentId, requestURI, requestHash);
    }

    /// @notice ERC-8004: answers a request. For the validator that was asked, as often as it learns more; the last answer counts.
    /// @param response From 0, failed, to 100, passed.
    /// @param responseURI Where the evidence is; may be empty.
    /// @param responseHash Commitment to the evidence; may be zero.
    /// @param tag The validator's own words for the kind of answer; may be empty.
    function validationResponse(
        bytes32 requestHash,
        uint8 response,
        string calldata responseURI,
        bytes32 responseHash,
        string calldata tag
    ) external {
        Status storage s = _requested(requestHash);
        if (msg.sender != s.validator) revert NotValidator(s.validator, msg.sender);
        if (response > MAX_RESPONSE) revert ResponseOutOfRange(response);
        if (s.lastUpdate == 0 || response > s.response) s.since = uint40(block.timestamp);
        s.response = response;
        s.lastUpdate = uint40(block.timestamp);
        s.responseHash = responseHash;
        s.tag = tag;
        emit ValidationResponse(s.validator, s.agentId, requestHash, response, responseURI, responseHash, tag);
    }

    /// @notice ERC-8004: the last answer to a request.
    /// @return validatorAddress Who was asked.
    /// @return agentId Whose work it is.
    /// @return response From 0 to 100; meaningless while `lastUpdate` is zero.
    /// @return responseHash Commitment to the evidence.
    /// @return tag The validator's word for the kind of answer.
    /// @return lastUpdate When it was given, in Unix seconds; zero if there is no answer yet.
    function getValidationStatus(bytes32 requestHash)
        external
        view
        returns (
            address validatorAddress, uint256 agentId, uint8 response, bytes32 responseHash, string memory tag, uint256 lastUpdate
        )
    {
        Status storage s = _requested(requestHash);
        return (s.validator, s.agentId, s.response, s.responseHash, s.tag, s.lastUpdate);
    }

    /// @notice The answer to a request and since when it has been no less, however often the validator spoke.
    /// @return response From 0 to 100.
    /// @return since Unix seconds; zero if there is no answer, or no such request.
    function responseSince(bytes32 requestHash) external view returns (uint8 response, uint256 since) {
        Status storage s = _status[requestHash];
        return (s.response, s.since);
    }

    /// @notice ERC-8004: how many of an agent's requests were answered, and their mean answer, rounded down.
    /// @param validatorAddresses Whose answers count; empty for everybody's, which agents can make up.
    /// @param tag Only answers so tagged; empty for all.
    function getSummary(uint256 agentId, address[] calldata validatorAddresses, string calldata tag)
        external
        view
        returns (uint64 count, uint8 averageResponse)
    {
        bytes32[] storage hashes = _ofAgent[agentId];
        bytes32 tagHash = keccak256(bytes(tag));
        uint256 sum;
        for (uint256 i = 0; i < hashes.length; i++) {
            Status storage s = _status[hashes[i]];
            if (s.lastUpdate == 0 || !_isAmong(s.validator, validatorAddresses)) continue;
            if (bytes(tag).length != 0 && keccak256(bytes(s.tag)) != tagHash) continue;
            count++;
            sum += s.response;
        }
        if (count != 0) averageResponse = uint8(sum / count);
    }

    /// @notice ERC-8004: the requests of an agent, oldest first.
    function getAgentValidations(uint256 agentId) external view returns (bytes32[] memory requestHashes) {
        return _ofAgent[agentId];
    }

    /// @notice ERC-8004: the requests that name a validator, oldest first. Any agent can add to them.
    function getValidatorRequests(address validatorAddress) external view returns (bytes32[] memory requestHashes) {
        return _ofValidator[validatorAddress];
    }

    function _requested(bytes32 requestHash) private view returns (Status storage s) {
        s = _status[requestHash];
        if (!s.requested) revert RequestUnknown(requestHash);
    }

    function _isAmong(address validator, address[] calldata validators) private pure returns (bool) {
        if (validators.length == 0) return true;
        for (uint256 i = 0; i < validators.length; i++) {
            if (validators[i] == validator) return true;
        }
        return false;
    }
}
