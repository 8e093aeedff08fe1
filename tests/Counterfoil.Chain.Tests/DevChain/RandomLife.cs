using Counterfoil.Core.Digests;
using Counterfoil.DevChain;
using Counterfoil.Evm;
using Counterfoil.Evm.Secp256k1;
using Counterfoil.Evm.Transactions;

namespace Counterfoil.Chain.Tests.DevChain;

/// <summary>What may happen to a chain, at random: transactions, blocks, snapshots, reorgs, time.</summary>
/// <param name="chain">The chain, on which <paramref name="keys"/> have money.</param>
/// <param name="random">Of what happens.</param>
/// <param name="keys">Who sends.</param>
/// <param name="cheats">Whether accounts are also changed outside any block.</param>
sealed class RandomLife(LocalChain chain, Random random, Secp256k1PrivateKey[] keys, bool cheats)
{
#pragma warning disable CA5394 // Randomness for tests, which has to be replayed.
    readonly List<int> snapshots = [];

    public void Step()
    {
        switch (random.Next(24))
        {
            case < 12: Send(); break;
            case 12 or 13: chain.Mine(); break;
            case 14: snapshots.Add(chain.TakeSnapshot()); break;
            case 15 when snapshots.Count > 0: chain.RevertTo(snapshots[random.Next(snapshots.Count)]); break;
            case 16: chain.Automine = !chain.Automine; break;
            case 17: chain.Rollback(Depth(), random.Next(2) == 0); break;
            case 18 or 19: Reorg(); break;
            case 20: chain.IncreaseTime(TimeSpan.FromSeconds(random.Next(100))); break;
            case 21: chain.SetNextTimestamp(chain.Head.Header.Timestamp + (ulong)random.Next(100)); break;
            case 22: chain.TimestampInterval = random.Next(2) == 0 ? null : (ulong)random.Next(5); break;
            case 23 when cheats: Cheat(); break;
            default: chain.SetNextBaseFee((UInt256)random.Next(1, 1_000_000_000)); break;
        }
    }

    int Depth() => random.Next((int)Math.Min(6, chain.Head.Number) + 1);

    // Also with gaps, and with what cannot be paid.
    void Send()
    {
        var key = keys[random.Next(keys.Length)];
        chain.Submit(Signed(key, chain.PendingNonce(key.Address) + (ulong)(random.Next(8) == 0 ? 1 : 0)), out _);
    }

    byte[] Signed(Secp256k1PrivateKey key, ulong nonce)
    {
        bool creates = random.Next(6) == 0;
        return new Transaction
        {
            ChainId = chain.ChainId, Nonce = nonce, MaxPriorityFeePerGas = (UInt256)random.Next(1_000), MaxFeePerGas = 4_000_000_000, GasLimit = 200_000,
            To = creates ? null : random.Next(3) == 0 ? Address.Created(key.Address, (ulong)random.Next(20)) : Address.FromWord((UInt256)random.Next(0x1000, 0x1010)),
            Value = (UInt256)random.Next(1_000),
            Data = creates ? Counter : [],
        }.Sign(key).Encode();
    }

    // Its code adds one to slot 0 and tells of it: SLOAD(0) + 1, DUP1, SSTORE(0), LOG1.
    static readonly byte[] Counter = [0x60, 0x0f, 0x80, 0x60, 0x09, 0x5f, 0x39, 0x5f, 0xf3, 0x5f, 0x54, 0x60, 0x01, 0x01, 0x80, 0x5f, 0x55, 0x5f, 0x5f, 0xa1, 0x00, 0x00, 0x00, 0x00];

    void Reorg()
    {
        int depth = Depth();
        var old = Enumerable.Range(0, depth).SelectMany(i => chain.BlockAt(chain.Head.Number - (ulong)(depth - 1 - i))!.Transactions).ToList();
        var given = new List<ReorgTransaction>();
        // The old ones again, in their order, as far as they go; or one that cannot be.
        int block = 0;
        foreach (var mined in old.Take(random.Next(old.Count + 1)))
        {
            block = Math.Min(depth - 1, block + random.Next(2));
            given.Add(new ReorgTransaction(mined.Raw, block));
        }
        if (depth > 0 && random.Next(6) == 0) given.Add(new ReorgTransaction(Signed(keys[0], 1_000_000), depth - 1));
        chain.Reorg(depth, given, random.Next(2) == 0);
    }

    void Cheat()
    {
        var address = Address.FromWord((UInt256)random.Next(0x1000, 0x1010));
        switch (random.Next(6))
        {
            case 0: chain.SetBalance(address, (UInt256)random.Next(1_000_000)); break;
            case 1: chain.Fund(address, 1); break;
            case 2: chain.SetNonce(address, (ulong)random.Next(100)); break;
            case 3: chain.SetCode(address, new byte[] { 0x5f, 0x54, 0x00 }); break;
            case 4: chain.SetStorage(address, (UInt256)random.Next(4), (UInt256)random.Next(4)); break;
            default: chain.MiningInterval = random.Next(2) == 0 ? null : TimeSpan.FromHours(1); break;
        }
    }
#pragma warning restore CA5394
}
