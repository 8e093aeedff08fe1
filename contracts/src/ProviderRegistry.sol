// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Exclusive} from "./Exclusive.sol";
import {Tokens} from "./Tokens.sol";

/// @title Providers of compute, what auditors say of them, and the stake that answers for them.
/// @notice A provider is the account that signs bids and answers challenges: a key on a machine. Its owner, who may be kept
/// cold, holds the stake. Stake answers for something once the provider puts a part of it into a bond; a bond names who may slash
/// it, whom it protects and until when, and no unit is in two bonds. What is not in a bond nobody but the owner can take,
/// and nobody can keep it here: there is no administrator, no pause, and no call by anyone else that a withdrawal waits for.
/// @dev
/// Let `staked` be what a provider has here and `encumbered` what its bonds hold. Leaving takes `unbondingDelay` after it was asked
/// for, and what leaves is at most staked − encumbered; until it has left it can be bonded and slashed like any other.
///
/// A bond ends at `until`, whoever does what: before, its slasher can slash it, once and whole; from then on nobody can, and anyone
/// may release it. A slasher that is broken or silent therefore holds nothing up for longer than the provider agreed to.
///
/// A limit is of what the provider's key can lose, not only of what it can have in bonds at a time: a slash uses it up, and only the owner
/// gives it back. Else whoever stole the key could be the beneficiary and the informer of one bond after the other, until all is gone.
///
/// Of a slashed bond, an eighth goes to the informer and three eighths to the bond's beneficiary; the rest, at least half, is
/// burnt: it stays in this contract and no call moves it. A provider that is its own beneficiary and informs on itself, to save its
/// stake from somebody who would, so loses at least half, and hurts nobody else, as the bond protected nobody else. One that runs ahead of an
/// informer's transaction saves the eighth. Self-slashing therefore always costs and never pays.
contract ProviderRegistry is Exclusive {
    /// @notice What a provider says of itself.
    /// @param tlsKeyDigest SHA-256 of the public key (SubjectPublicKeyInfo) that its gateway proves by TLS.
    /// @param endpointDigest SHA-256 of the document with its addresses.
    /// @param attributesDigest SHA-256 of the document with its attributes: place, hardware, software.
    struct Profile {
        bytes32 tlsKeyDigest;
        bytes32 endpointDigest;
        bytes32 attributesDigest;
    }

    /// @notice A provider.
    /// @param owner Who holds the stake; zero if there is no such provider.
    /// @param staked Units that are here.
    /// @param encumbered Units of these in bonds.
    /// @param leaving Units of these that the owner asked to leave.
    /// @param leavesAt From when on, in Unix seconds, they can be withdrawn; zero if none leave.
    struct Provider {
        address owner;
        uint128 staked;
        uint128 encumbered;
        uint128 leaving;
        uint64 leavesAt;
        Profile profile;
    }

    /// @notice A part of a provider's stake that answers for something.
    /// @param slasher The contract that can slash it and the only one.
    /// @param beneficiary Whom it protects: the tenant, who gets three eighths.
    /// @param until When it ends, in Unix seconds.
    /// @param terms What it answers for, in the slasher's own encoding.
    /// @param closed Whether it was slashed or released.
    struct Bond {
        address provider;
        uint128 amount;
        address slasher;
        uint64 until;
        bool closed;
        address beneficiary;
        bytes32 terms;
    }

    /// @notice What an auditor says of a provider's attributes.
    /// @param attributesDigest SHA-256 of the document that was audited.
    /// @param until The last second, in Unix time, for which it says so.
    struct Audit {
        bytes32 attributesDigest;
        uint64 until;
    }

    /// @notice No bond ends later than this after it was opened or extended, in seconds.
    uint64 public constant MAX_BOND_TIME = 365 days;

    /// @notice The token that is staked.
    address public immutable token;
    /// @notice Seconds between asking to leave and leaving.
    uint64 public immutable unbondingDelay;

    /// @notice Bonds are numbered from 1 to this.
    uint256 public bondCount;
    /// @notice Units that were slashed and burnt. They stay here for ever.
    uint256 public burnt;
    /// @notice Units that an account can claim: bounties and compensation.
    mapping(address account => uint256) public claimable;
    /// @notice Units that a provider's key may have in bonds with a slasher at a time: as its owner said, less what was slashed since.
    mapping(address provider => mapping(address slasher => uint256)) public limitOf;
    /// @notice Units that a provider has in bonds with a slasher.
    mapping(address provider => mapping(address slasher => uint256)) public encumberedBy;
    /// @notice Who is to become a provider's owner as soon as it agrees.
    mapping(address provider => address) public offeredOwner;

    mapping(address provider => Provider) private _providers;
    mapping(uint256 bondId => Bond) private _bonds;
    mapping(address provider => mapping(address auditor => Audit)) private _audits;

    /// @notice A provider exists.
    event Registered(address indexed provider, address indexed owner, Profile profile);
    /// @notice A provider says something else of itself. Audits of other attributes count no longer.
    event ProfileChanged(address indexed provider, Profile profile);
    /// @notice An owner wants another to take its place.
    event OwnerOffered(address indexed provider, address indexed owner, address indexed offered);
    /// @notice A provider and its stake have another owner.
    event OwnerChanged(address indexed provider, address indexed owner);
    /// @notice An auditor vouches for attributes until a second; zero takes it back.
    event Audited(address indexed provider, address indexed auditor, bytes32 attributesDigest, uint64 until);
    /// @notice A provider's stake grew.
    event Staked(address indexed provider, address indexed from, uint256 amount);
    /// @notice The owner asked for `leaving` units in all to leave, which they can from `leavesAt` on.
    event Unbonding(address indexed provider, uint256 leaving, uint64 leavesAt);
    /// @notice Stake left.
    event Withdrawn(address indexed provider, address indexed owner, uint256 amount);
    /// @notice How much the provider's key may have in bonds with a slasher from now on: its owner said so, or a slash took from it.
    event LimitSet(address indexed provider, address indexed slasher, uint256 limit);
    /// @notice A part of a provider's stake answers for something.
    event BondOpened(
        uint256 indexed bondId,
        address indexed provider,
        address indexed slasher,
        address beneficiary,
        uint256 amount,
        uint64 until,
        bytes32 terms
    );
    /// @notice A bond ends later than it did.
    event BondExtended(uint256 indexed bondId, uint64 until);
    /// @notice A bond ended unslashed.
    event BondReleased(uint256 indexed bondId);
    /// @notice A bond was slashed; the three parts are all of it.
    event Slashed(
        uint256 indexed bondId,
        address indexed provider,
        address indexed informer,
        uint256 bounty,
        uint256 compensation,
        uint256 burnt
    );
    /// @notice Bounties and compensation were paid out.
    event Claimed(address indexed account, uint256 amount);

    /// @notice The token has no code.
    error TokenUnknown(address token);
    /// @notice Unbonding takes an hour to 90 days.
    error DelayOutOfRange(uint64 delay);
    /// @notice This account is a provider already.
    error AlreadyRegistered(address provider);
    /// @notice There is no such provider.
    error ProviderUnknown(address provider);
    /// @notice Only `owner` may do this.
    error NotOwner(address owner, address caller);
    /// @notice Only `offered` may do this.
    error NotOffered(address offered, address caller);
    /// @notice The zero address is nobody.
    error ZeroAddress();
    /// @notice A provider cannot have this much.
    error AmountTooLarge(uint256 amount);
    /// @notice There is nothing to do with nothing.
    error ZeroAmount();
    /// @notice The token delivered another amount than was sent: it charges on transfer and is refused.
    error FeeOnTransfer(uint256 sent, uint256 received);
    /// @notice The provider has less stake than that.
    error InsufficientStake(address provider, uint256 available, uint256 amount);
    /// @notice The owner lets the key put up to `limit` units into bonds with this slasher.
    error LimitExceeded(address slasher, uint256 limit, uint256 encumbered);
    /// @notice A bond ends in the future, within MAX_BOND_TIME, and is only ever made longer.
    error UntilOutOfRange(uint64 until, uint256 minimum, uint256 maximum);
    /// @notice There is no such bond.
    error BondUnknown(uint256 bondId);
    /// @notice The bond was slashed or released.
    error BondIsClosed(uint256 bondId);
    /// @notice The bond ended at `until`.
    error BondHasEnded(uint256 bondId, uint64 until);
    /// @notice The bond has not ended.
    error BondIsRunning(uint256 bondId, uint64 until);
    /// @notice Only the provider itself may do this.
    error NotProvider(address provider, address caller);
    /// @notice Only the bond's slasher may slash it.
    error NotSlasher(address slasher, address caller);

    /// @param token_ The token that is staked: ERC-20, no fee on transfer, balances that move by transfers alone.
    /// @param unbondingDelay_ Seconds between asking to leave and leaving, an hour to 90 days.
    constructor(address token_, uint64 unbondingDelay_) {
        if (token_.code.length == 0) revert TokenUnknown(token_);
        if (unbondingDelay_ < 1 hours || unbondingDelay_ > 90 days) revert DelayOutOfRange(unbondingDelay_);
        token = token_;
        unbondingDelay = unbondingDelay_;
    }

    // Providers

    /// @notice Registers the caller as a provider.
    /// @param owner Who holds the stake and speaks for the provider; may be the caller.
    function register(address owner, Profile calldata profile) external {
        Provider storage p = _providers[msg.sender];
        if (p.owner != address(0)) revert AlreadyRegistered(msg.sender);
        if (owner == address(0)) revert ZeroAddress();
        p.owner = owner;
        p.profile = profile;
        emit Registered(msg.sender, owner, profile);
    }

    /// @notice Says something else of a provider. Owner only.
    function setProfile(address provider, Profile calldata profile) external {
        _owned(provider).profile = profile;
        emit ProfileChanged(provider, profile);
    }

    /// @notice Offers a provider and its stake to another owner, who has to accept. Owner only; zero takes the offer back.
    function offerOwner(address provider, address offered) external {
        _owned(provider);
        offeredOwner[provider] = offered;
        emit OwnerOffered(provider, msg.sender, offered);
    }

    /// @notice Takes a provider and its stake over, as was offered.
    function acceptOwner(address provider) external {
        Provider storage p = _known(provider);
        if (msg.sender != offeredOwner[provider]) revert NotOffered(offeredOwner[provider], msg.sender);
        delete offeredOwner[provider];
        p.owner = msg.sender;
        emit OwnerChanged(provider, msg.sender);
    }

    /// @notice Vouches in the caller's name for a provider's attributes. Who asks decides which auditors it believes.
    /// @param attributesDigest What was audited. It counts only while it is what the provider says of itself.
    /// @param until The last second for which the auditor says so; zero takes it back.
    function audit(address provider, bytes32 attributesDigest, uint64 until) external {
        _known(provider);
        _audits[provider][msg.sender] = Audit(attributesDigest, until);
        emit Audited(provider, msg.sender, attributesDigest, until);
    }

    // Stake

    /// @notice Adds the caller's money to a provider's stake. It is the owner's from then on.
    function stake(address provider, uint256 amount) external exclusive {
        Provider storage p = _known(provider);
        if (amount == 0) revert ZeroAmount();
        if (amount > type(uint128).max - p.staked) revert AmountTooLarge(amount);
        p.staked += uint128(amount);
        emit Staked(provider, msg.sender, amount);

        uint256 before = Tokens.held(token);
        Tokens.pull(token, msg.sender, amount);
        uint256 received = Tokens.held(token) - before;
        if (received != amount) revert FeeOnTransfer(amount, received);
    }

    /// @notice Says how much in all is to leave. Owner only. Asking for more starts the delay again, for all of it; asking for
    /// less, or for nothing, does not.
    function unbond(address provider, uint256 amount) external {
        Provider storage p = _owned(provider);
        if (amount > p.staked) revert InsufficientStake(provider, p.staked, amount);
        if (amount > p.leaving) p.leavesAt = uint64(block.timestamp) + unbondingDelay;
        if (amount == 0) p.leavesAt = 0;
        p.leaving = uint128(amount);
        emit Unbonding(provider, amount, p.leavesAt);
    }

    /// @notice Pays the owner what was asked to leave, if its delay is over, as far as no bond holds it. Owner only.
    /// @return amount Units paid; zero if there was nothing. What a bond held stays asked for.
    function withdraw(address provider) external exclusive returns (uint256 amount) {
        Provider storage p = _owned(provider);
        amount = withdrawable(provider);
        if (amount == 0) return 0;
        p.staked -= uint128(amount);
        p.leaving -= uint128(amount);
        if (p.leaving == 0) p.leavesAt = 0;
        emit Withdrawn(provider, msg.sender, amount);
        Tokens.send(token, msg.sender, amount);
    }

    /// @notice Says how much of the stake the provider's key may have in bonds with a slasher at a time: who stole the key can lose
    /// that much, in all, as a slash lowers the limit by the bond. Owner only. Bonds that are open stay open until they end, and
    /// can be made longer only while together they are within the limit.
    function setLimit(address provider, address slasher, uint256 limit) external {
        _owned(provider);
        limitOf[provider][slasher] = limit;
        emit LimitSet(provider, slasher, limit);
    }

    // Bonds

    /// @notice Puts a part of the caller's stake into a bond; also of what was asked to leave and has not left.
    /// @param slasher Who can slash it; the owner must have set it a limit.
    /// @param beneficiary Whom it protects.
    /// @param amount Units, all of which a slash takes.
    /// @param until When it ends, in Unix seconds.
    /// @param terms What it answers for, in the slasher's own encoding.
    function openBond(address slasher, address beneficiary, uint256 amount, uint64 until, bytes32 terms)
        external
        returns (uint256 bondId)
    {
        Provider storage p = _known(msg.sender);
        if (beneficiary == address(0)) revert ZeroAddress();
        if (amount == 0) revert ZeroAmount();
        _requireUntil(until, block.timestamp);
        uint256 free = p.staked - p.encumbered;
        if (amount > free) revert InsufficientStake(msg.sender, free, amount);
        uint256 with = encumberedBy[msg.sender][slasher] + amount;
        _requireLimit(slasher, with);
        encumberedBy[msg.sender][slasher] = with;
        p.encumbered += uint128(amount);
        bondId = ++bondCount;
        _bonds[bondId] = Bond(msg.sender, uint128(amount), slasher, until, false, beneficiary, terms);
        emit BondOpened(bondId, msg.sender, slasher, beneficiary, amount, until, terms);
    }

    /// @notice Lets a bond that has not ended end later. Provider only, within the owner's limit: with it, the owner of a key that was
    /// stolen ends what the thief would extend for ever.
    function extendBond(uint256 bondId, uint64 until) external {
        Bond storage b = _running(bondId);
        if (msg.sender != b.provider) revert NotProvider(b.provider, msg.sender);
        _requireUntil(until, b.until);
        _requireLimit(b.slasher, encumberedBy[msg.sender][b.slasher]);
        b.until = until;
        emit BondExtended(bondId, until);
    }

    /// @notice Frees the stake of a bond that ended. Anyone may call it.
    function release(uint256 bondId) external {
        Bond storage b = _open(bondId);
        if (block.timestamp < b.until) revert BondIsRunning(bondId, b.until);
        _close(b);
        emit BondReleased(bondId);
    }

    /// @notice Takes a bond that has not ended: an eighth for the informer, three eighths for the beneficiary, the rest is burnt.
    /// Slasher only. It moves no tokens, so that nobody who is paid can stand in its way.
    /// @param informer Who showed what the slasher slashes for.
    function slash(uint256 bondId, address informer) external {
        Bond storage b = _running(bondId);
        if (msg.sender != b.slasher) revert NotSlasher(b.slasher, msg.sender);
        if (informer == address(0)) revert ZeroAddress();
        _close(b);
        _lowerLimit(b);
        Provider storage p = _providers[b.provider];
        p.staked -= b.amount;
        if (p.leaving > p.staked) p.leaving = p.staked; // what was not asked to leave is lost first
        if (p.leaving == 0) p.leavesAt = 0;
        uint256 bounty = b.amount / 8;
        uint256 compensation = uint256(b.amount) * 3 / 8;
        uint256 rest = b.amount - bounty - compensation;
        claimable[informer] += bounty;
        claimable[b.beneficiary] += compensation;
        burnt += rest;
        emit Slashed(bondId, b.provider, informer, bounty, compensation, rest);
    }

    /// @notice Pays the caller its bounties and compensation.
    /// @return amount Units paid; zero if there was nothing.
    function claim() external exclusive returns (uint256 amount) {
        amount = claimable[msg.sender];
        if (amount == 0) return 0;
        claimable[msg.sender] = 0;
        emit Claimed(msg.sender, amount);
        Tokens.send(token, msg.sender, amount);
    }

    // Views

    /// @notice A provider.
    function providerOf(address account) external view returns (Provider memory) {
        return _known(account);
    }

    /// @notice A bond.
    function bondOf(uint256 bondId) external view returns (Bond memory) {
        Bond storage b = _bonds[bondId];
        if (b.provider == address(0)) revert BondUnknown(bondId);
        return b;
    }

    /// @notice Whether a bond can be slashed now.
    function isSlashable(uint256 bondId) external view returns (bool) {
        Bond storage b = _bonds[bondId];
        return !b.closed && block.timestamp < b.until;
    }

    /// @notice Units that the owner could withdraw now.
    function withdrawable(address account) public view returns (uint256) {
        Provider storage p = _known(account);
        if (block.timestamp < p.leavesAt) return 0;
        uint256 free = p.staked - p.encumbered;
        return free < p.leaving ? free : p.leaving;
    }

    /// @notice What an auditor says of a provider, and whether it counts now: of the attributes that the provider has, and in time.
    function auditOf(address account, address auditor) external view returns (Audit memory found, bool counts) {
        found = _audits[account][auditor];
        bytes32 attributes = _known(account).profile.attributesDigest;
        counts = block.timestamp <= found.until && found.attributesDigest == attributes;
    }

    // The mechanism

    function _known(address account) private view returns (Provider storage p) {
        p = _providers[account];
        if (p.owner == address(0)) revert ProviderUnknown(account);
    }

    function _owned(address account) private view returns (Provider storage p) {
        p = _known(account);
        if (msg.sender != p.owner) revert NotOwner(p.owner, msg.sender);
    }

    function _open(uint256 bondId) private view returns (Bond storage b) {
        b = _bonds[bondId];
        if (b.provider == address(0)) revert BondUnknown(bondId);
        if (b.closed) revert BondIsClosed(bondId);
    }

    function _running(uint256 bondId) private view returns (Bond storage b) {
        b = _open(bondId);
        if (block.timestamp >= b.until) revert BondHasEnded(bondId, b.until);
    }

    function _requireUntil(uint64 until, uint256 after_) private view {
        uint256 latest = block.timestamp + MAX_BOND_TIME;
        if (until <= after_ || until > latest) revert UntilOutOfRange(until, after_ + 1, latest);
    }

    function _requireLimit(address slasher, uint256 encumbered) private view {
        uint256 limit = limitOf[msg.sender][slasher];
        if (encumbered > limit) revert LimitExceeded(slasher, limit, encumbered);
    }

    function _lowerLimit(Bond storage b) private {
        uint256 limit = limitOf[b.provider][b.slasher];
        limit = limit > b.amount ? limit - b.amount : 0;
        limitOf[b.provider][b.slasher] = limit;
        emit LimitSet(b.provider, b.slasher, limit);
    }

    function _close(Bond storage b) private {
        b.closed = true;
        _providers[b.provider].encumbered -= b.amount;
        encumberedBy[b.provider][b.slasher] -= b.amount;
    }
}
