// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @notice One account and its leases, worked out in the most literal way: second by second, each index on its own, the
/// residue sorted. The escrow answers in closed form; where the two differ, one of them is wrong.
contract Reference {
    struct Entry {
        uint256 rate;
        uint256 index;
        uint256 earned;
        uint64 closedAt;
        uint8 reason;
    }

    uint64 public time;
    uint256 public funds; // deposits − refunds − what closed leases earned
    Entry[] public entries;

    constructor(uint64 start) {
        time = start;
    }

    function count() external view returns (uint256) {
        return entries.length;
    }

    function openCount() public view returns (uint256 open) {
        for (uint256 i = 0; i < entries.length; i++) if (entries[i].reason == 0) open++;
    }

    function totals() public view returns (uint256 index, uint256 rate, uint256 running) {
        for (uint256 i = 0; i < entries.length; i++) {
            if (entries[i].reason != 0) continue;
            index += entries[i].index;
            rate += entries[i].rate;
            running += entries[i].index / 2 ** 64;
        }
    }

    function tick(uint64 to) public {
        for (;;) {
            (uint256 index, uint256 rate, uint256 running) = totals();
            if (rate == 0) {
                time = to;
                return;
            }
            if (funds * 2 ** 64 - index < rate) {
                _exhaust(rate, funds - running);
                time = to;
                return;
            }
            if (time == to) return;
            for (uint256 i = 0; i < entries.length; i++) {
                if (entries[i].reason == 0) entries[i].index += entries[i].rate;
            }
            time++;
        }
    }

    function deposit(uint256 amount) external {
        funds += amount;
    }

    function refund() external returns (uint256 amount) {
        (amount, funds) = (funds, 0);
    }

    /// @return whether the money lasts a second; if not, nothing has changed.
    function open(uint256 rate) external returns (bool) {
        (uint256 index, uint256 rates,) = totals();
        if (funds * 2 ** 64 - index < rates + rate) return false;
        entries.push(Entry(rate, 0, 0, 0, 0));
        return true;
    }

    function close(uint256 i, uint8 reason) external {
        _end(i, entries[i].index / 2 ** 64, reason);
    }

    function earned(uint256 i) public view returns (uint256) {
        return entries[i].reason == 0 ? entries[i].index / 2 ** 64 : entries[i].earned;
    }

    function _end(uint256 i, uint256 units, uint8 reason) private {
        entries[i].earned = units;
        entries[i].reason = reason;
        entries[i].closedAt = time;
        funds -= units;
    }

    function _exhaust(uint256 rate, uint256 residue) private {
        uint256 n = openCount();
        uint256[] memory ids = new uint256[](n);
        uint256 k = 0;
        for (uint256 i = 0; i < entries.length; i++) if (entries[i].reason == 0) ids[k++] = i;
        // Insertion sort by remainder, larger first; it is stable, so that ties stay in the order of the ids.
        for (uint256 i = 1; i < n; i++) {
            for (uint256 j = i; j > 0 && _rest(ids[j], residue, rate) > _rest(ids[j - 1], residue, rate); j--) {
                (ids[j], ids[j - 1]) = (ids[j - 1], ids[j]);
            }
        }
        uint256 given = 0;
        for (uint256 i = 0; i < n; i++) given += residue * entries[ids[i]].rate / rate;
        uint256 left = residue - given;
        for (uint256 i = 0; i < n; i++) {
            Entry storage e = entries[ids[i]];
            _end(ids[i], e.index / 2 ** 64 + residue * e.rate / rate + (i < left ? 1 : 0), 6);
        }
    }

    function _rest(uint256 i, uint256 residue, uint256 rate) private view returns (uint256) {
        return (residue * entries[i].rate) % rate;
    }
}
