// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Exclusive} from "./Exclusive.sol";
import {Signatures} from "./Signatures.sol";
import {Tokens} from "./Tokens.sol";

/// @title Orders, signed bids, leases, and the escrow that pays for them by the second.
/// @notice A tenant places an order, picks one of the bids that providers signed off chain, and pays from an account
/// it funds. What a lease earns is a pure function of its rate and of when it, its account's deposits and the leases
/// beside it opened and closed. When anybody settles, withdraws or looks has no influence on any amount.
/// Nobody but a lease's provider and an account's tenant can take money out, and nobody can stop them.
/// @dev
/// Amounts are token units. Rates are token units per second as a 64-bit fixed-point number: a rate of 1 unit per second is
/// 2^64. Lease i that opened at a and closed at b has the index I_i = rate_i · (min(t, b, exhaustAt) − a), which is
/// accrued in units · 2^64, never rounded and never reset; it has earned floor(I_i / 2^64), and is owed that less what was
/// paid to it.
///
/// An account's `funds` are its deposits less its refunds less what its closed leases earned in all. Its open leases
/// are covered until
///     exhaustAt = t + floor((funds · 2^64 − Σ I) / Σ rate),
/// derived anew after accrual at each deposit, opening and closing. At exhaustAt all its leases end. The residue, which is
/// less than one second of all their rates and the fractions of units that rounding down left, is shared in proportion to the
/// rates, rounded down; the units that are left go one each to the largest remainders, ties to the lower lease id. So the
/// account ends at exactly nothing. A later deposit pays for later leases and revives none.
///
/// Exhaustion is written down by the next call that touches the account (or by `settle`, which anyone may call), as of
/// exhaustAt, not as of that call. The views answer as if it had been written down already.
contract LeaseEscrow is Exclusive {
    /// @notice A provider's offer for an order. It is signed off chain (EIP-712) and costs nothing unless it is accepted.
    /// @param orderId The order it is for.
    /// @param provider Who offers, who must have signed, and who is paid.
    /// @param rate Units · 2^64 per second.
    /// @param expiry The last second, in Unix time, in which it can be accepted.
    /// @param salt Makes two bids of the same terms different; each bid is accepted once.
    struct Bid {
        uint256 orderId;
        address provider;
        uint256 rate;
        uint64 expiry;
        bytes32 salt;
    }

    /// @notice An order, as of now.
    /// @param tenant Who placed it.
    /// @param manifestDigest SHA-256 of the workload manifest.
    /// @param maxRate No bid above this rate can be accepted; units · 2^64 per second.
    /// @param leaseId The lease it was last given; zero if none. It takes a second one only after the first closed.
    /// @param closed Whether the tenant withdrew it.
    struct Order {
        address tenant;
        bytes32 manifestDigest;
        uint256 maxRate;
        uint256 leaseId;
        bool closed;
    }

    /// @notice An account, as of now.
    /// @param tenant Who gets the refund.
    /// @param unspent Units that no lease has earned yet.
    /// @param rate Sum of the rates of its open leases; units · 2^64 per second.
    /// @param exhaustAt When the money ends if nothing changes; the largest value if no lease is open.
    /// @param openLeases The leases that it pays for now, at most MAX_LEASES.
    struct Account {
        address tenant;
        uint256 unspent;
        uint256 rate;
        uint64 exhaustAt;
        uint256[] openLeases;
    }

    /// @notice A lease, as of now.
    /// @param rate Units · 2^64 per second.
    /// @param reason Zero while it is open; else one of the reasons below.
    /// @param earned Units earned in all, paid or not.
    /// @param paid Units withdrawn.
    struct Lease {
        uint256 orderId;
        uint256 accountId;
        address provider;
        uint256 rate;
        uint64 openedAt;
        uint64 closedAt;
        uint8 reason;
        uint256 earned;
        uint256 paid;
    }

    struct OrderState {
        address tenant;
        bool closed;
        uint128 maxRate;
        uint128 leaseId;
        bytes32 manifestDigest;
    }

    // Σ I of the open leases is `index` at `accruedAt`, and grows by `rate` each second until `exhaustAt`.
    struct AccountState {
        address tenant;
        uint64 accruedAt;
        uint128 funds;
        uint64 exhaustAt;
        uint256 rate;
        uint256 index;
        uint256[] open;
    }

    struct LeaseState {
        address provider;
        uint64 openedAt;
        uint8 reason;
        uint128 rate;
        uint128 paid;
        uint128 earned; // once closed
        uint64 closedAt;
        uint64 accountId;
        uint256 orderId;
    }

    /// @notice The tenant has what it wanted.
    uint8 public constant TENANT_DONE = 1;
    /// @notice The tenant says that the provider did not deliver.
    uint8 public constant TENANT_UNSERVED = 2;
    /// @notice The provider takes its machine back.
    uint8 public constant PROVIDER_WITHDREW = 3;
    /// @notice The provider cannot go on: its hardware or its software failed.
    uint8 public constant PROVIDER_FAILED = 4;
    /// @notice The provider was not given the manifest of the order's digest, or does not run such a workload.
    uint8 public constant MANIFEST_REFUSED = 5;
    /// @notice The account had no more money. Only the contract itself gives this reason.
    uint8 public constant EXHAUSTED = 6;

    /// @notice Leases that one account can pay for at a time: it bounds the gas of every exit.
    uint256 public constant MAX_LEASES = 16;
    /// @notice One unit per second.
    uint256 public constant RATE_ONE = 1 << 64;
    /// @notice One unit in 136 years. A rate below it is a rate that was not scaled by 2^64.
    uint256 public constant MIN_RATE = 1 << 32;

    /// @notice EIP-712 type hash of a bid.
    bytes32 public constant BID_TYPEHASH =
        keccak256("Bid(uint256 orderId,address provider,uint256 rate,uint64 expiry,bytes32 salt)");
    bytes32 private constant DOMAIN_TYPEHASH =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");

    uint64 private constant NEVER = type(uint64).max;

    /// @notice The token that everything is paid in.
    address public immutable token;
    /// @notice Orders are numbered from 1 to this.
    uint256 public orderCount;
    /// @notice Accounts are numbered from 1 to this.
    uint256 public accountCount;
    /// @notice Leases are numbered from 1 to this.
    uint256 public leaseCount;
    /// @notice Whether a bid, by its EIP-712 digest, was accepted or cancelled.
    mapping(bytes32 bidDigest => bool) public bidSpent;

    mapping(uint256 orderId => OrderState) private _orders;
    mapping(uint256 accountId => AccountState) private _accounts;
    mapping(uint256 leaseId => LeaseState) private _leases;

    /// @notice A tenant asks for bids.
    event OrderPlaced(uint256 indexed orderId, address indexed tenant, bytes32 manifestDigest, uint256 maxRate);
    /// @notice A tenant withdrew an order: no further bid can be accepted for it.
    event OrderClosed(uint256 indexed orderId);
    /// @notice A provider withdrew a bid before it was accepted.
    event BidCancelled(bytes32 indexed bidDigest, address indexed provider);
    /// @notice An account exists.
    event AccountOpened(uint256 indexed accountId, address indexed tenant);
    /// @notice An account received money.
    event Deposited(uint256 indexed accountId, address indexed from, uint256 amount);
    /// @notice What nobody had earned went back to the tenant.
    event Refunded(uint256 indexed accountId, address indexed tenant, uint256 amount);
    /// @notice The account's money now ends at `exhaustAt`, or never if that is the largest value.
    event ExhaustionMoved(uint256 indexed accountId, uint64 exhaustAt);
    /// @notice A bid was accepted and earns from this block's time on.
    event LeaseOpened(
        uint256 indexed leaseId,
        uint256 indexed orderId,
        address indexed provider,
        address tenant,
        uint256 accountId,
        uint256 rate,
        bytes32 bidDigest
    );
    /// @notice A lease ended at `closedAt`, having earned `earned` units in all, paid or not.
    event LeaseClosed(uint256 indexed leaseId, uint8 reason, uint256 earned, uint64 closedAt);
    /// @notice A provider was paid.
    event Withdrawn(uint256 indexed leaseId, address indexed provider, uint256 amount);

    /// @notice There is no such order.
    error OrderUnknown(uint256 orderId);
    /// @notice There is no such account.
    error AccountUnknown(uint256 accountId);
    /// @notice There is no such lease.
    error LeaseUnknown(uint256 leaseId);
    /// @notice Only `tenant` may do this.
    error NotTenant(address tenant, address caller);
    /// @notice Only `provider` may do this.
    error NotProvider(address provider, address caller);
    /// @notice Only the lease's tenant and its provider may close it.
    error NotParty(uint256 leaseId, address caller);
    /// @notice The order was withdrawn.
    error OrderIsClosed(uint256 orderId);
    /// @notice The order's lease is still open.
    error OrderIsLeased(uint256 orderId, uint256 leaseId);
    /// @notice Rates are units · 2^64 per second, from `minimum` to `maximum`.
    error RateOutOfRange(uint256 rate, uint256 minimum, uint256 maximum);
    /// @notice The bid asks for more than the order allows.
    error RateAboveMaximum(uint256 rate, uint256 maxRate);
    /// @notice The bid could be accepted until `expiry`.
    error BidExpired(uint64 expiry, uint256 timestamp);
    /// @notice The bid was accepted or cancelled before.
    error BidIsSpent(bytes32 bidDigest);
    /// @notice The signature is not the provider's over this bid for this contract and chain.
    error BidSignatureInvalid(address provider, bytes32 bidDigest);
    /// @notice The account pays for as many leases as it can.
    error TooManyLeases(uint256 accountId);
    /// @notice The account's `unspent` units would not last a second at `rate`.
    error InsufficientDeposit(uint256 accountId, uint256 unspent, uint256 rate);
    /// @notice The lease ended before.
    error LeaseIsClosed(uint256 leaseId, uint8 reason);
    /// @notice This party cannot close a lease for this reason.
    error ReasonNotYours(uint8 reason);
    /// @notice A refund waits until the account's leases are closed.
    error LeasesAreOpen(uint256 accountId, uint256 count);
    /// @notice The account cannot hold this much.
    error AmountTooLarge(uint256 amount);
    /// @notice The token delivered another amount than was sent: it charges on transfer and is refused.
    error FeeOnTransfer(uint256 sent, uint256 received);
    /// @notice The token has no code.
    error TokenUnknown(address token);

    /// @param token_ The token that everything is paid in: ERC-20, no fee on transfer, balances that move by transfers alone.
    constructor(address token_) {
        if (token_.code.length == 0) revert TokenUnknown(token_);
        token = token_;
    }

    // Orders and bids

    /// @notice Asks for bids on a workload.
    /// @param manifestDigest SHA-256 of the manifest, which is handed to bidders off chain.
    /// @param maxRate No bid above this can be accepted; units · 2^64 per second.
    function placeOrder(bytes32 manifestDigest, uint256 maxRate) external returns (uint256 orderId) {
        _requireRate(maxRate);
        orderId = ++orderCount;
        OrderState storage o = _orders[orderId];
        o.tenant = msg.sender;
        o.manifestDigest = manifestDigest;
        o.maxRate = uint128(maxRate);
        emit OrderPlaced(orderId, msg.sender, manifestDigest, maxRate);
    }

    /// @notice Withdraws an order. A lease it has goes on.
    function closeOrder(uint256 orderId) external {
        OrderState storage o = _orders[orderId];
        if (o.tenant == address(0)) revert OrderUnknown(orderId);
        if (msg.sender != o.tenant) revert NotTenant(o.tenant, msg.sender);
        if (o.closed) revert OrderIsClosed(orderId);
        o.closed = true;
        emit OrderClosed(orderId);
    }

    /// @notice Withdraws a bid that was not accepted. Provider only.
    function cancelBid(Bid calldata bid) external {
        if (msg.sender != bid.provider) revert NotProvider(bid.provider, msg.sender);
        bytes32 digest = bidDigest(bid);
        if (bidSpent[digest]) revert BidIsSpent(digest);
        bidSpent[digest] = true;
        emit BidCancelled(digest, bid.provider);
    }

    /// @notice Accepts a bid for the caller's order, to be paid from the caller's account, from this second on.
    /// An order whose lease closed takes another bid: the runner-up's, if it has not expired.
    /// @param signature The provider's, over the bid's EIP-712 digest: 65 bytes r, s, v, or what its contract understands.
    function acceptBid(Bid calldata bid, bytes calldata signature, uint256 accountId)
        external
        exclusive
        returns (uint256 leaseId)
    {
        OrderState storage o = _orders[bid.orderId];
        if (o.tenant == address(0)) revert OrderUnknown(bid.orderId);
        if (msg.sender != o.tenant) revert NotTenant(o.tenant, msg.sender);
        if (o.closed) revert OrderIsClosed(bid.orderId);
        bytes32 digest = _requireBid(bid, o.maxRate, signature);
        if (o.leaseId != 0) {
            _settle(_leases[o.leaseId].accountId);
            if (_leases[o.leaseId].reason == 0) revert OrderIsLeased(bid.orderId, o.leaseId);
        }
        AccountState storage a = _settle(accountId);
        if (msg.sender != a.tenant) revert NotTenant(a.tenant, msg.sender);
        if (a.open.length == MAX_LEASES) revert TooManyLeases(accountId);
        leaseId = ++leaseCount;
        o.leaseId = uint128(leaseId);
        bidSpent[digest] = true;
        emit LeaseOpened(leaseId, bid.orderId, bid.provider, msg.sender, accountId, bid.rate, digest);
        _open(leaseId, bid, accountId, a);
    }

    // Accounts

    /// @notice Opens an account of the caller's and deposits `amount`, which may be zero.
    function openAccount(uint256 amount) external exclusive returns (uint256 accountId) {
        accountId = ++accountCount;
        AccountState storage a = _accounts[accountId];
        a.tenant = msg.sender;
        a.accruedAt = uint64(block.timestamp);
        a.exhaustAt = NEVER;
        emit AccountOpened(accountId, msg.sender);
        if (amount != 0) _deposit(accountId, amount);
    }

    /// @notice Adds the caller's money to anyone's account. It belongs to that account's tenant and leases.
    function deposit(uint256 accountId, uint256 amount) external exclusive {
        _deposit(accountId, amount);
    }

    /// @notice Pays the tenant what no lease earned, once none is open. Tenant only. The account can be used again.
    /// @return amount Units paid; zero if there was nothing.
    function refund(uint256 accountId) external exclusive returns (uint256 amount) {
        AccountState storage a = _settle(accountId);
        if (msg.sender != a.tenant) revert NotTenant(a.tenant, msg.sender);
        if (a.open.length != 0) revert LeasesAreOpen(accountId, a.open.length);
        amount = a.funds;
        if (amount == 0) return 0;
        a.funds = 0;
        emit Refunded(accountId, msg.sender, amount);
        Tokens.send(token, msg.sender, amount);
    }

    /// @notice Writes down what is so already. It changes no amount; anyone may call it, and nobody needs to.
    function settle(uint256 accountId) external exclusive {
        _settle(accountId);
    }

    // Leases

    /// @notice Ends a lease in this second, for a reason that is the caller's to give: 1 or 2 for the tenant, 3 to 5 for
    /// the provider. If the account's money had ended before, the lease ended then, and this writes that down.
    function closeLease(uint256 leaseId, uint8 reason) external exclusive {
        LeaseState storage l = _lease(leaseId);
        if (l.reason != 0) revert LeaseIsClosed(leaseId, l.reason);
        address tenant = _accounts[l.accountId].tenant;
        bool tenants = reason == TENANT_DONE || reason == TENANT_UNSERVED;
        bool providers = reason >= PROVIDER_WITHDREW && reason <= MANIFEST_REFUSED;
        if (msg.sender != tenant && msg.sender != l.provider) revert NotParty(leaseId, msg.sender);
        if (!(tenants && msg.sender == tenant) && !(providers && msg.sender == l.provider)) revert ReasonNotYours(reason);

        AccountState storage a = _settle(l.accountId);
        if (l.reason != 0) return;
        uint256 index = uint256(l.rate) * (block.timestamp - l.openedAt);
        a.index -= index;
        a.rate -= l.rate;
        uint256 i = 0;
        while (a.open[i] != leaseId) i++;
        a.open[i] = a.open[a.open.length - 1];
        a.open.pop();
        _end(a, leaseId, reason, index >> 64, uint64(block.timestamp));
        _schedule(l.accountId, a);
    }

    /// @notice Pays the provider what a lease has earned and was not yet paid, whether it is open or closed. Provider only.
    /// @return amount Units paid; zero if there was nothing.
    function withdraw(uint256 leaseId) external exclusive returns (uint256 amount) {
        LeaseState storage l = _lease(leaseId);
        if (msg.sender != l.provider) revert NotProvider(l.provider, msg.sender);
        _settle(l.accountId);
        amount = _earned(leaseId, l) - l.paid;
        if (amount == 0) return 0;
        l.paid += uint128(amount);
        emit Withdrawn(leaseId, msg.sender, amount);
        Tokens.send(token, msg.sender, amount);
    }

    // Views, all as of now

    /// @notice Units that a lease has earned and not been paid.
    function owed(uint256 leaseId) external view returns (uint256) {
        LeaseState storage l = _lease(leaseId);
        return _earned(leaseId, l) - l.paid;
    }

    /// @notice An order.
    function order(uint256 orderId) external view returns (Order memory) {
        OrderState storage o = _orders[orderId];
        if (o.tenant == address(0)) revert OrderUnknown(orderId);
        return Order(o.tenant, o.manifestDigest, o.maxRate, o.leaseId, o.closed);
    }

    /// @notice An account.
    function account(uint256 accountId) external view returns (Account memory) {
        AccountState storage a = _account(accountId);
        if (_isExhausted(a)) return Account(a.tenant, 0, 0, NEVER, new uint256[](0));
        uint256 unspent = a.funds;
        for (uint256 i = 0; i < a.open.length; i++) unspent -= _earned(a.open[i], _leases[a.open[i]]);
        return Account(a.tenant, unspent, a.rate, a.exhaustAt, a.open);
    }

    /// @notice A lease.
    function lease(uint256 leaseId) external view returns (Lease memory) {
        LeaseState storage l = _lease(leaseId);
        uint8 reason = l.reason;
        uint64 closedAt = l.closedAt;
        AccountState storage a = _accounts[l.accountId];
        if (reason == 0 && _isExhausted(a)) (reason, closedAt) = (EXHAUSTED, a.exhaustAt);
        return Lease(
            l.orderId, l.accountId, l.provider, l.rate, l.openedAt, closedAt, reason, _earned(leaseId, l), l.paid
        );
    }

    /// @notice The EIP-712 digest of a bid for this contract on this chain: what its provider signs.
    function bidDigest(Bid calldata bid) public view returns (bytes32) {
        bytes32 structHash =
            keccak256(abi.encode(BID_TYPEHASH, bid.orderId, bid.provider, bid.rate, bid.expiry, bid.salt));
        return keccak256(abi.encodePacked(hex"1901", DOMAIN_SEPARATOR(), structHash));
    }

    /// @notice EIP-712 domain separator: name "Counterfoil Market", version "1", this chain, this contract.
    function DOMAIN_SEPARATOR() public view returns (bytes32) {
        return keccak256(
            abi.encode(
                DOMAIN_TYPEHASH, keccak256("Counterfoil Market"), keccak256("1"), block.chainid, address(this)
            )
        );
    }

    // The mechanism

    function _requireRate(uint256 rate) private pure {
        if (rate < MIN_RATE || rate > type(uint128).max) revert RateOutOfRange(rate, MIN_RATE, type(uint128).max);
    }

    function _requireBid(Bid calldata bid, uint256 maxRate, bytes calldata signature)
        private
        view
        returns (bytes32 digest)
    {
        _requireRate(bid.rate);
        if (bid.rate > maxRate) revert RateAboveMaximum(bid.rate, maxRate);
        if (block.timestamp > bid.expiry) revert BidExpired(bid.expiry, block.timestamp);
        digest = bidDigest(bid);
        if (bidSpent[digest]) revert BidIsSpent(digest);
        if (!Signatures.isValid(bid.provider, digest, signature)) revert BidSignatureInvalid(bid.provider, digest);
    }

    function _open(uint256 leaseId, Bid calldata bid, uint256 accountId, AccountState storage a) private {
        a.open.push(leaseId);
        a.rate += bid.rate;
        LeaseState storage l = _leases[leaseId];
        l.provider = bid.provider;
        l.openedAt = uint64(block.timestamp);
        l.rate = uint128(bid.rate);
        l.accountId = uint64(accountId);
        l.orderId = bid.orderId;
        // Without a second's money the lease would end as it begins, and take the account's other leases with it.
        if (_schedule(accountId, a) == block.timestamp) {
            revert InsufficientDeposit(accountId, a.funds - (a.index >> 64), a.rate);
        }
    }

    function _deposit(uint256 accountId, uint256 amount) private {
        AccountState storage a = _settle(accountId);
        if (amount > type(uint128).max - a.funds) revert AmountTooLarge(amount);
        a.funds += uint128(amount);
        emit Deposited(accountId, msg.sender, amount);
        if (a.open.length != 0) _schedule(accountId, a);

        uint256 before = Tokens.held(token);
        Tokens.pull(token, msg.sender, amount);
        uint256 received = Tokens.held(token) - before;
        if (received != amount) revert FeeOnTransfer(amount, received);
    }

    /// @dev Accrues to now; if the money ended by now, ends the open leases as of then.
    function _settle(uint256 accountId) private returns (AccountState storage a) {
        a = _account(accountId);
        if (!_isExhausted(a)) {
            a.index += a.rate * (block.timestamp - a.accruedAt);
            a.accruedAt = uint64(block.timestamp);
            return a;
        }
        (uint256[] memory ids, uint256[] memory finals) = _finals(a);
        uint64 end = a.exhaustAt;
        delete a.open;
        a.rate = 0;
        a.index = 0;
        a.accruedAt = uint64(block.timestamp);
        for (uint256 i = 0; i < ids.length; i++) _end(a, ids[i], EXHAUSTED, finals[i], end);
        _schedule(accountId, a);
    }

    function _end(AccountState storage a, uint256 leaseId, uint8 reason, uint256 earned, uint64 closedAt) private {
        LeaseState storage l = _leases[leaseId];
        l.reason = reason;
        l.earned = uint128(earned); // not more than funds
        l.closedAt = closedAt;
        a.funds -= uint128(earned);
        emit LeaseClosed(leaseId, reason, earned, closedAt);
    }

    /// @dev Derives exhaustAt; the account has been accrued to now.
    function _schedule(uint256 accountId, AccountState storage a) private returns (uint64 exhaustAt) {
        exhaustAt = NEVER;
        if (a.rate != 0) {
            uint256 end = block.timestamp + ((uint256(a.funds) << 64) - a.index) / a.rate;
            if (end < NEVER) exhaustAt = uint64(end);
        }
        if (exhaustAt != a.exhaustAt) {
            a.exhaustAt = exhaustAt;
            emit ExhaustionMoved(accountId, exhaustAt);
        }
    }

    /// @dev What each open lease has earned in all when the money ends. Together they earn all of it.
    function _finals(AccountState storage a) private view returns (uint256[] memory ids, uint256[] memory finals) {
        ids = a.open;
        finals = new uint256[](ids.length);
        uint256[] memory remainders = new uint256[](ids.length);
        uint256 residue = a.funds;
        for (uint256 i = 0; i < ids.length; i++) {
            LeaseState storage l = _leases[ids[i]];
            finals[i] = (uint256(l.rate) * (a.exhaustAt - l.openedAt)) >> 64;
            residue -= finals[i];
        }
        // residue < Σ rate / 2^64 + 16 < 2^69, and a rate is below 2^128: the product fits.
        uint256 left = residue;
        for (uint256 i = 0; i < ids.length; i++) {
            uint256 product = residue * _leases[ids[i]].rate;
            finals[i] += product / a.rate;
            left -= product / a.rate;
            remainders[i] = product % a.rate;
        }
        // The remainders sum to left · Σ rate, so while one is left some remainder is not zero.
        for (; left != 0; left--) {
            uint256 best = 0;
            for (uint256 i = 1; i < ids.length; i++) {
                if (remainders[i] > remainders[best] || (remainders[i] == remainders[best] && ids[i] < ids[best])) {
                    best = i;
                }
            }
            finals[best]++;
            remainders[best] = 0;
        }
    }

    /// @dev Units earned in all by now, written down or not.
    function _earned(uint256 leaseId, LeaseState storage l) private view returns (uint256) {
        if (l.reason != 0) return l.earned;
        AccountState storage a = _accounts[l.accountId];
        if (!_isExhausted(a)) return (uint256(l.rate) * (block.timestamp - l.openedAt)) >> 64;
        (uint256[] memory ids, uint256[] memory finals) = _finals(a);
        uint256 i = 0;
        while (ids[i] != leaseId) i++;
        return finals[i];
    }

    function _isExhausted(AccountState storage a) private view returns (bool) {
        return block.timestamp >= a.exhaustAt;
    }

    function _account(uint256 accountId) private view returns (AccountState storage a) {
        a = _accounts[accountId];
        if (a.tenant == address(0)) revert AccountUnknown(accountId);
    }

    function _lease(uint256 leaseId) private view returns (LeaseState storage l) {
        l = _leases[leaseId];
        if (l.provider == address(0)) revert LeaseUnknown(leaseId);
    }
}
