// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Exclusive} from "./Exclusive.sol";
import {IntegerProduct} from "./IntegerProduct.sol";
import {ProviderRegistry} from "./ProviderRegistry.sol";
import {Tokens} from "./Tokens.sol";

/// @title Hardware challenges whose wrong answers cost the provider's bond.
/// @notice A tenant asks; a later block's hash is the seed; the provider multiplies two int8 matrices for each device that it claims and
/// posts the roots of the products before a deadline, all devices' at once. One wrong cell then costs the bond: whoever shows it is
/// believed by this contract, which computes that cell itself. Every part of every row must be opened on demand, or the bond is lost as
/// well: a root whose cells nobody can see is worth no more than a wrong one.
/// @dev
/// An answer that is right, in time, and opened in time when it is demanded, cannot be slashed: each way to slash is the failure of one
/// of the three. A demand costs its fee, which is the provider's when it opens, and at most 2 · MAX_DEMANDS are unanswered at a
/// time, so a stranger can neither work a provider to death nor pass it more demands than it has blocks for. Half of the places are
/// the bond's beneficiary's alone, so that a provider's friends cannot crowd out the tenant's demands with their own.
///
/// The seed is fixed by the hash of a block that did not exist when the challenge was asked for. Who makes blocks can know it a
/// block ahead, or throw a block away for another seed; it gains time, and never an easier seed, as all seeds are the same work.
/// Deadlines are in block timestamps. A challenge that nobody draws within 256 blocks is void and harms nobody. Seeds are drawn no oftener
/// than challenges are asked for: a tenant that asks for many and draws them all at once gets no provider to answer two at a time.
///
/// The contract has no owner. It holds the fees of open demands and what was credited, and nothing else.
contract Challenges is Exclusive {
    /// @notice What a provider lets itself be asked, and how long it may take. The bond's `terms` are keccak256(abi.encode(Terms)).
    /// @param n Rows and columns of the matrices; a power of two from 32 to 65,536.
    /// @param devices How many devices answer, each with matrices of its own; 1 to 64.
    /// @param answerTime Seconds from the seed to the roots.
    /// @param disputeTime Seconds from the roots in which their cells can be demanded.
    /// @param openTime Seconds from a demand to its opening, at least MIN_OPEN_TIME.
    /// @param interval Seconds from one challenge to the next: from question to question, and from seed to seed.
    /// @param openFee What a demand costs, in token units; the provider's if it opens.
    /// @param subject What the bond is about, such as the digest of a lease.
    struct Terms {
        uint32 n;
        uint16 devices;
        uint32 answerTime;
        uint32 disputeTime;
        uint32 openTime;
        uint32 interval;
        uint96 openFee;
        bytes32 subject;
    }

    /// @notice A challenge.
    /// @param beaconBlock The block whose hash fixes the seed.
    /// @param answerBy The last second for the roots, in Unix time; zero until the seed is drawn.
    /// @param demandBy The last second for demands; zero until the roots are posted.
    /// @param seed Zero until it is drawn.
    /// @param commitment keccak256 of the devices' roots, one after the other; zero until they are posted.
    struct Challenge {
        uint256 bondId;
        address provider;
        uint32 n;
        uint16 devices;
        uint32 interval;
        uint64 beaconBlock;
        uint32 answerTime;
        uint32 disputeTime;
        uint32 openTime;
        uint96 openFee;
        uint64 answerBy;
        uint64 demandBy;
        bytes32 seed;
        bytes32 commitment;
    }

    /// @notice A demand to open 32 cells.
    /// @param openBy The last second for it, in Unix time.
    /// @param settled Whether it was opened, or its fee given back.
    struct Demand {
        uint256 challengeId;
        address demander;
        uint16 device;
        uint32 row;
        uint32 chunk;
        uint64 openBy;
        bool settled;
    }

    /// @notice The seed's block comes this many blocks after the one that asks.
    uint256 public constant BEACON_DELAY = 2;
    /// @notice Unopened demands at a time on a bond: as many for the beneficiary, as many for all others together.
    uint256 public constant MAX_DEMANDS = 16;
    /// @notice The most devices.
    uint256 public constant MAX_DEVICES = 64;
    /// @notice The shortest time to open in, in seconds: a provider must be able to hear of a demand and get a transaction mined.
    uint32 public constant MIN_OPEN_TIME = 5 minutes;
    /// @notice The longest of each of the times, in seconds.
    uint32 public constant MAX_TIME = 30 days;

    bytes32 private constant SEED = "counterfoil/challenge-seed/v1";

    /// @notice Where the bonds are.
    ProviderRegistry public immutable registry;
    /// @notice The token of the fees: the registry's.
    address public immutable token;
    /// @notice Challenges are numbered from 1 to this.
    uint256 public challengeCount;
    /// @notice Demands are numbered from 1 to this.
    uint256 public demandCount;
    /// @notice When a bond was last challenged, in Unix seconds.
    mapping(uint256 bondId => uint256) public lastAsked;
    /// @notice When the last seed of a bond's challenges was drawn, in Unix seconds.
    mapping(uint256 bondId => uint256) public lastDrawn;
    /// @notice Demands on a bond that are not settled: by its beneficiary, or by others.
    mapping(uint256 bondId => mapping(bool beneficiary => uint256)) public unsettled;
    /// @notice Units that an account can claim: fees earned and fees given back.
    mapping(address account => uint256) public claimable;

    mapping(uint256 challengeId => Challenge) private _challenges;
    mapping(uint256 demandId => Demand) private _demands;

    /// @notice A tenant asks a provider's devices to show themselves; the hash of block `beaconBlock` will say how.
    event Asked(uint256 indexed challengeId, uint256 indexed bondId, address indexed provider, Terms terms, uint64 beaconBlock);
    /// @notice The matrices are known, and the roots of their products due.
    event Drawn(uint256 indexed challengeId, bytes32 seed, uint64 answerBy);
    /// @notice The products are committed to. The hash of block `checkBlock` is younger than that, and fixes the check vector.
    event Answered(uint256 indexed challengeId, bytes32[] roots, uint64 demandBy, uint64 checkBlock);
    /// @notice Somebody wants to see 32 cells.
    event Demanded(
        uint256 indexed demandId,
        uint256 indexed challengeId,
        address indexed demander,
        uint16 device,
        uint32 row,
        uint32 chunk,
        uint64 openBy
    );
    /// @notice Here they are, and that they are under the root. Whether they are right anyone can compute.
    event Opened(uint256 indexed demandId, uint256 indexed challengeId, bytes32[4] cells, bytes32[] path);
    /// @notice There was no answer in time.
    event Unanswered(uint256 indexed challengeId);
    /// @notice A demand was not opened in time, or its bond was lost before; its fee went back.
    event Unopened(uint256 indexed demandId, uint256 indexed challengeId);
    /// @notice A cell of the answer is not what it must be.
    event Refuted(
        uint256 indexed challengeId,
        address indexed informer,
        uint16 device,
        uint32 row,
        uint32 column,
        int256 claimed,
        int256 computed
    );
    /// @notice Fees were paid out.
    event Claimed(address indexed account, uint256 amount);

    /// @notice The terms are not the bond's.
    error TermsDiffer(uint256 bondId, bytes32 terms);
    /// @notice A size, count or time is not in its range.
    error TermsOutOfRange();
    /// @notice The bond is not one that this contract can slash.
    error NotOurBond(uint256 bondId);
    /// @notice Only the bond's beneficiary asks.
    error NotBeneficiary(address beneficiary, address caller);
    /// @notice The bond was challenged, or a seed drawn for it, less than its interval ago.
    error TooSoon(uint256 bondId, uint256 earliest);
    /// @notice The bond would end before this challenge can; it would have to last until `needed`.
    error BondTooShort(uint256 bondId, uint256 needed);
    /// @notice There is no such challenge.
    error ChallengeUnknown(uint256 challengeId);
    /// @notice There is no such demand.
    error DemandUnknown(uint256 demandId);
    /// @notice The beacon's block is not there yet.
    error BeaconAhead(uint256 challengeId, uint256 beaconBlock);
    /// @notice The beacon's hash is no longer to be had: the challenge is void.
    error BeaconGone(uint256 challengeId, uint256 beaconBlock);
    /// @notice The seed was drawn before.
    error AlreadyDrawn(uint256 challengeId);
    /// @notice The seed was not drawn yet.
    error NotDrawn(uint256 challengeId);
    /// @notice Only the provider answers.
    error NotProvider(address provider, address caller);
    /// @notice It was answered before.
    error AlreadyAnswered(uint256 challengeId);
    /// @notice It was not answered.
    error NotAnswered(uint256 challengeId);
    /// @notice What this is for ended at `deadline`.
    error TooLate(uint256 deadline, uint256 timestamp);
    /// @notice What this is for goes on until `deadline`.
    error TooEarly(uint256 deadline, uint256 timestamp);
    /// @notice There are `devices` roots.
    error WrongCount(uint256 devices, uint256 roots);
    /// @notice These are not the roots that were posted.
    error RootsDiffer(uint256 challengeId);
    /// @notice There is no such device, row, column or chunk.
    error OutOfRange(uint256 device, uint256 row, uint256 column);
    /// @notice The cells are not under the device's root at this place.
    error OpeningInvalid();
    /// @notice The cell is right.
    error CellIsRight(int256 value);
    /// @notice So many demands on the bond wait to be opened that no more are taken now.
    error TooManyDemands(uint256 bondId);
    /// @notice The demand was opened, or its fee given back.
    error AlreadySettled(uint256 demandId);
    /// @notice The token delivered another amount than was sent: it charges on transfer and is refused.
    error FeeOnTransfer(uint256 sent, uint256 received);

    /// @param registry_ Where the bonds are.
    constructor(ProviderRegistry registry_) {
        registry = registry_;
        token = registry_.token();
    }

    // Question and answer

    /// @notice Challenges the devices that a bond answers for. Only the bond's beneficiary asks, no oftener than the terms say.
    /// @param terms The terms that the bond's digest is of.
    function ask(uint256 bondId, Terms calldata terms) external returns (uint256 challengeId) {
        ProviderRegistry.Bond memory bond = registry.bondOf(bondId);
        if (bond.slasher != address(this) || !registry.isSlashable(bondId)) revert NotOurBond(bondId);
        if (msg.sender != bond.beneficiary) revert NotBeneficiary(bond.beneficiary, msg.sender);
        bytes32 digest = keccak256(abi.encode(terms));
        if (digest != bond.terms) revert TermsDiffer(bondId, digest);
        _requireInRange(terms);
        _requireInterval(bondId, lastAsked[bondId], terms.interval);
        lastAsked[bondId] = block.timestamp;

        challengeId = ++challengeCount;
        Challenge storage c = _challenges[challengeId];
        c.bondId = bondId;
        c.provider = bond.provider;
        (c.n, c.devices, c.interval, c.openFee) = (terms.n, terms.devices, terms.interval, terms.openFee);
        (c.answerTime, c.disputeTime, c.openTime) = (terms.answerTime, terms.disputeTime, terms.openTime);
        c.beaconBlock = uint64(block.number + BEACON_DELAY);
        _requireLasting(c, bond.until);
        emit Asked(challengeId, bondId, bond.provider, terms, c.beaconBlock);
    }

    /// @notice Draws the seed, as soon as the beacon's block is there and while its hash can be had, an interval after the seed before.
    /// Anyone may call it. The answer's time runs from here.
    function draw(uint256 challengeId) external {
        Challenge storage c = _challenge(challengeId);
        if (c.seed != 0) revert AlreadyDrawn(challengeId);
        if (block.number <= c.beaconBlock) revert BeaconAhead(challengeId, c.beaconBlock);
        bytes32 beacon = blockhash(c.beaconBlock);
        if (beacon == 0) revert BeaconGone(challengeId, c.beaconBlock);
        _requireInterval(c.bondId, lastDrawn[c.bondId], c.interval);
        lastDrawn[c.bondId] = block.timestamp;
        _requireLasting(c, registry.bondOf(c.bondId).until);
        c.seed = keccak256(abi.encode(SEED, block.chainid, address(this), challengeId, beacon));
        c.answerBy = uint64(block.timestamp) + c.answerTime;
        emit Drawn(challengeId, c.seed, c.answerBy);
    }

    /// @notice Posts the roots of the products, one for each device. Provider only, once, in time.
    function answer(uint256 challengeId, bytes32[] calldata roots) external {
        Challenge storage c = _challenge(challengeId);
        if (msg.sender != c.provider) revert NotProvider(c.provider, msg.sender);
        if (c.seed == 0) revert NotDrawn(challengeId);
        if (c.commitment != 0) revert AlreadyAnswered(challengeId);
        if (block.timestamp > c.answerBy) revert TooLate(c.answerBy, block.timestamp);
        if (roots.length != c.devices) revert WrongCount(c.devices, roots.length);
        c.commitment = keccak256(abi.encodePacked(roots));
        c.demandBy = uint64(block.timestamp) + c.disputeTime;
        emit Answered(challengeId, roots, c.demandBy, uint64(block.number + 1));
    }

    /// @notice Slashes the bond because there was no answer in time. Anyone may call it; the bounty is the beneficiary's, who asked.
    function unanswered(uint256 challengeId) external {
        Challenge storage c = _challenge(challengeId);
        if (c.seed == 0) revert NotDrawn(challengeId);
        if (c.commitment != 0) revert AlreadyAnswered(challengeId);
        if (block.timestamp <= c.answerBy) revert TooEarly(c.answerBy, block.timestamp);
        emit Unanswered(challengeId);
        registry.slash(c.bondId, registry.bondOf(c.bondId).beneficiary);
    }

    // Disputes

    /// @notice Slashes the bond because a cell is wrong. Anyone may call it, as long as the bond runs; the bounty is the caller's.
    /// @param roots The roots as posted.
    /// @param cells The chunk of the row that has the cell.
    /// @param path The chunk's siblings, lowest first.
    function refute(
        uint256 challengeId,
        uint16 device,
        uint32 row,
        uint32 column,
        bytes32[] calldata roots,
        bytes32[4] calldata cells,
        bytes32[] calldata path
    ) external {
        Challenge storage c = _challenge(challengeId);
        uint32 chunk = column / uint32(IntegerProduct.CHUNK);
        _requireOpening(challengeId, c, device, row, chunk, roots, cells, path);
        int256 claimed = IntegerProduct.cellAt(cells, column % IntegerProduct.CHUNK);
        int256 computed = IntegerProduct.cell(c.seed, device, row, column, c.n);
        if (claimed == computed) revert CellIsRight(computed);
        emit Refuted(challengeId, msg.sender, device, row, column, claimed, computed);
        registry.slash(c.bondId, msg.sender);
    }

    /// @notice Demands 32 cells of a row, for the terms' fee. Anyone may, until the challenge's `demandBy`.
    /// @param chunk Which 32: the columns from 32 · chunk on.
    function demand(uint256 challengeId, uint16 device, uint32 row, uint32 chunk)
        external
        exclusive
        returns (uint256 demandId)
    {
        Challenge storage c = _challenge(challengeId);
        if (c.commitment == 0) revert NotAnswered(challengeId);
        if (block.timestamp > c.demandBy) revert TooLate(c.demandBy, block.timestamp);
        _requirePlace(c, device, row, uint256(chunk) * IntegerProduct.CHUNK);
        ProviderRegistry.Bond memory bond = registry.bondOf(c.bondId);
        if (!registry.isSlashable(c.bondId)) revert NotOurBond(c.bondId);
        bool mine = msg.sender == bond.beneficiary;
        if (unsettled[c.bondId][mine] == MAX_DEMANDS) revert TooManyDemands(c.bondId);
        unsettled[c.bondId][mine]++;
        demandId = ++demandCount;
        uint64 openBy = uint64(block.timestamp) + c.openTime;
        _demands[demandId] = Demand(challengeId, msg.sender, device, row, chunk, openBy, false);
        emit Demanded(demandId, challengeId, msg.sender, device, row, chunk, openBy);

        uint256 before = Tokens.held(token);
        Tokens.pull(token, msg.sender, c.openFee);
        uint256 received = Tokens.held(token) - before;
        if (received != c.openFee) revert FeeOnTransfer(c.openFee, received);
    }

    /// @notice Opens what was demanded, in time. Anyone who has the cells may; the fee is the provider's.
    /// @param roots The roots as posted.
    /// @param cells The chunk that was demanded.
    /// @param path Its siblings, lowest first.
    function open(uint256 demandId, bytes32[] calldata roots, bytes32[4] calldata cells, bytes32[] calldata path) external {
        Demand storage d = _unsettled(demandId);
        if (block.timestamp > d.openBy) revert TooLate(d.openBy, block.timestamp);
        Challenge storage c = _challenges[d.challengeId];
        _requireOpening(d.challengeId, c, d.device, d.row, d.chunk, roots, cells, path);
        _settle(d, c, c.provider);
        emit Opened(demandId, d.challengeId, cells, path);
    }

    /// @notice Slashes the bond because a demand was not opened in time, and gives the demander its fee back. Anyone may call it; the
    /// bounty is the demander's. Where the bond was lost or has ended before, the fee alone goes back.
    function unopened(uint256 demandId) external {
        Demand storage d = _unsettled(demandId);
        if (block.timestamp <= d.openBy) revert TooEarly(d.openBy, block.timestamp);
        Challenge storage c = _challenges[d.challengeId];
        _settle(d, c, d.demander);
        emit Unopened(demandId, d.challengeId);
        if (registry.isSlashable(c.bondId)) registry.slash(c.bondId, d.demander);
    }

    /// @notice Pays the caller the fees it earned or was given back.
    /// @return amount Units paid; zero if there was nothing.
    function claim() external exclusive returns (uint256 amount) {
        amount = claimable[msg.sender];
        if (amount == 0) return 0;
        claimable[msg.sender] = 0;
        emit Claimed(msg.sender, amount);
        Tokens.send(token, msg.sender, amount);
    }

    // Views

    /// @notice A challenge.
    function challenge(uint256 challengeId) external view returns (Challenge memory) {
        return _challenge(challengeId);
    }

    /// @notice A demand.
    function demandOf(uint256 demandId) external view returns (Demand memory) {
        if (_demands[demandId].demander == address(0)) revert DemandUnknown(demandId);
        return _demands[demandId];
    }

    /// @notice C[row][column] of a seed and a device, as this contract computes it.
    /// @param n A power of two from 32 to 65,536.
    function cellOf(bytes32 seed, uint256 device, uint256 row, uint256 column, uint256 n) external pure returns (int256) {
        _requireSize(n);
        return IntegerProduct.cell(seed, device, row, column, n);
    }

    // The mechanism

    function _requireSize(uint256 n) private pure {
        if (n < IntegerProduct.CHUNK || n > IntegerProduct.MAX_SIZE || n & (n - 1) != 0) revert TermsOutOfRange();
    }

    function _requireInRange(Terms calldata t) private pure {
        _requireSize(t.n);
        if (t.devices == 0 || t.devices > MAX_DEVICES) revert TermsOutOfRange();
        if (t.answerTime == 0 || t.answerTime > MAX_TIME || t.disputeTime > MAX_TIME) revert TermsOutOfRange();
        if (t.openTime < MIN_OPEN_TIME || t.openTime > MAX_TIME) revert TermsOutOfRange();
    }

    function _requireInterval(uint256 bondId, uint256 last, uint256 interval) private view {
        if (last != 0 && block.timestamp < last + interval) revert TooSoon(bondId, last + interval);
    }

    /// @dev The bond must outlive the last answer, the last demand, its opening, and as long again for whoever refutes what was opened.
    function _requireLasting(Challenge storage c, uint64 until) private view {
        uint256 needed = block.timestamp + c.answerTime + c.disputeTime + 2 * uint256(c.openTime);
        if (until <= needed) revert BondTooShort(c.bondId, needed);
    }

    function _requirePlace(Challenge storage c, uint256 device, uint256 row, uint256 column) private view {
        if (device >= c.devices || row >= c.n || column >= c.n) revert OutOfRange(device, row, column);
    }

    function _requireOpening(
        uint256 challengeId,
        Challenge storage c,
        uint16 device,
        uint32 row,
        uint32 chunk,
        bytes32[] calldata roots,
        bytes32[4] calldata cells,
        bytes32[] calldata path
    ) private view {
        if (c.commitment == 0) revert NotAnswered(challengeId);
        if (keccak256(abi.encodePacked(roots)) != c.commitment) revert RootsDiffer(challengeId);
        _requirePlace(c, device, row, uint256(chunk) * IntegerProduct.CHUNK);
        if (!IntegerProduct.opens(roots[device], c.n, row, chunk, cells, path)) revert OpeningInvalid();
    }

    function _settle(Demand storage d, Challenge storage c, address payee) private {
        d.settled = true;
        unsettled[c.bondId][d.demander == registry.bondOf(c.bondId).beneficiary]--;
        claimable[payee] += c.openFee;
    }

    function _challenge(uint256 challengeId) private view returns (Challenge storage c) {
        c = _challenges[challengeId];
        if (c.provider == address(0)) revert ChallengeUnknown(challengeId);
    }

    function _unsettled(uint256 demandId) private view returns (Demand storage d) {
        d = _demands[demandId];
        if (d.demander == address(0)) revert DemandUnknown(demandId);
        if (d.settled) revert AlreadySettled(demandId);
    }
}
